import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "IAM-006",
  title: "A pod cannot fetch its node's credentials (IMDSv2, one hop)",
  severity: "critical",
  why: "One request that a service can be talked into sending to 169.254.169.254 gives away the node's role, as at Capital One in 2019.",
  sources: [cis.aws("5.7", "instances answer IMDSv2 alone"), cis.gke("5.4.1", "the GKE metadata server is on")],
  fix: "Require tokens and one hop on AWS, GKE_METADATA on Google Cloud.",
  // Azure's metadata cannot be closed by a property of the pool in the API version in use: there the default-deny egress of
  // every namespace keeps pods from the address.
  ...settings({
    "aws:ec2/instance:Instance": {
      "metadataOptions.httpTokens": exactly("required"),
      "metadataOptions.httpPutResponseHopLimit": exactly(1),
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
      "metadataOptions.httpTokens": exactly("required"),
      "metadataOptions.httpPutResponseHopLimit": exactly(1),
    },
    "gcp:container/nodePool:NodePool": {
      "nodeConfig.workloadMetadataConfig.mode": exactly("GKE_METADATA"),
      "nodeConfig.metadata.disable-legacy-endpoints": exactly("true"),
    },
  }),
});
