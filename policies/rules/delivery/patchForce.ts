import { EVERY_OBJECT, rule } from "../../rule.ts";
import { decision } from "../../sources/ours.ts";
import { pulumi } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

const PROVIDER = "pulumi:providers:kubernetes";
const PATCH_FORCE = "pulumi.com/patchForce";

export default rule({
  id: "DEL-020",
  title: "No run takes fields from the controllers by force",
  severity: "critical",
  why: "patchForce makes Pulumi the owner of whatever it applies, and enablePatchForce of all that a provider applies: weights, selectors and ceilings go back to what the program says in the middle of a release or a rollback.",
  sources: [
    pulumi(
      "registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/",
      "patchForce takes fields over from their managers",
    ),
    decision("0014-field-manager", "a field with two owners ends in a conflict or is taken by force"),
  ],
  fix: `Take the annotation ${PATCH_FORCE} away, and enablePatchForce from the provider; a conflict says who else owns the field.`,
  // Whichever kind it is: an operator or a controller may own a field of any.
  applies: [EVERY_OBJECT, PROVIDER],
  needs: ["metadata.annotations", "enablePatchForce"],
  check: ({ metadata, enablePatchForce }, { type }) => {
    if (type === PROVIDER) return isOff(enablePatchForce) ? [] : "enablePatchForce is set";
    return isOff(recordOf(recordOf(metadata).annotations)[PATCH_FORCE])
      ? []
      : `metadata.annotations has ${PATCH_FORCE}`;
  },
});

/** A provider gets its inputs as text. */
const isOff = (value: unknown): boolean => value === undefined || value === false || value === "false";
