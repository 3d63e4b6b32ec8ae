import { CANARY } from "../../delivery/canary.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { atLeast, settings } from "../../settings.ts";
import { argoRollouts } from "../../sources/products.ts";

export default rule({
  id: "DEL-008",
  title: "After a release the version before it stays up for an hour",
  severity: "critical",
  why: "An abort does nothing after the last step; rollback then sets the previous digest, which is a change of weights only while that version's pods are still there (Argo's default is 30 seconds). Without a limit, every version of that hour stays and takes the quota that the next canary needs.",
  sources: [
    argoRollouts(
      "docs/features/specification.md",
      "scaleDownDelaySeconds is 30 by default, scaleDownDelayRevisionLimit without limit",
    ),
  ],
  fix: "Set spec.strategy.canary.scaleDownDelaySeconds to 3600 or more and scaleDownDelayRevisionLimit to 1 or more.",
  ...settings({
    [KUBERNETES.rollout]: {
      [`${CANARY}.scaleDownDelaySeconds`]: atLeast(3600),
      [`${CANARY}.scaleDownDelayRevisionLimit`]: atLeast(1),
    },
  }),
});
