import { DiskEncryptionSet } from "@pulumi/azure-native/compute/diskEncryptionSet.js";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { grant } from "./roles.ts";
import type { AzureSecrets } from "./secrets.ts";

/** What encrypts the disks of nodes and the volumes of pods with our key. */
export class AzureDiskEncryption extends ComponentResource {
  readonly id: Output<string>;

  constructor(
    name: string,
    args: { plan: AzureRegionPlan; group: ResourceGroup; secrets: AzureSecrets; identity: UserAssignedIdentity },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:DiskEncryption", name, {}, opts);
    const { plan, group, secrets, identity } = args;
    const key = secrets.diskKey;
    const usesKey = grant(
      `${name}-key`,
      { plan, to: identity, role: "Key Vault Crypto Service Encryption User", on: key.id },
      this,
    );
    const set = new DiskEncryptionSet(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        encryptionType: "EncryptionAtRestWithCustomerKey",
        activeKey: { keyUrl: key.keyUriWithVersion, sourceVault: { id: secrets.vaultId } },
        rotationToLatestKeyVersionEnabled: true,
        tags: plan.tags,
      },
      // Azure moves to each new version of the key by itself; the program must not move it back.
      { parent: this, dependsOn: [usesKey], ignoreChanges: ["activeKey.keyUrl"] },
    );
    this.id = set.id;
    this.registerOutputs({ id: this.id });
  }
}
