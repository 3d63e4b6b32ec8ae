import type { StorageAccountArgs } from "@pulumi/azure-native/storage/storageAccount.js";
import type { Unwrap } from "@pulumi/pulumi";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { given } from "./given.ts";
import { find, same } from "./ids.ts";
import { mayUseKey, vaultOfKey } from "./keyAccess.ts";
import { userAssignedIdentity } from "./managedIdentities.ts";
import { isProtected, vaultKey } from "./vaultObjects.ts";

type Input = Unwrap<StorageAccountArgs>;

/** The rules on a storage account's encryption with a customer's key. */
export function checkEncryption(input: Input, id: string, world: World): void {
  for (const identity of input.identity?.userAssignedIdentities ?? []) {
    if (find(world, userAssignedIdentity, identity) === undefined) {
      refuse(
        "FailedIdentityOperation",
        `Identity operation for resource '${id}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. The resource '${identity}' was not found.'`,
      );
    }
  }
  const { encryption } = input;
  if (encryption === undefined || same(encryption.keySource ?? "Microsoft.Storage", "Microsoft.Storage")) return;
  const incomplete = () =>
    refuse(
      "InvalidValuesForRequestParameters",
      "Values for request parameters are invalid: encryption.keyVaultProperties.",
    );
  const { keyVersion } = encryption.keyVaultProperties ?? {};
  const keyName = encryption.keyVaultProperties?.keyName ?? incomplete();
  const keyVaultUri = encryption.keyVaultProperties?.keyVaultUri ?? incomplete();
  const identity = encryption.encryptionIdentity?.encryptionUserAssignedIdentity;
  if (input.identity === undefined || input.identity.type === "None") {
    refuse("ManagedServiceIdentityNotSet", "Managed Service Identity (MSI) is not set for this account.");
  }
  if (identity !== undefined && !(input.identity?.userAssignedIdentities ?? []).some((own) => same(own, identity))) {
    refuse(
      "EncryptionIdentityNotAssigned",
      `The encryption identity ${identity} is not among the identities of the storage account ${id}.`,
    );
  }
  const owner =
    vaultOfKey(world, slashed(keyVaultUri)) ??
    refuse("KeyVaultNotFound", `The Key Vault '${keyVaultUri}' could not be found.`);
  if (!isProtected(owner)) refuse("KeyPolicyError", "Keyvault policy recoverable is not set");
  const noKey = () =>
    refuse(
      "KeyVaultEncryptionKeyNotFound",
      `The key vault key is not found to unwrap the encryption key: '${keyName}' in '${keyVaultUri}'.`,
    );
  const key = find(world, vaultKey, `${owner.id}/keys/${keyName}`) ?? noKey();
  if (keyVersion !== undefined && keyVersion !== "" && !key.state.keyUriWithVersion.endsWith(`/${keyVersion}`)) noKey();
  const principal = find(world, userAssignedIdentity, identity)?.state.principalId;
  if (principal !== undefined && !mayUseKey(world, { vault: owner, keyId: key.id, principal })) {
    refuse(
      "KeyVaultAuthenticationFailure",
      `The operation failed because of authentication issue on the keyvault. For more information, see - https://go.microsoft.com/fwlink/?linkid=2300117 (identity ${identity}, key ${key.id})`,
    );
  }
}

/** The encryption part of an answer. */
export function encryptionOf(input: Input["encryption"], world: World) {
  const asked = given(input) ?? {};
  const { keyVaultProperties, services, ...rest } = asked;
  const now = world.now();
  const uri = slashed(keyVaultProperties?.keyVaultUri ?? "");
  const key = world
    .all(vaultKey)
    .find(
      ({ state }) => keyVaultProperties !== undefined && same(state.keyUri, `${uri}keys/${keyVaultProperties.keyName}`),
    );
  const enabled = { enabled: true, keyType: "Account", lastEnabledTime: now };
  return {
    ...rest,
    keySource: asked.keySource ?? "Microsoft.Storage",
    services: { blob: { ...enabled, ...services?.blob }, file: { ...enabled, ...services?.file } },
    ...(keyVaultProperties === undefined
      ? {}
      : {
          keyVaultProperties: {
            ...keyVaultProperties,
            currentVersionedKeyExpirationTimestamp: "",
            currentVersionedKeyIdentifier: key?.state.keyUriWithVersion ?? "",
            lastKeyRotationTimestamp: now,
          },
        }),
  };
}

const slashed = (uri: string): string => (uri.endsWith("/") ? uri : `${uri}/`);
