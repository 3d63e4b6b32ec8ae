import { Subscription, TENANT } from "./subscription.ts";

export const GROUP = "rg";
export const PLACE = "westeurope";

export const placed = { resourceGroupName: GROUP, location: PLACE };
export const inGroup = { resourceGroupName: GROUP };

/** A group with a network in it: what most resources need. */
export async function withNetwork(azure = new Subscription()) {
  const group = await azure.create("resources:ResourceGroup", { resourceGroupName: GROUP, location: PLACE });
  const network = await azure.create("network:VirtualNetwork", {
    ...placed,
    virtualNetworkName: "vnet",
    addressSpace: { addressPrefixes: ["10.2.0.0/16"] },
  });
  const subnet = (subnetName: string, addressPrefix: string, more = {}) =>
    azure.create("network:Subnet", { ...inGroup, virtualNetworkName: "vnet", subnetName, addressPrefix, ...more });
  const nodes = await subnet("nodes", "10.2.0.0/17");
  return { azure, group, network, nodes, subnet };
}

/** A static public address that spans all zones. */
export const publicAddress = (azure: Subscription, publicIpAddressName: string, more = {}) =>
  azure.create("network:PublicIPAddress", {
    ...placed,
    publicIpAddressName,
    sku: { name: "Standard" },
    publicIPAllocationMethod: "Static",
    zones: ["1", "2", "3"],
    ...more,
  });

export const vaultProperties = {
  tenantId: TENANT,
  sku: { family: "A", name: "standard" },
  enableRbacAuthorization: true,
  enablePurgeProtection: true,
};

let vaults = 0;

/** A vault with a key, and an identity. A vault never gets a name that another one had. */
export async function withKey(azure: Subscription, properties: object = vaultProperties) {
  vaults += 1;
  const vaultName = `vault-${vaults}`;
  const vault = await azure.create("keyvault:Vault", { ...placed, vaultName, properties });
  const key = await azure.create("keyvault:Key", { ...inGroup, vaultName, keyName: "key", properties: { kty: "RSA" } });
  const identity = await azure.create("managedidentity:UserAssignedIdentity", {
    ...placed,
    resourceName: `user-${vaults}`,
  });
  return { vault, key, identity, vaultName };
}

const ROLES = {
  "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
  "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
} as const;

export const roleDefinition = (role: keyof typeof ROLES): string =>
  `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`;

let assignments = 0;

export const assignmentName = (): string => {
  assignments += 1;
  return `00000000-0000-0000-0000-${String(assignments).padStart(12, "0")}`;
};

export const grant = (azure: Subscription, principalId: unknown, role: keyof typeof ROLES, scope: string) =>
  azure.create("authorization:RoleAssignment", {
    roleAssignmentName: assignmentName(),
    principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: roleDefinition(role),
    scope,
  });
