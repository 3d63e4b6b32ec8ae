import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { lock } from "./locks.ts";

/** A new version every year, a month before the old one ends. */
const YEARLY_ROTATION = {
  attributes: { expiryTime: "P13M" },
  lifetimeActions: [{ action: { type: "rotate" as const }, trigger: { timeAfterCreate: "P1Y" } }],
};

/**
 * The region's Key Vault: the keys that encrypt cluster, disks and storage, and the store of the region's secrets.
 *
 * Azure has no secret without a value, and values do not belong in the program. So the federation key has no resource here:
 * its container is the vault, its name is `federation`, and operators set it with
 * `az keyvault secret set --vault-name … --name federation`.
 */
export class AzureSecrets extends ComponentResource {
  readonly vaultId: Output<string>;
  readonly vaultUri: Output<string>;
  /** Encrypts the cluster's secrets in etcd. */
  readonly clusterKey: Key;
  /** Encrypts nodes' disks and volumes. */
  readonly diskKey: Key;
  /** Encrypts the storage accounts. */
  readonly storageKey: Key;

  /**
   * `name` is also the vault's, with eight random digits behind it, and must have no more than 16 characters: Azure takes 24,
   * unique over all its customers. The digits keep a name free that a deleted vault would hold for the 90 days in which it can be restored.
   */
  constructor(name: string, args: { plan: AzureRegionPlan; group: ResourceGroup }, opts?: ComponentResourceOptions) {
    super("novacron:azure:Secrets", name, {}, opts);
    const { plan, group } = args;
    const child = { parent: this };
    const vault = new Vault(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        properties: {
          tenantId: plan.account.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          // Fixed once the vault exists, and so the same in every tier.
          softDeleteRetentionInDays: 90,
          enablePurgeProtection: true,
          // Reached through its private endpoint. Storage and disks are services that Azure trusts to come past it.
          publicNetworkAccess: "Disabled",
          networkAcls: { defaultAction: "Deny", bypass: "AzureServices" },
        },
        tags: plan.tags,
      },
      child,
    );
    const key = (kind: string, rotation: { rotationPolicy?: typeof YEARLY_ROTATION }) =>
      new Key(
        `${name}-${kind}`,
        {
          resourceGroupName: group.name,
          vaultName: vault.name,
          keyName: kind,
          properties: {
            kty: "RSA",
            keySize: 3072,
            keyOps: ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
            ...rotation,
          },
          tags: plan.tags,
        },
        child,
      );
    // AKS is told one version of its key and would not follow a rotation by itself.
    this.clusterKey = key("cluster", {});
    this.diskKey = key("disks", { rotationPolicy: YEARLY_ROTATION });
    this.storageKey = key("storage", { rotationPolicy: YEARLY_ROTATION });
    lock(`${name}-lock`, { plan, scope: vault.id }, this);

    this.vaultId = vault.id;
    this.vaultUri = vault.properties.vaultUri;
    this.registerOutputs({
      vaultId: this.vaultId,
      vaultUri: this.vaultUri,
      clusterKey: this.clusterKey,
      diskKey: this.diskKey,
      storageKey: this.storageKey,
    });
  }
}
