import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { not, settings } from "../../settings.ts";
import { kubernetes } from "../../sources/products.ts";

const POLICY = "spec.persistentVolumeClaimRetentionPolicy";

export default rule({
  id: "DAT-003",
  title: "State outlives its StatefulSet, and every replica that is scaled away",
  severity: "critical",
  why: "A run that replaces the set, for a new name or an immutable field, would delete every replica's data in every region at once.",
  sources: [
    kubernetes(
      "concepts/workloads/controllers/statefulset/",
      "persistentVolumeClaimRetentionPolicy retains by default",
    ),
  ],
  fix: `Set ${POLICY} to Retain for both, or leave it out.`,
  ...settings({
    [KUBERNETES.statefulSet]: { [`${POLICY}.whenDeleted`]: not("Delete"), [`${POLICY}.whenScaled`]: not("Delete") },
  }),
});
