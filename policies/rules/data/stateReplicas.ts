import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { etcd, kubernetes } from "../../sources/products.ts";
import { listOf, numberOf, recordOf } from "../../values.ts";

export default rule({
  id: "DAT-001",
  title: "State has three replicas or another odd number above, each in a zone of its own",
  severity: "critical",
  why: "A write is acknowledged by a majority: of two that is both, so that losing either stops everything, and an even number adds a replica that no majority needs. If the scheduler may put two into one zone, that zone's loss is the majority's.",
  sources: [
    etcd("faq/", "an odd number of members, since an even one tolerates no more failures"),
    kubernetes("concepts/scheduling-eviction/topology-spread-constraints/", "constraints spread pods over zones"),
  ],
  fix: "Set spec.replicas to 3 or 5, and a topologySpreadConstraint over topology.kubernetes.io/zone with maxSkew 1 and DoNotSchedule.",
  applies: [KUBERNETES.statefulSet],
  needs: ["spec.replicas", "spec.template.spec.topologySpreadConstraints"],
  check: ({ spec }) => {
    const replicas = numberOf(recordOf(spec).replicas) ?? 1;
    const constraints = listOf(recordOf(recordOf(recordOf(spec).template).spec).topologySpreadConstraints);
    const isSpread = constraints
      .map(recordOf)
      .some(
        ({ topologyKey, maxSkew, whenUnsatisfiable }) =>
          topologyKey === "topology.kubernetes.io/zone" && maxSkew === 1 && whenUnsatisfiable === "DoNotSchedule",
      );
    return [
      ...(replicas >= 3 && replicas % 2 === 1
        ? []
        : [`spec.replicas is ${replicas}, must be 3, 5 or another odd number`]),
      ...(isSpread ? [] : ["spec.template.spec.topologySpreadConstraints lets replicas share a zone"]),
    ];
  },
});
