import { clustersOf } from "../../kubernetes/cluster.ts";
import { podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { cis } from "../../sources/benchmarks.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, recordOf } from "../../values.ts";

const BINDINGS = [
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
];

export default stackRule({
  id: "WRK-022",
  title: "Only a pod whose account has rights gets a token",
  severity: "medium",
  why: "A token without rights is still an identity to every service that trusts the cluster's issuer, cloud roles among them: it helps nobody but an intruder.",
  sources: [cis.kubernetes("5.1.6", "tokens are mounted only where they are needed")],
  fix: "Set automountServiceAccountToken to false, or bind a role to the pod's account.",
  applies: [...WORKLOADS, ...BINDINGS],
  needs: ["subjects"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) => {
      const subjects = BINDINGS.flatMap((type) => cluster.of(type))
        .flatMap(({ props, namespace }) =>
          listOf(props.subjects).map((subject) => ({ namespace, ...recordOf(subject) }) as Record<string, unknown>),
        )
        .map(({ namespace, name }) => `${namespace}/${name}`);
      return cluster.objects
        .filter(({ type }) => WORKLOADS.includes(type))
        .filter(({ props, type, namespace }) => {
          const { value: pod } = podOf(props, type);
          return (
            pod.automountServiceAccountToken === true && !subjects.includes(`${namespace}/${pod.serviceAccountName}`)
          );
        })
        .map(({ urn }) => ({ urn, text: "gets a token of an account that no role is bound to" }));
    }),
});
