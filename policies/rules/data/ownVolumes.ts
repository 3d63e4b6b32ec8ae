import { inPods, podOf, WORKLOADS } from "../../kubernetes/pods.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { novacron } from "../../sources/novacron.ts";
import { kubernetes } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "DAT-002",
  title: "No two pods share a volume, and state has one for each replica",
  severity: "critical",
  why: "NovaCron's own manifest gives one ReadWriteOnce claim to three to ten pods: the second node never starts its pod, and on one node they write over each other. State without a volume is gone with its pod.",
  sources: [
    kubernetes("concepts/storage/persistent-volumes/", "ReadWriteOnce is for one node, ReadWriteOncePod for one pod"),
    novacron.deployment,
  ],
  fix: "Use a StatefulSet with volumeClaimTemplates of ReadWriteOncePod instead of a claim in the pod's volumes.",
  applies: WORKLOADS,
  needs: [...inPods("volumes[].persistentVolumeClaim"), "spec.volumeClaimTemplates"],
  check: (workload, { type }) => {
    const { at, value: pod } = podOf(workload, type);
    const shared = listOf(pod.volumes)
      .map((volume, index) => [`${at}.volumes[${index}]`, recordOf(volume)] as const)
      .filter(([, { persistentVolumeClaim }]) => persistentVolumeClaim !== undefined)
      .map(([place]) => `${place} is a claim that every pod of it shares`);
    if (type !== KUBERNETES.statefulSet) return shared;
    const templates = listOf(recordOf(workload.spec).volumeClaimTemplates);
    return [
      ...shared,
      ...(templates.length > 0 ? [] : ["spec.volumeClaimTemplates gives its replicas no volume"]),
      ...templates.flatMap((template, index) =>
        listOf(recordOf(recordOf(template).spec).accessModes).some((mode) => mode === "ReadWriteMany")
          ? [`spec.volumeClaimTemplates[${index}] may be written by several pods`]
          : [],
      ),
    ];
  },
});
