import type { DiskEncryptionSet, DiskEncryptionSetArgs } from "@pulumi/azure-native/compute/diskEncryptionSet.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource } from "./arm.ts";
import { given } from "./given.ts";
import { find, nameOf, same } from "./ids.ts";
import { keyVersion, mayUseKey, vaultOfKey } from "./keyAccess.ts";
import { identityWith, userAssignedIdentity } from "./managedIdentities.ts";
import { systemData } from "./metadata.ts";
import { anyName } from "./networkNames.ts";
import { dependentsOf } from "./usage.ts";
import { isProtected } from "./vaultObjects.ts";

const ENCRYPTION_SET = "Microsoft.Compute/diskEncryptionSets";

type Input = Unwrap<DiskEncryptionSetArgs>;

export const diskEncryptionSet: Service<OutputsOf<DiskEncryptionSet>> = service<
  DiskEncryptionSetArgs,
  DiskEncryptionSet
>("azure-native:compute:DiskEncryptionSet", {
  replaceOn: ["diskEncryptionSetName", "resourceGroupName", "location"],
  naming: anyName("diskEncryptionSetName"),
  create: (input, world) => {
    const name = input.diskEncryptionSetName ?? "";
    if (!/^[\w-]{1,80}$/.test(name)) {
      refuse(
        "InvalidParameter",
        `The disk encryption set name '${name}' is invalid. Supported characters are a-z, A-Z, 0-9, _ and -; the maximum length is 80 characters.`,
      );
    }
    const set = newResource(world, diskEncryptionSet, ENCRYPTION_SET, input, name);
    check(input, set.id, set.location, world);
    return {
      ...set,
      ...computed(input, world),
      autoKeyRotationError: {},
      azureApiVersion: "2024-03-02",
      encryptionType: input.encryptionType ?? "EncryptionAtRestWithCustomerKey",
      lastKeyRotationTimestamp: world.now(),
      previousKeys: [],
      provisioningState: "Succeeded",
      systemData: systemData(world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    const before = (current.inputs as Input).encryptionType ?? "EncryptionAtRestWithCustomerKey";
    if (before !== (input.encryptionType ?? "EncryptionAtRestWithCustomerKey")) {
      refuse("PropertyChangeNotAllowed", "Changing property 'encryptionType' is not allowed.");
    }
    check(input, current.id, current.region, world);
    return computed(input, world);
  },
  remove: (set, world) => {
    deletable(world, set.id);
    const [user] = dependentsOf(world, set);
    if (user === undefined) return;
    refuse(
      "OperationNotAllowed",
      `Disk encryption set '${nameOf(set.id)}' cannot be deleted since it is in use by ${user.id}.`,
    );
  },
  seconds: { create: 10, update: 10, remove: 10 },
});

const computed = (input: Input, world: World) => ({
  ...(input.identity === undefined ? {} : { identity: identityWith(input.identity, world) }),
  ...(input.activeKey === undefined ? {} : { activeKey: given(input.activeKey) }),
});

function check(input: Input, id: string, location: string, world: World): void {
  const invalid = (parameter: string, reason: string) =>
    refuse("InvalidParameter", `The value of parameter ${parameter} is invalid. ${reason}`);
  if (input.identity === undefined || input.identity.type === "None") {
    invalid("identity", "A disk encryption set must have a managed identity.");
  }
  const types = [
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
    "ConfidentialVmEncryptedWithCustomerKey",
  ];
  if (input.encryptionType !== undefined && !types.includes(input.encryptionType)) {
    invalid("encryptionType", `Allowed values are ${types.join(", ")}.`);
  }
  const identities = (input.identity?.userAssignedIdentities ?? []).map((identity) => {
    const found = find(world, userAssignedIdentity, identity);
    return (
      found ??
      refuse(
        "FailedIdentityOperation",
        `Identity operation for resource '${id}' failed with error 'The resource '${identity}' was not found.'`,
      )
    );
  });
  const key = input.activeKey ?? invalid("activeKey", "Required parameter activeKey is missing (null).");
  if (!/^https:\/\/[^/]+\/keys\/[^/]+\/[0-9a-f]{32}$/i.test(key.keyUrl)) {
    invalid(
      "activeKey.keyUrl",
      `'${key.keyUrl}' is no versioned Key Vault key URL. It should be https://{vault}/keys/{key}/{version}.`,
    );
  }
  const owner =
    vaultOfKey(world, key.keyUrl) ??
    refuse("KeyVaultNotFound", `The Key Vault of key '${key.keyUrl}' could not be found.`);
  if (key.sourceVault?.id !== undefined && !same(key.sourceVault.id, owner.id)) {
    refuse("KeyVaultNotFound", `The key '${key.keyUrl}' is not in the Key Vault ${key.sourceVault.id}.`);
  }
  if (owner.region !== location || owner.account !== world.account) {
    refuse(
      "KeyVaultAndDiskEncryptionSetInDifferentRegions",
      `Disk encryption set '${id}' is in '${location}' and Key Vault '${owner.id}' in '${owner.region}'. Both must be in the same region and subscription.`,
    );
  }
  if (!isProtected(owner)) {
    refuse(
      "KeyVaultNotProtected",
      `Key Vault '${owner.id}' must have soft delete and purge protection enabled to be used with disk encryption set '${id}'.`,
    );
  }
  const stored =
    keyVersion(world, key.keyUrl) ?? refuse("KeyVaultKeyNotFound", `The key '${key.keyUrl}' could not be found.`);
  const forbidden = identities.find(
    (identity) => !mayUseKey(world, { vault: owner, keyId: stored.id, principal: identity.state.principalId }),
  );
  if (forbidden !== undefined) {
    refuse(
      "KeyVaultAccessForbidden",
      `Unable to access key vault resource '${key.keyUrl}' to enable encryption at rest. Please grant get, wrap and unwrap key permissions to disk encryption set '${nameOf(id)}'. Please visit https://aka.ms/keyvaultaccessssecmk for more information.`,
    );
  }
}
