import assert from "node:assert/strict";
import { test } from "node:test";
import { inGroup, placed, vaultProperties, withKey, withNetwork } from "./baseline.ts";
import { refuses, SUBSCRIPTION } from "./subscription.ts";

const { azure, network } = await withNetwork();
const { vaultName } = await withKey(azure);
const VAULT = "keyvault:Vault";
const vaultOf = (properties: object, name = "kv-new") => ({
  ...placed,
  vaultName: name,
  properties: { ...vaultProperties, ...properties },
});
const keyOf = (properties: object) => ({ ...inGroup, vaultName, keyName: "new", properties });
const refused: [why: string, code: string, kind: string, inputs: object][] = [
  ["a vault name that begins with a digit", "VaultNameNotValid", VAULT, vaultOf({}, "1vault")],
  ["a vault name with two hyphens", "VaultNameNotValid", VAULT, vaultOf({}, "my--vault")],
  ["a vault name of 25 characters", "vaultName", VAULT, vaultOf({}, "v".repeat(25))],
  ["a vault of another tenant", "BadRequest", VAULT, vaultOf({ tenantId: "99999999-9999-9999-9999-999999999999" })],
  [
    "purge protection switched off",
    'enablePurgeProtection\\" cannot be set to false',
    VAULT,
    vaultOf({ enablePurgeProtection: false }),
  ],
  ["deleted secrets that last six days", "softDeleteRetentionInDays", VAULT, vaultOf({ softDeleteRetentionInDays: 6 })],
  ["a vault without roles or policies", "BadRequest", VAULT, vaultOf({ enableRbacAuthorization: false })],
  [
    "a vault firewall for a subnet that is not there",
    "VirtualNetworkNotValid",
    VAULT,
    vaultOf({ networkAcls: { virtualNetworkRules: [{ id: `${network.id}/subnets/none` }] } }),
  ],
  ["a hardware key in a standard vault", "NotSupported", "keyvault:Key", keyOf({ kty: "RSA-HSM" })],
  ["an RSA key of 1024 bits", "BadParameter", "keyvault:Key", keyOf({ kty: "RSA", keySize: 1024 })],
  ["a key in no vault", "ParentResourceNotFound", "keyvault:Key", { ...keyOf({ kty: "RSA" }), vaultName: "none" }],
  [
    "a secret without a value",
    "BadParameter",
    "keyvault:Secret",
    { ...inGroup, vaultName, secretName: "s", properties: {} },
  ],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}

test("a vault's name stays taken after its deletion, and what protects it cannot be undone", async () => {
  const made = await azure.create(VAULT, vaultOf({}, "kv-for-life"));
  await refuses(
    "enablePurgeProtection",
    azure.update(VAULT, made, { properties: { ...vaultProperties, enablePurgeProtection: undefined } }),
  );
  await refuses(
    "softDeleteRetentionInDays",
    azure.update(VAULT, made, { properties: { ...vaultProperties, softDeleteRetentionInDays: 30 } }),
  );
  const elsewhere = { ...vaultOf({}, "kv-for-life"), resourceGroupName: "rg3" };
  await azure.create("resources:ResourceGroup", { resourceGroupName: "rg3", location: "westeurope" });
  await refuses("VaultAlreadyExists", azure.create(VAULT, elsewhere));
  await azure.remove(VAULT, made.id);
  await refuses("ConflictError", azure.create(VAULT, vaultOf({}, "kv-for-life")));
  await azure.create(VAULT, vaultOf({ createMode: "recover" }, "kv-for-life"));
});

test("a provider without a subscription is not configured", async () => {
  const { azure: cloud } = await import("../../../sim/clouds/azure/index.ts");
  assert.deepEqual(cloud.checkConfig({ subscriptionId: SUBSCRIPTION }), []);
  assert.equal(cloud.checkConfig({ subscriptionId: "prod", tenantId: "me" }).length, 2);
});
