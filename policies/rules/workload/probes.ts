import { inContainers, LASTING, lastingContainersOf, ofContainers } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";

export default rule({
  id: "WRK-007",
  title: "Containers are asked whether they are ready, and whether they are worth keeping",
  severity: "high",
  why: "Without a readiness probe a canary gets requests before it answers, and a rollout counts pods that never will; without a liveness probe one that hangs stays for ever.",
  sources: [
    kubernetes(
      "concepts/configuration/liveness-readiness-startup-probes/",
      "readiness decides on requests, liveness on restarts",
    ),
  ],
  fix: "Set readinessProbe and livenessProbe (the image contract has /ready and /health).",
  applies: LASTING,
  needs: inContainers("readinessProbe", "livenessProbe"),
  check: (workload, { type }) =>
    ofContainers(lastingContainersOf(workload, type), ({ at, value }) =>
      ["readinessProbe", "livenessProbe"]
        .filter((name) => value[name] === undefined)
        .map((name) => `${at}.${name} is missing`),
    ),
});
