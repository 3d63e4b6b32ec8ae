import { announcedDigest } from "../../delivery/canary.ts";
import { ceilingName } from "../../delivery/ceilings.ts";
import { ofRollouts } from "../../delivery/released.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { RELEASES } from "../../sources/ours.ts";
import { stackRule } from "../../stackRule.ts";
import { recordOf } from "../../values.ts";

export default stackRule({
  id: "DEL-038",
  title: "A Rollout runs the digest that its region's release ceiling is about",
  severity: "critical",
  why: "A stage is granted to one digest. Without a ceiling for its own, a Rollout waits at its first gate for ever, or runs what nobody has granted anything.",
  sources: [RELEASES],
  fix: "Declare the ConfigMap <service>-release beside the Rollout, with the digest of its image.",
  applies: [KUBERNETES.rollout, KUBERNETES.configMap],
  needs: ["metadata.name", "metadata.annotations", "data.digest"],
  check: (resources) =>
    ofRollouts(resources, (rollout, cluster) => {
      const ceiling = cluster.find(KUBERNETES.configMap, rollout.namespace, ceilingName(rollout.objectName));
      if (ceiling === undefined) return ["has no release ceiling in its namespace"];
      return recordOf(ceiling.props.data).digest === announcedDigest(rollout.metadata)
        ? []
        : ["announces another digest than its release ceiling is about"];
    }),
});
