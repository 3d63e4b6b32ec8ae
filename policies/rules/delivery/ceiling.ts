import { CEILING_STAGES } from "../../delivery/canary.ts";
import { isCeiling } from "../../delivery/ceilings.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { RELEASES } from "../../sources/ours.ts";
import { recordOf, textOf } from "../../values.ts";

export default rule({
  id: "DEL-026",
  title: "A release ceiling allows one digest one known stage, and none that it denies",
  severity: "critical",
  why: "Gates compare texts: a stage that they do not know, or no digest, is a no for ever or, misread by the next tool, a yes; and a digest that is allowed and denied at once depends on who reads first.",
  sources: [RELEASES],
  fix: `Give the ConfigMap a digest sha256:… and one of the stages ${CEILING_STAGES.join(", ")}, and keep the digest out of denied.`,
  applies: [KUBERNETES.configMap],
  needs: ["metadata.name", "data"],
  check: ({ metadata, data }) => {
    if (!isCeiling({ metadata, data })) return [];
    const { digest, stage, denied } = recordOf(data);
    const isDigest = /^sha256:[0-9a-f]{64}$/.test(textOf(digest) ?? "");
    return [
      ...(isDigest ? [] : ["data.digest is no digest"]),
      ...(CEILING_STAGES.includes(textOf(stage) ?? "")
        ? []
        : [`data.stage must be one of ${CEILING_STAGES.join(", ")}`]),
      ...(isDigest && (textOf(denied) ?? "").split(/\s+/).includes(String(digest))
        ? ["data.denied holds the digest that data.digest allows"]
        : []),
    ];
  },
});
