import { inContainers, LASTING, lastingContainersOf } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

export default rule({
  id: "WRK-008",
  title: "A busy pod leaves the rotation and is not killed for it",
  severity: "high",
  why: "If liveness asks what readiness asks, the pods that a rollback sends all requests to are restarted for being busy, one after another.",
  sources: [
    kubernetes(
      "tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
      "a careless liveness probe restarts containers under load, one after another",
    ),
  ],
  fix: "Let livenessProbe ask another path than readinessProbe.",
  applies: LASTING,
  needs: inContainers("readinessProbe.httpGet.path", "livenessProbe.httpGet.path"),
  check: (workload, { type }) =>
    lastingContainersOf(workload, type).flatMap(({ at, value }) => {
      const path = (probe: unknown) => recordOf(recordOf(probe).httpGet).path;
      const ready = path(value.readinessProbe);
      return ready !== undefined && ready === path(value.livenessProbe)
        ? [`${at}.livenessProbe asks what readinessProbe asks`]
        : [];
    }),
});
