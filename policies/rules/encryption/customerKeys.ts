import { rule } from "../../rule.ts";
import { exactly, given, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

export default rule({
  id: "ENC-001",
  title: "Stored data is encrypted with a key of our own",
  severity: "high",
  why: "A key of the cloud's cannot be taken away from anyone: with our own, revoking it shuts off every copy, and every use is in its log.",
  sources: [
    cis.eks("5.3.1", "Secrets are encrypted with a key of the customer's"),
    cis.aks("5.3.1", "Secrets are encrypted"),
    cis.gke("5.3.1", "Secrets are encrypted with a key in Cloud KMS"),
  ],
  fix: "Give the resource the region's key for its kind of data (keys.ts or secrets.ts of its cloud).",
  // Not here, since the API offers it only beside conditions that a stack cannot meet by itself: Log Analytics (a dedicated
  // cluster of 100 GB a day) and Google's log buckets (a service account that has to be looked up first).
  ...settings({
    "aws:cloudwatch/logGroup:LogGroup": { kmsKeyId: given },
    "aws:ec2/launchTemplate:LaunchTemplate": {
      "blockDeviceMappings[].ebs.encrypted": exactly("true", true),
      "blockDeviceMappings[].ebs.kmsKeyId": given,
    },
    "aws:eks/cluster:Cluster": { "encryptionConfig.provider.keyArn": given },
    // Without a template of ours the nodes' disks have whatever the account's default is.
    "aws:eks/nodeGroup:NodeGroup": { launchTemplate: given },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
      "rules[].applyServerSideEncryptionByDefault.sseAlgorithm": exactly("aws:kms", "aws:kms:dsse"),
      "rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId": given,
    },
    "aws:secretsmanager/secret:Secret": { kmsKeyId: given },
    "azure-native:compute:DiskEncryptionSet": {
      encryptionType: exactly(
        "EncryptionAtRestWithCustomerKey",
        "EncryptionAtRestWithPlatformAndCustomerKeys",
        "ConfidentialVmEncryptedWithCustomerKey",
      ),
      "activeKey.keyUrl": given,
    },
    "azure-native:containerservice:ManagedCluster": {
      diskEncryptionSetID: given,
      "securityProfile.azureKeyVaultKms.enabled": exactly(true),
      "securityProfile.azureKeyVaultKms.keyId": given,
      "agentPoolProfiles[].enableEncryptionAtHost": exactly(true),
    },
    "azure-native:containerservice:AgentPool": { enableEncryptionAtHost: exactly(true) },
    "azure-native:storage:StorageAccount": {
      "encryption.keySource": exactly("Microsoft.Keyvault"),
      "encryption.keyVaultProperties.keyName": given,
    },
    "gcp:container/cluster:Cluster": {
      "databaseEncryption.state": exactly("ENCRYPTED"),
      "databaseEncryption.keyName": given,
      "nodeConfig.bootDiskKmsKey": given,
    },
    "gcp:container/nodePool:NodePool": { "nodeConfig.bootDiskKmsKey": given },
    "gcp:secretmanager/secret:Secret": {
      "replication.userManaged.replicas[].customerManagedEncryption.kmsKeyName": given,
    },
    "gcp:storage/bucket:Bucket": { "encryption.defaultKmsKeyName": given },
  }),
});
