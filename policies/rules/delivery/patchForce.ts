import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { decision } from "../../sources/ours.ts";
import { pulumi } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

/** What controllers and operators' tools write beside Pulumi. */
const SHARED = [
  KUBERNETES.rollout,
  KUBERNETES.traefikService,
  KUBERNETES.service,
  KUBERNETES.configMap,
  KUBERNETES.autoscaler,
  KUBERNETES.deployment,
  KUBERNETES.statefulSet,
];

const PATCH_FORCE = "pulumi.com/patchForce";

export default rule({
  id: "DEL-020",
  title: "No run takes fields from the controllers by force",
  severity: "critical",
  why: "patchForce makes Pulumi the owner of whatever it applies: weights, selectors and ceilings go back to what the program says in the middle of a release or a rollback.",
  sources: [
    pulumi(
      "registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/",
      "patchForce takes fields over from their managers",
    ),
    decision("0014-field-manager", "a field with two owners ends in a conflict or is taken by force"),
  ],
  fix: `Take the annotation ${PATCH_FORCE} away; a conflict says who else owns the field.`,
  applies: SHARED.flatMap((type) => [type, `${type}Patch`]),
  needs: ["metadata.annotations"],
  check: ({ metadata }) => {
    const forced = recordOf(recordOf(metadata).annotations)[PATCH_FORCE];
    return forced === undefined || forced === "false" || forced === false
      ? []
      : `metadata.annotations has ${PATCH_FORCE}`;
  },
});
