import { ok, rule } from "../../rule.ts";
import { pulumi } from "../../sources/products.ts";

/** What holds data or names that nobody can make again. */
const KEPT = [
  "aws:eks/cluster:Cluster",
  "aws:kms/key:Key",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "azure-native:containerservice:ManagedCluster",
  "azure-native:keyvault:Key",
  "azure-native:keyvault:Vault",
  "azure-native:storage:StorageAccount",
  "gcp:container/cluster:Cluster",
  "gcp:kms/cryptoKey:CryptoKey",
  "gcp:secretmanager/secret:Secret",
  "gcp:storage/bucket:Bucket",
];

export default rule({
  id: "PRT-005",
  title: "In production Pulumi refuses to delete or replace what holds data",
  severity: "critical",
  why: "A changed name or a moved resource turns into a replacement, and the first half of that is a deletion.",
  sources: [pulumi("docs/iac/concepts/resources/options/protect/", "protect refuses what would delete a resource")],
  fix: "Pass `protect: true` to the region, which novacron:protect does; its children inherit it.",
  applies: KEPT,
  // Protection is an option of the resource and no property.
  needs: [],
  check: (_, { production, options }) => (production && !options.protect ? "protect is not set" : ok),
});
