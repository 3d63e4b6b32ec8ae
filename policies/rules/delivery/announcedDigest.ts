import { announcedDigest, DIGEST_ANNOTATION, digestOf } from "../../delivery/canary.ts";
import { containersOf } from "../../kubernetes/pods.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { RELEASES } from "../../sources/ours.ts";

export default rule({
  id: "DEL-005",
  title: "A Rollout announces the digest that its pods run",
  severity: "critical",
  why: "Gates ask about the announced digest: if the pods run another one, an image goes to all users on the permission of another.",
  sources: [RELEASES],
  fix: `Write the image's digest under the annotation ${DIGEST_ANNOTATION} of the Rollout.`,
  applies: [KUBERNETES.rollout],
  needs: ["metadata.annotations", "spec.template.spec.containers[].image"],
  check: (rollout, { type }) => {
    const announced = announcedDigest(rollout.metadata);
    if (announced === undefined) return `metadata.annotations has no ${DIGEST_ANNOTATION}`;
    return containersOf(rollout, type)
      .filter(({ value }) => ![undefined, announced].includes(digestOf(value.image)))
      .map(({ at }) => `${at}.image is another digest than metadata.annotations announces`);
  },
});
