import type { Vault, VaultArgs } from "@pulumi/azure-native/keyvault/vault.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseAddress, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource, refuseWhileNested } from "./arm.ts";
import { given } from "./given.ts";
import { childrenOf, same } from "./ids.ts";
import { isGuid, systemData } from "./metadata.ts";
import { findSubnet } from "./subnets.ts";
import { checkTags } from "./tags.ts";
import { vaultKey, vaultSecret } from "./vaultObjects.ts";

const VAULT = "Microsoft.KeyVault/vaults";

/** Days for which a deleted vault can be brought back where the request does not say. */
const DEFAULT_RETENTION_DAYS = 90;

type Input = Unwrap<VaultArgs>;

export const vault: Service<OutputsOf<Vault>> = service<VaultArgs, Vault>("azure-native:keyvault:Vault", {
  replaceOn: ["vaultName", "resourceGroupName", "location"],
  naming: {
    property: "vaultName",
    pattern: /^[a-zA-Z0-9-]{3,24}$/,
    allowed: "3–24 letters, digits and hyphens (VaultNameNotValid)",
    maxLength: 24,
  },
  create: (input, world) => {
    const name = input.vaultName ?? "";
    checkName(name);
    const created = newResource(world, vault, VAULT, input, name);
    if (world.all(vault).some((other) => same(other.state.name, name))) {
      refuse(
        "VaultAlreadyExists",
        `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a recoverable state then the vault will need to be purged before reusing the name. For more information about VaultAlreadyExists, soft delete and purging a vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740.`,
      );
    }
    checkProperties(input, world);
    // The last of the checks: a name is spent once a vault had it. Azure frees it when the deleted vault is purged, 7 to 90
    // days later.
    if (!world.claim(`vault ${name.toLowerCase()}`) && input.properties.createMode !== "recover") {
      refuse(
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
      );
    }
    return {
      ...created,
      azureApiVersion: "2024-11-01",
      properties: properties(input, name),
      systemData: systemData(world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    checkProperties(input, world);
    checkIrreversible(input, current);
    return { properties: properties(input, current.state.name) };
  },
  remove: (current, world) => {
    deletable(world, current.id);
    const nested = [...childrenOf(world, vaultKey, current.id), ...childrenOf(world, vaultSecret, current.id)];
    // Azure would take keys and secrets along. Here each is a resource that a program answers for.
    refuseWhileNested(nested);
  },
  seconds: { create: 30, update: 10, remove: 10 },
});

function checkName(name: string): void {
  if (/^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/.test(name)) return;
  refuse(
    "VaultNameNotValid",
    `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147742`,
  );
}

function checkProperties(input: Input, world: World): void {
  const bad = (message: string) => refuse("BadRequest", message);
  const { properties: asked } = input;
  checkTags(input.tags);
  if (!isGuid(asked.tenantId)) bad(`An invalid value was provided for 'tenantId'.`);
  const tenant = world.config.tenantId;
  if (typeof tenant === "string" && tenant !== "" && !same(tenant, asked.tenantId)) {
    bad(
      `The tenant ID '${asked.tenantId}' in the request does not match the tenant '${tenant}' that the subscription is associated with.`,
    );
  }
  if (asked.sku.family !== "A" || !["standard", "premium"].includes(asked.sku.name)) {
    bad(`An invalid value was provided for 'sku'. The family is 'A', the name 'standard' or 'premium'.`);
  }
  const days = asked.softDeleteRetentionInDays;
  if (days !== undefined && (!Number.isInteger(days) || days < 7 || days > 90)) {
    bad(`The property "softDeleteRetentionInDays" has an invalid value ${days}. It accepts >=7 and <=90.`);
  }
  if (asked.enablePurgeProtection === false) {
    bad(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    );
  }
  if (asked.enablePurgeProtection === true && asked.enableSoftDelete === false) {
    bad('The property "enablePurgeProtection" cannot be set to true unless "enableSoftDelete" is true.');
  }
  if (asked.enableRbacAuthorization !== true && asked.accessPolicies === undefined && asked.createMode !== "recover") {
    bad("The parameter accessPolicies is not specified.");
  }
  for (const policy of asked.accessPolicies ?? []) {
    if (!isGuid(policy.objectId)) bad("An invalid value was provided for 'accessPolicies'.");
    if (!same(policy.tenantId, asked.tenantId))
      bad("An access policy must use the same tenant ID as the key vault's tenant ID.");
  }
  for (const { value } of asked.networkAcls?.ipRules ?? []) {
    if (parseRange(value) === undefined && parseAddress(value) === undefined) {
      bad(`IP rule '${value}' is invalid. It must be an IPv4 address or range in CIDR notation.`);
    }
  }
  for (const rule of asked.networkAcls?.virtualNetworkRules ?? []) {
    if (findSubnet(world, rule.id) === undefined) {
      refuse("VirtualNetworkNotValid", `The subnet '${rule.id}' in the network rules of the vault could not be found.`);
    }
  }
}

/** Some properties are for life once they are set. */
function checkIrreversible(input: Input, current: Stored<OutputsOf<Vault>>): void {
  const before = (current.inputs as Input).properties;
  const asked = input.properties;
  if (before.enablePurgeProtection === true && asked.enablePurgeProtection !== true) {
    refuse(
      "BadRequest",
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
    );
  }
  if ((before.enableSoftDelete ?? true) && asked.enableSoftDelete === false) {
    refuse(
      "BadRequest",
      "The property \"enableSoftDelete\" can be set to false only for creating new vault. Enabling the 'soft delete' functionality is an irreversible action.",
    );
  }
  const retention = before.softDeleteRetentionInDays ?? DEFAULT_RETENTION_DAYS;
  if (asked.softDeleteRetentionInDays !== undefined && asked.softDeleteRetentionInDays !== retention) {
    refuse("BadRequest", 'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.');
  }
}

const properties = ({ properties: asked }: Input, name: string) => {
  const { createMode: _, ...rest } = given(asked);
  return {
    ...rest,
    accessPolicies: (rest.accessPolicies ?? []).map((policy) => ({ ...policy, permissions: policy.permissions ?? {} })),
    enableSoftDelete: rest.enableSoftDelete ?? true,
    hsmPoolResourceId: "",
    networkAcls: {
      ...rest.networkAcls,
      bypass: rest.networkAcls?.bypass ?? "AzureServices",
      defaultAction: rest.networkAcls?.defaultAction ?? "Allow",
    },
    privateEndpointConnections: [],
    provisioningState: "Succeeded",
    publicNetworkAccess: rest.publicNetworkAccess ?? "Enabled",
    softDeleteRetentionInDays: rest.softDeleteRetentionInDays ?? DEFAULT_RETENTION_DAYS,
    vaultUri: `https://${name}.vault.azure.net/`,
  };
};
