import { Unknown, valueAt, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { traefik } from "../../sources/products.ts";

/** The check is a service of the same cluster: a request must not be decided by somebody outside. */
const IN_CLUSTER = /^https?:\/\/[a-z0-9-]+\.[a-z0-9-]+\.svc(\.cluster\.local)?(:\d+)?\//;

/** Names the caller to the service behind. */
const SUBJECT = "X-Subject";

export default rule({
  id: "JWT-002",
  title: "The token check sees the token, believes no header of the client's, and names the caller itself",
  severity: "critical",
  why: "A check that is not sent the Authorization header decides nothing, and a subject header that the client wrote and nobody overwrites makes it anyone.",
  sources: [
    traefik(
      "docs/content/reference/routing-configuration/http/middlewares/forwardauth.md",
      "authRequestHeaders, authResponseHeaders and trustForwardHeader",
    ),
  ],
  fix: "Send Authorization, set trustForwardHeader to false, and take X-Subject from the check's answer.",
  applies: ["kubernetes:traefik.io/v1alpha1:Middleware"],
  needs: [
    "spec.forwardAuth.address",
    "spec.forwardAuth.trustForwardHeader",
    "spec.forwardAuth.authRequestHeaders[]",
    "spec.forwardAuth.authResponseHeaders[]",
  ],
  check: (middleware) => {
    if (valueAt(middleware, "spec.forwardAuth") === undefined) return [];
    const of = (name: string) => valuesAt(middleware, `spec.forwardAuth.${name}`).map(({ value }) => value);
    const isUnknown = (values: unknown[]) => values.some((value) => value instanceof Unknown);
    const [address] = of("address");
    const asked = of("authRequestHeaders[]");
    const taken = of("authResponseHeaders[]");
    return [
      ...(address instanceof Unknown || IN_CLUSTER.test(String(address))
        ? []
        : ["spec.forwardAuth.address is not a service of the cluster"]),
      ...(of("trustForwardHeader")[0] === true ? ["spec.forwardAuth.trustForwardHeader must be false"] : []),
      // Left out, every header is sent on.
      ...(asked[0] === undefined || isUnknown(asked) || asked.includes("Authorization")
        ? []
        : ["spec.forwardAuth.authRequestHeaders lacks Authorization"]),
      ...(isUnknown(taken) || taken.includes(SUBJECT)
        ? []
        : [`spec.forwardAuth.authResponseHeaders lacks ${SUBJECT}, which a client could then write itself`]),
    ];
  },
});
