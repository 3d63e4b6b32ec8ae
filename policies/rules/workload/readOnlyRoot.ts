import { containersOf, inContainers, ofContainers, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

export default rule({
  id: "WRK-004",
  title: "Containers write to their volumes alone",
  severity: "medium",
  why: "What an intruder cannot write he cannot run, and what a program writes beside its volumes is gone with the pod, and fills the node's disk before.",
  sources: [
    kubernetes("concepts/security/application-security-checklist/", "the root filesystem is read-only"),
    cis.kubernetes("5.6.3", "pods and containers have a security context"),
  ],
  fix: "Set securityContext.readOnlyRootFilesystem to true and mount a volume where the program writes.",
  applies: WORKLOADS,
  needs: inContainers("securityContext.readOnlyRootFilesystem"),
  check: (workload, { type }) =>
    ofContainers(containersOf(workload, type), ({ at, value }) =>
      recordOf(value.securityContext).readOnlyRootFilesystem === true
        ? undefined
        : `${at}.securityContext.readOnlyRootFilesystem must be true`,
    ),
});
