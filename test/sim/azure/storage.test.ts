import assert from "node:assert/strict";
import { test } from "node:test";
import { grant, inGroup, placed, vaultProperties, withKey, withNetwork } from "./baseline.ts";
import { refuses } from "./subscription.ts";

const { azure, network } = await withNetwork();
const { vault, key, identity, vaultName } = await withKey(azure);
const stranger = await azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "stranger" });
await grant(azure, identity.state.principalId, "Key Vault Crypto Service Encryption User", key.id);
const unprotected = await withKey(azure, { ...vaultProperties, enablePurgeProtection: undefined });

const account = (more: object = {}) => ({
  ...placed,
  accountName: "novacrondata",
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
  ...more,
});
const customerKey = (more: object = {}, identityId = identity.id) =>
  account({
    identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
    encryption: {
      keySource: "Microsoft.Keyvault",
      keyVaultProperties: { keyName: "key", keyVaultUri: `https://${vaultName}.vault.azure.net/` },
      encryptionIdentity: { encryptionUserAssignedIdentity: identityId },
      ...more,
    },
  });
const rules = (more: object) => account({ networkRuleSet: { defaultAction: "Deny", ...more } });
const set = (more: object = {}) => ({
  ...placed,
  diskEncryptionSetName: "des",
  identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
  activeKey: { keyUrl: key.state.keyUriWithVersion, sourceVault: { id: vault.id } },
  ...more,
});
const refused: [why: string, code: string, kind: string, inputs: object][] = [
  [
    "a storage account with capitals",
    "AccountNameInvalid",
    "storage:StorageAccount",
    account({ accountName: "NovaCron" }),
  ],
  [
    "a storage account with a hyphen",
    "AccountNameInvalid",
    "storage:StorageAccount",
    account({ accountName: "nova-cron" }),
  ],
  ["TLS 1.3 as the least", "FeatureNotSupported", "storage:StorageAccount", account({ minimumTlsVersion: "TLS1_3" })],
  [
    "block blobs on standard disks",
    "InvalidAccountTypeForKind",
    "storage:StorageAccount",
    account({ kind: "BlockBlobStorage" }),
  ],
  [
    "zone redundancy where there are no zones",
    "SkuNotAvailable",
    "storage:StorageAccount",
    account({ location: "westus", sku: { name: "Standard_ZRS" } }),
  ],
  ["SFTP without a hierarchy", "AccountPropertyIsInvalid", "storage:StorageAccount", account({ isSftpEnabled: true })],
  [
    "a private address in the firewall",
    "InvalidValuesForRequestParameters",
    "storage:StorageAccount",
    rules({ ipRules: [{ iPAddressOrRange: "10.0.0.1" }] }),
  ],
  [
    "a /31 in the firewall",
    "InvalidValuesForRequestParameters",
    "storage:StorageAccount",
    rules({ ipRules: [{ iPAddressOrRange: "203.0.113.0/31" }] }),
  ],
  [
    "a subnet in the firewall that has no service endpoint",
    "NetworkAclsValidationFailure",
    "storage:StorageAccount",
    rules({ virtualNetworkRules: [{ virtualNetworkResourceId: `${network.id}/subnets/nodes` }] }),
  ],
  [
    "a key without its vault",
    "InvalidValuesForRequestParameters",
    "storage:StorageAccount",
    customerKey({ keyVaultProperties: { keyName: "key" } }),
  ],
  [
    "a key that is not in the vault",
    "KeyVaultEncryptionKeyNotFound",
    "storage:StorageAccount",
    customerKey({ keyVaultProperties: { keyName: "none", keyVaultUri: `https://${vaultName}.vault.azure.net/` } }),
  ],
  [
    "a vault that is not there",
    "KeyVaultNotFound",
    "storage:StorageAccount",
    customerKey({ keyVaultProperties: { keyName: "key", keyVaultUri: "https://none.vault.azure.net/" } }),
  ],
  [
    "a key of a vault without purge protection",
    "KeyPolicyError",
    "storage:StorageAccount",
    customerKey({
      keyVaultProperties: { keyName: "key", keyVaultUri: `https://${unprotected.vaultName}.vault.azure.net/` },
    }),
  ],
  [
    "a customer's key without an identity",
    "ManagedServiceIdentityNotSet",
    "storage:StorageAccount",
    { ...customerKey(), identity: undefined },
  ],
  [
    "an identity that may not use the key",
    "KeyVaultAuthenticationFailure",
    "storage:StorageAccount",
    customerKey({}, stranger.id),
  ],
  [
    "an identity that does not exist",
    "FailedIdentityOperation",
    "storage:StorageAccount",
    customerKey({}, `${identity.id}x`),
  ],
  [
    "a disk encryption set without an identity",
    "InvalidParameter",
    "compute:DiskEncryptionSet",
    set({ identity: undefined }),
  ],
  [
    "a disk key without a version",
    "InvalidParameter",
    "compute:DiskEncryptionSet",
    set({ activeKey: { keyUrl: key.state.keyUri } }),
  ],
  [
    "a disk encryption set far from its vault",
    "KeyVaultAndDiskEncryptionSetInDifferentRegions",
    "compute:DiskEncryptionSet",
    set({ location: "eastus" }),
  ],
  [
    "a disk key of a vault without purge protection",
    "KeyVaultNotProtected",
    "compute:DiskEncryptionSet",
    set({ activeKey: { keyUrl: unprotected.key.state.keyUriWithVersion } }),
  ],
  [
    "a disk encryption set that may not use its key",
    "KeyVaultAccessForbidden",
    "compute:DiskEncryptionSet",
    set({ identity: { type: "UserAssigned", userAssignedIdentities: [stranger.id] } }),
  ],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}

