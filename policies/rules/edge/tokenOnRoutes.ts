import { gatewaysIn } from "../../edge/entryPoints.ts";
import { ofOpenRoutes, ROUTE_NEEDS, ROUTE_TYPES, type Route, readsOnly } from "../../edge/routes.ts";
import { EDGE } from "../../edge/types.ts";
import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { novacron } from "../../sources/novacron.ts";
import { BROKEN_AUTHENTICATION } from "../../sources/standards.ts";
import { stackRule } from "../../stackRule.ts";

/**
 * What is answered without a token: that a region lives, which health checks ask from the internet, and, to other regions only,
 * which region and version it is.
 */
const WITHOUT_TOKEN: Readonly<Record<"internet" | "network", readonly string[]>> = {
  internet: ["/health"],
  network: ["/health", "/v1/peer"],
};

/** Objects that lead requests past IngressRoutes and so past every middleware that these rules know. */
const BYPASSES = [EDGE.tcpRoute, EDGE.udpRoute, EDGE.ingress, EDGE.httpRoute];

export default stackRule({
  id: "JWT-001",
  title: "Every open route asks for a token, the WAN entry's too",
  severity: "critical",
  why: "A route without the check serves whoever finds it, in production and with production's data; no catalogue of rules looks for one.",
  sources: [novacron.wanSettings, BROKEN_AUTHENTICATION],
  fix: "Put the jwt middleware on the route. Without a token only GET /health is answered, and GET /v1/peer on the WAN entry.",
  applies: [...ROUTE_TYPES, ...BYPASSES],
  needs: ROUTE_NEEDS,
  check: (resources) => [
    ...ofOpenRoutes(resources, (route) => {
      const missing = route.middlewares.some((each) => each === undefined)
        ? ["names a middleware that the program does not declare in its namespace"]
        : [];
      return [...missing, ...(isChecked(route) || isHarmless(route) ? [] : ["passes no token check"])];
    }),
    ...clustersOf(resources)
      .filter((cluster) => gatewaysIn(cluster).length > 0)
      .flatMap((cluster) => BYPASSES.flatMap((type) => cluster.of(type)))
      .map(({ urn }) => ({
        urn,
        text: `leads requests past the ${KUBERNETES.ingressRoute.split(":").at(-1)}s that check tokens`,
      })),
  ],
});

const isChecked = ({ middlewares }: Route): boolean => middlewares.some((each) => each?.spec.forwardAuth !== undefined);

function isHarmless(route: Route): boolean {
  const path = readsOnly(route);
  return path !== undefined && route.exposure !== "cluster" && WITHOUT_TOKEN[route.exposure].includes(path);
}
