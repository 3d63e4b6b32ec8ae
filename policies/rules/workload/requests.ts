import { containersOf, inContainers, ofContainers, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

const PLACES = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

export default rule({
  id: "WRK-006",
  title: "Containers say what they need, and how much memory they may take",
  severity: "high",
  why: "The scheduler places by requests alone; a container without a limit of memory ends its neighbours before itself. CPU has no limit here: throttling would show as latency of whichever version has fewer pods.",
  sources: [kubernetes("concepts/configuration/manage-resources-containers/", "requests place a pod, limits hold it")],
  fix: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory.",
  applies: WORKLOADS,
  needs: inContainers(...PLACES.map(([kind, resource]) => `resources.${kind}.${resource}`)),
  check: (workload, { type }) =>
    ofContainers(containersOf(workload, type), ({ at, value }) =>
      PLACES.filter(([kind, resource]) => {
        const amount = recordOf(recordOf(value.resources)[kind])[resource];
        return amount === undefined || amount === "" || amount === "0" || amount === 0;
      }).map(([kind, resource]) => `${at}.resources.${kind}.${resource} is missing`),
    ),
});
