import type { Key } from "@pulumi/azure-native/keyvault/key.js";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  getProject,
  getStack,
  type Input,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { lock } from "./locks.ts";
import { storageAccountName } from "./names.ts";

/** Days in which deleted or overwritten blobs can be brought back. */
const UNDELETE_DAYS = 30;

export interface AzureStorageArgs {
  plan: AzureRegionPlan;
  group: ResourceGroup;
  /** First part of the account's name, at most 11 lower-case letters and digits. */
  prefix: string;
  key: Key;
  vaultUri: Input<string>;
  /** Identity that may wrap and unwrap with the key. The grant must exist before the account does. */
  identity: UserAssignedIdentity;
}

/**
 * A storage account that is encrypted with our key and that nobody reaches from the internet or with a shared key: only
 * Entra ID identities through a private endpoint, and the Azure services that write logs.
 */
export class AzureStorage extends ComponentResource {
  readonly accountId: Output<string>;
  readonly accountName: Output<string>;
  readonly blobEndpoint: Output<string>;

  constructor(name: string, args: AzureStorageArgs, opts?: ComponentResourceOptions) {
    super("novacron:azure:Storage", name, {}, opts);
    const { plan, group, key, identity } = args;
    const account = new StorageAccount(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        accountName: storageAccountName(args.prefix, plan.account.subscriptionId, getProject(), getStack(), name),
        kind: "StorageV2",
        // Three copies in three zones: nothing that is kept here is worth a copy in another region.
        sku: { name: "Standard_ZRS" },
        accessTier: "Hot",
        // TLS 1.3 is spoken where the client can; Azure refuses it as the minimum (FeatureNotSupported).
        minimumTlsVersion: "TLS1_2",
        enableHttpsTrafficOnly: true,
        allowBlobPublicAccess: false,
        allowSharedKeyAccess: false,
        defaultToOAuthAuthentication: true,
        allowCrossTenantReplication: false,
        publicNetworkAccess: "Disabled",
        networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" },
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        encryption: {
          keySource: "Microsoft.Keyvault",
          // Without a version, so that the account follows the key's rotation.
          keyVaultProperties: { keyName: key.name, keyVaultUri: args.vaultUri },
          encryptionIdentity: { encryptionUserAssignedIdentity: identity.id },
          requireInfrastructureEncryption: true,
          services: { blob: { enabled: true, keyType: "Account" }, file: { enabled: true, keyType: "Account" } },
        },
        tags: plan.tags,
      },
      { parent: this },
    );
    new BlobServiceProperties(
      `${name}-blobs`,
      {
        resourceGroupName: group.name,
        accountName: account.name,
        blobServicesName: "default",
        isVersioningEnabled: true,
        deleteRetentionPolicy: { enabled: true, days: UNDELETE_DAYS },
        containerDeleteRetentionPolicy: { enabled: true, days: UNDELETE_DAYS },
      },
      { parent: this },
    );
    lock(`${name}-lock`, { plan, scope: account.id }, this);

    this.accountId = account.id;
    this.accountName = account.name;
    this.blobEndpoint = account.primaryEndpoints.blob;
    this.registerOutputs({
      accountId: this.accountId,
      accountName: this.accountName,
      blobEndpoint: this.blobEndpoint,
    });
  }
}

/** The region's bucket for test artefacts and models: a container in a storage account of its own. */
export class AzureArtifacts extends ComponentResource {
  readonly account: AzureStorage;
  /** Address of the container. */
  readonly url: Output<string>;

  constructor(name: string, args: Omit<AzureStorageArgs, "prefix">, opts?: ComponentResourceOptions) {
    super("novacron:azure:Artifacts", name, {}, opts);
    this.account = new AzureStorage(name, { ...args, prefix: "artifacts" }, { parent: this });
    const container = new BlobContainer(
      `${name}-container`,
      {
        resourceGroupName: args.group.name,
        accountName: this.account.accountName,
        containerName: "artifacts",
        publicAccess: "None",
      },
      { parent: this },
    );
    this.url = interpolate`${this.account.blobEndpoint}${container.name}`;
    this.registerOutputs({ account: this.account, url: this.url });
  }
}
