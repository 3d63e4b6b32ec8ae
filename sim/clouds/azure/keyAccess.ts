import type { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import type { OutputsOf, Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { same } from "./ids.ts";
import { vault } from "./keyVaults.ts";
import { isGranted } from "./roleAssignments.ts";
import { vaultKey } from "./vaultObjects.ts";

/** Roles that let their holder wrap and unwrap with a key. */
const CRYPTO_ROLES = [
  "Key Vault Administrator",
  "Key Vault Crypto Officer",
  "Key Vault Crypto User",
  "Key Vault Crypto Service Encryption User",
];

/** The key of which an address names the current version. */
export const keyVersion = (world: World, address: string) =>
  world.all(vaultKey).find(({ state }) => same(state.keyUriWithVersion, address));

/** The vault that a key's address is in. */
export const vaultOfKey = (world: World, address: string) =>
  world.all(vault).find(({ state }) => address.toLowerCase().startsWith(state.properties.vaultUri.toLowerCase()));

/** Whether a principal may wrap and unwrap with a key, by role or by the vault's own access policy. */
export function mayUseKey(
  world: World,
  { vault: owner, keyId, principal }: { vault: Stored<OutputsOf<Vault>>; keyId: string; principal: string },
): boolean {
  if (owner.state.properties.enableRbacAuthorization === true) {
    return isGranted(world, { principal, scope: keyId, roles: CRYPTO_ROLES });
  }
  const policy = (owner.state.properties.accessPolicies ?? []).find(({ objectId }) => same(objectId, principal));
  const granted = (policy?.permissions.keys ?? []).map((permission) => permission.toLowerCase());
  return granted.includes("all") || ["get", "wrapkey", "unwrapkey"].every((needed) => granted.includes(needed));
}
