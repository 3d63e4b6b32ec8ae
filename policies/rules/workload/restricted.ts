import { containersOf, inContainers, inPods, ofContainers, podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "WRK-003",
  title: "Pods meet Pod Security restricted",
  severity: "critical",
  why: "The namespaces refuse anything else when it is created, in the middle of a release; here it is refused in the pull request.",
  sources: [
    kubernetes("concepts/security/pod-security-standards/", "the restricted profile"),
    cis.kubernetes("5.2.7", "no root containers, and what follows it"),
  ],
  fix: "Set runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation false and capabilities.drop ALL.",
  applies: WORKLOADS,
  needs: [
    ...inPods("securityContext.runAsNonRoot", "securityContext.runAsUser", "securityContext.seccompProfile.type"),
    ...inContainers(
      "securityContext.runAsNonRoot",
      "securityContext.runAsUser",
      "securityContext.seccompProfile.type",
      "securityContext.allowPrivilegeEscalation",
      "securityContext.capabilities",
    ),
  ],
  check: (workload, { type }) => {
    const ofPod = recordOf(podOf(workload, type).value.securityContext);
    return ofContainers(containersOf(workload, type), ({ at, value }) => {
      const own = recordOf(value.securityContext);
      const capabilities = recordOf(own.capabilities);
      const profile = recordOf(own.seccompProfile ?? ofPod.seccompProfile).type;
      const place = `${at}.securityContext`;
      return [
        ...((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true ? [] : [`${place}.runAsNonRoot must be true`]),
        ...((own.runAsUser ?? ofPod.runAsUser) === 0 ? [`${place}.runAsUser must not be 0`] : []),
        ...(profile === "RuntimeDefault" || profile === "Localhost"
          ? []
          : [`${place}.seccompProfile must be RuntimeDefault`]),
        ...(own.allowPrivilegeEscalation === false ? [] : [`${place}.allowPrivilegeEscalation must be false`]),
        ...(listOf(capabilities.drop).includes("ALL") ? [] : [`${place}.capabilities.drop must hold ALL`]),
        ...(listOf(capabilities.add).every((each) => each === "NET_BIND_SERVICE")
          ? []
          : [`${place}.capabilities.add may hold NET_BIND_SERVICE alone`]),
      ];
    });
  },
});
