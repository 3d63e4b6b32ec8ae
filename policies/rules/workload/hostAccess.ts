import { containersOf, inContainers, inPods, podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { rule } from "../../rule.ts";
import { novacron } from "../../sources/novacron.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

const HOST = ["hostNetwork", "hostPID", "hostIPC"];

export default rule({
  id: "WRK-002",
  title: "Pods share nothing with their node",
  severity: "critical",
  why: "A privileged container, a path of the node or its network is every other pod of the node, and past the network policies (NovaCron's own DaemonSet asks for all of them).",
  sources: [
    kubernetes(
      "concepts/security/pod-security-standards/",
      "the baseline forbids the host's namespaces, paths and ports, and privilege",
    ),
    novacron.networkAgent,
  ],
  fix: "Take hostNetwork, hostPID, hostIPC, hostPath, hostPort and privileged away.",
  applies: WORKLOADS,
  needs: [...inPods(...HOST, "volumes[].hostPath"), ...inContainers("securityContext.privileged", "ports[].hostPort")],
  check: (workload, { type }) => {
    const { at, value: pod } = podOf(workload, type);
    return [
      ...HOST.filter((name) => pod[name] === true).map((name) => `${at}.${name} must not be true`),
      ...listOf(pod.volumes).flatMap((volume, index) =>
        recordOf(volume).hostPath === undefined ? [] : [`${at}.volumes[${index}] is a path of the node`],
      ),
      ...containersOf(workload, type).flatMap(({ at: place, value }) => [
        ...(recordOf(value.securityContext).privileged === true
          ? [`${place}.securityContext.privileged must not be true`]
          : []),
        ...(listOf(value.ports).some((port) => recordOf(port).hostPort !== undefined)
          ? [`${place}.ports takes a port of the node`]
          : []),
      ]),
    ];
  },
});
