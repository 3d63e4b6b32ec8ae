import { membersOf } from "../../delivery/canary.ts";
import { isKillSwitch, selectorFindings } from "../../delivery/released.ts";
import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { decision } from "../../sources/ours.ts";
import { traefik } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { textOf } from "../../values.ts";

export default stackRule({
  id: "DEL-048",
  title: "What stands by behind a kill switch is there, gets nothing, and follows the operators alone",
  severity: "critical",
  why: "A rollback gives the version before all requests at once. A Service that is missing takes the whole route with it, one with a weight serves an old version to some, and one whose selector a run puts back leads to every version.",
  sources: [
    traefik(
      "pkg/provider/kubernetes/crd/kubernetes_http.go",
      "a member that does not exist fails the weighted service",
    ),
    decision("0021-standby", "the version before stands by"),
  ],
  fix: 'Declare the Service, with ignoreChanges ["spec.selector"], and give it weight 0 in the kill switch.',
  applies: [KUBERNETES.traefikService, KUBERNETES.service],
  needs: ["metadata.name", "spec.weighted.services"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster
        .of(KUBERNETES.traefikService)
        .filter(isKillSwitch)
        .flatMap((route) =>
          membersOf(route)
            .filter(({ kind = "Service" }) => kind === "Service")
            .flatMap(({ name, weight }) => {
              const service = cluster.find(KUBERNETES.service, route.namespace, name);
              const at = `spec.weighted.services: ${textOf(name) ?? "a member"}`;
              return [
                ...(weight === 0 ? [] : [{ urn: route.urn, text: `${at} must have weight 0` }]),
                ...(service === undefined
                  ? [{ urn: route.urn, text: `${at} is no Service of its namespace` }]
                  : selectorFindings(service)),
              ];
            }),
        ),
    ),
});
