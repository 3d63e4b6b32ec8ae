import type { Key, KeyArgs } from "@pulumi/azure-native/keyvault/key.js";
import type { Secret, SecretArgs } from "@pulumi/azure-native/keyvault/secret.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import { changeable, deletable, newChild } from "./arm.ts";
import { given } from "./given.ts";
import { vault } from "./keyVaults.ts";

const NAME = /^[a-zA-Z0-9-]{1,127}$/;

const OPERATIONS = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey", "import", "release"];

export const vaultKey: Service<OutputsOf<Key>> = service<KeyArgs, Key>("azure-native:keyvault:Key", {
  replaceOn: [
    "keyName",
    "vaultName",
    "resourceGroupName",
    "properties.kty",
    "properties.keySize",
    "properties.curveName",
  ],
  naming: {
    property: "keyName",
    pattern: NAME,
    allowed: "letters, digits and hyphens (BadParameter)",
    maxLength: 127,
    automatic: false,
  },
  // Others name a key by its address: with the version or without.
  references: (state) => [state.keyUri, state.keyUriWithVersion],
  create: (input, world) => {
    const { child, parent } = newChild(
      world,
      vaultKey,
      "Microsoft.KeyVault/vaults/keys",
      input,
      vault,
      input.vaultName,
      input.keyName ?? world.logicalName,
    );
    checkKey(input, parent.state.properties.sku.name);
    const keyUri = `${parent.state.properties.vaultUri}keys/${child.name}`;
    const seconds = Math.floor(Date.parse(world.now()) / 1000);
    const { attributes, curveName, keyOps, keySize, rotationPolicy } = given(input.properties);
    const kty = input.properties.kty ?? "RSA";
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      location: parent.region,
      attributes: {
        enabled: true,
        exportable: false,
        ...attributes,
        created: seconds,
        updated: seconds,
        recoveryLevel: parent.state.properties.enablePurgeProtection === true ? "Recoverable" : "Recoverable+Purgeable",
      },
      azureApiVersion: "2024-11-01",
      ...(kty.startsWith("EC") ? { curveName: curveName ?? "P-256" } : { keySize: keySize ?? 2048 }),
      keyOps: keyOps ?? ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
      keyUri,
      keyUriWithVersion: `${keyUri}/${world.hex(32)}`,
      kty,
      ...(rotationPolicy === undefined ? {} : { rotationPolicy: rotation(rotationPolicy) }),
      tags: input.tags ?? {},
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    return { tags: input.tags ?? {} };
  },
  remove: (key, world) => deletable(world, key.id),
  seconds: { create: 5, update: 3, remove: 3 },
});

export const vaultSecret: Service<OutputsOf<Secret>> = service<SecretArgs, Secret>("azure-native:keyvault:Secret", {
  replaceOn: ["secretName", "vaultName", "resourceGroupName"],
  naming: {
    property: "secretName",
    pattern: NAME,
    allowed: "letters, digits and hyphens (BadParameter)",
    maxLength: 127,
    automatic: false,
  },
  create: (input, world) => {
    const { child, parent } = newChild(
      world,
      vaultSecret,
      "Microsoft.KeyVault/vaults/secrets",
      input,
      vault,
      input.vaultName,
      input.secretName ?? world.logicalName,
    );
    checkSecret(input);
    const secretUri = `${parent.state.properties.vaultUri}secrets/${child.name}`;
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      location: parent.region,
      azureApiVersion: "2024-11-01",
      properties: secretProperties(input, secretUri, world.hex(32), world.now()),
      tags: input.tags ?? {},
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    checkSecret(input);
    return {
      properties: secretProperties(input, current.state.properties.secretUri, world.hex(32), world.now()),
      tags: input.tags ?? {},
    };
  },
  remove: (secret, world) => deletable(world, secret.id),
  seconds: { create: 3, update: 3, remove: 3 },
});

/** Whether a key's vault keeps it from being lost, as everything that encrypts with it demands. */
export const isProtected = (
  owner: Stored<OutputsOf<import("@pulumi/azure-native/keyvault/vault.js").Vault>>,
): boolean => owner.state.properties.enableSoftDelete === true && owner.state.properties.enablePurgeProtection === true;

function checkKey(input: Unwrap<KeyArgs>, sku: string): void {
  const { kty = "RSA", keySize, curveName, keyOps, rotationPolicy } = input.properties;
  if (!["RSA", "RSA-HSM", "EC", "EC-HSM"].includes(kty))
    refuse("BadParameter", `Property kty has invalid value '${kty}'.`);
  if (kty.endsWith("-HSM") && sku !== "premium") {
    refuse(
      "NotSupported",
      `Key type '${kty}' is not supported in a vault of SKU '${sku}'. HSM-protected keys need the premium SKU.`,
    );
  }
  if (kty.startsWith("RSA") && keySize !== undefined && ![2048, 3072, 4096].includes(keySize)) {
    refuse("BadParameter", `Property key_size has invalid value ${keySize}. RSA keys have 2048, 3072 or 4096 bits.`);
  }
  if (kty.startsWith("EC") && !["P-256", "P-384", "P-521", "P-256K"].includes(curveName ?? "P-256")) {
    refuse("BadParameter", `Property crv has invalid value '${curveName}'.`);
  }
  const unknown = (keyOps ?? []).find((operation) => !OPERATIONS.includes(operation));
  if (unknown !== undefined) refuse("BadParameter", `Property key_ops has invalid value '${unknown}'.`);
  for (const { trigger } of rotationPolicy?.lifetimeActions ?? []) {
    if ((trigger?.timeAfterCreate === undefined) === (trigger?.timeBeforeExpiry === undefined)) {
      refuse(
        "BadParameter",
        "A lifetime action of a key rotation policy has one of timeAfterCreate and timeBeforeExpiry.",
      );
    }
  }
}

function checkSecret(input: Unwrap<SecretArgs>): void {
  const { value } = input.properties;
  if (value === undefined) refuse("BadParameter", "The request body must specify a valid secret: 'value' is missing.");
  if (Buffer.byteLength(value ?? "") > 25 * 1024) refuse("BadParameter", "The secret value is larger than 25 KB.");
}

const rotation = (policy: { attributes?: { expiryTime?: string }; lifetimeActions?: object[] }) => ({
  ...policy,
  attributes: { created: 0, updated: 0, ...policy.attributes },
});

/** Resource Manager never gives a secret's value back. */
const secretProperties = (input: Unwrap<SecretArgs>, secretUri: string, version: string, now: string) => {
  const seconds = Math.floor(Date.parse(now) / 1000);
  const { contentType, attributes } = given(input.properties);
  return {
    attributes: { enabled: true, ...attributes, created: seconds, updated: seconds },
    ...(contentType === undefined ? {} : { contentType }),
    secretUri,
    secretUriWithVersion: `${secretUri}/${version}`,
  };
};