test("a storage account's name is one in the world", async () => {
  await azure.create("storage:StorageAccount", account({ accountName: "onlyone" }));
  await azure.create("resources:ResourceGroup", { resourceGroupName: "rg2", location: "westeurope" });
  const elsewhere = account({ accountName: "onlyone", resourceGroupName: "rg2" });
  await refuses("StorageAccountInAnotherResourceGroup", azure.create("storage:StorageAccount", elsewhere));
  const other = azure.beside("33333333-3333-3333-3333-333333333333");
  await other.create("resources:ResourceGroup", { resourceGroupName: "rg", location: "westeurope" });
  await refuses(
    "StorageAccountAlreadyTaken",
    other.create("storage:StorageAccount", account({ accountName: "onlyone" })),
  );
});

test("what a storage account has for life cannot be changed, and no blob becomes public by accident", async () => {
  const made = await azure.create("storage:StorageAccount", customerKey());
  assert.equal((made.state.sku as { tier: string }).tier, "Standard");
  const name = { ...inGroup, accountName: "novacrondata" };
  await refuses(
    "AccountPropertyCannotBeUpdated",
    azure.update("storage:StorageAccount", made, { sku: { name: "Premium_LRS" } }),
  );
  await refuses(
    "PublicAccessNotPermitted",
    azure.create("storage:BlobContainer", { ...name, containerName: "open", publicAccess: "Blob" }),
  );
  await refuses("InvalidResourceName", azure.create("storage:BlobContainer", { ...name, containerName: "My-Models" }));
  await refuses(
    "ResourceNotFound",
    azure.create("storage:BlobContainer", { ...name, accountName: "none", containerName: "models" }),
  );
  const kept = { enabled: true, days: 400 };
  await refuses(
    "InvalidValuesForRequestParameters",
    azure.create("storage:BlobServiceProperties", { ...name, deleteRetentionPolicy: kept }),
  );
  const container = await azure.create("storage:BlobContainer", { ...name, containerName: "models" });
  await refuses("CannotDeleteResource", azure.remove("storage:StorageAccount", made.id));
  await azure.remove("storage:BlobContainer", container.id);
  await azure.remove("storage:StorageAccount", made.id);
});
