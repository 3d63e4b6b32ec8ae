import assert from "node:assert/strict";
import { test } from "node:test";
import { GROUP, inGroup, PLACE, placed, publicAddress, roleDefinition, withNetwork } from "./baseline.ts";
import { refuses, SUBSCRIPTION, Subscription } from "./subscription.ts";

const given = await withNetwork();
const { azure, network } = given;
const address = await publicAddress(azure, "ip", { zones: ["1"] });
const nat = await azure.create("network:NatGateway", {
  ...placed,
  natGatewayName: "nat",
  zones: ["1"],
  publicIpAddresses: [{ id: address.id }],
});
const groupOfRules = await azure.create("network:NetworkSecurityGroup", { ...placed, networkSecurityGroupName: "nsg" });
await given.subnet("guarded", "10.2.128.0/24", {
  networkSecurityGroup: { id: groupOfRules.id },
  natGateway: { id: nat.id },
});
await azure.create("resources:ResourceGroup", { resourceGroupName: "north", location: "northeurope" });
const farNsg = await azure.create("network:NetworkSecurityGroup", {
  resourceGroupName: "north",
  networkSecurityGroupName: "far",
});

const without = (inputs: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !keys.includes(key)));
const vnet = (more: object) => ({
  ...placed,
  virtualNetworkName: "other",
  addressSpace: { addressPrefixes: ["10.8.0.0/16"] },
  ...more,
});
const space = (...addressPrefixes: string[]) => vnet({ addressSpace: { addressPrefixes } });
const subnet = (more: object) => ({
  ...inGroup,
  virtualNetworkName: "vnet",
  subnetName: "another",
  addressPrefix: "10.2.200.0/24",
  ...more,
});
const refused: [why: string, code: string, kind: string, inputs: object][] = [
  [
    "a group in a place that Azure does not have",
    "LocationNotAvailableForResourceGroup",
    "resources:ResourceGroup",
    { resourceGroupName: "g2", location: "mars" },
  ],
  [
    "a group that exists elsewhere",
    "InvalidResourceGroupLocation",
    "resources:ResourceGroup",
    { resourceGroupName: "RG", location: "eastus" },
  ],
  [
    "a group whose name ends with a full stop",
    "InvalidResourceGroup",
    "resources:ResourceGroup",
    { resourceGroupName: "g.", location: PLACE },
  ],
  [
    "a group with 51 tags",
    "TooManyTags",
    "resources:ResourceGroup",
    {
      resourceGroupName: "g3",
      location: PLACE,
      tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, "x"])),
    },
  ],
  [
    "a tag name with a slash",
    "InvalidTagNameCharacters",
    "resources:ResourceGroup",
    { resourceGroupName: "g4", location: PLACE, tags: { "a/b": "x" } },
  ],
  [
    "a tag value of 257 characters",
    "InvalidTagValueLength",
    "resources:ResourceGroup",
    { resourceGroupName: "g5", location: PLACE, tags: { a: "x".repeat(257) } },
  ],
  [
    "a resource in a group that does not exist",
    "ResourceGroupNotFound",
    "network:VirtualNetwork",
    vnet({ resourceGroupName: "nowhere" }),
  ],
  [
    "a resource in a place that Azure does not have",
    "LocationNotAvailableForResourceType",
    "network:VirtualNetwork",
    vnet({ location: "eu-west-1" }),
  ],
  [
    "a second network of the same name",
    "cannot create already existing resource",
    "network:VirtualNetwork",
    vnet({ virtualNetworkName: "VNET" }),
  ],
  [
    "the same name in another place",
    "InvalidResourceLocation",
    "network:VirtualNetwork",
    vnet({ virtualNetworkName: "vnet", location: "northeurope" }),
  ],
  [
    "a network name with a space",
    "InvalidResourceName",
    "network:VirtualNetwork",
    vnet({ virtualNetworkName: "my net" }),
  ],
  [
    "a network name that ends with a hyphen",
    "InvalidResourceName",
    "network:VirtualNetwork",
    vnet({ virtualNetworkName: "net-" }),
  ],
  [
    "a network name of 81 characters",
    "InvalidResourceName",
    "network:VirtualNetwork",
    vnet({ virtualNetworkName: "n".repeat(81) }),
  ],
  ["an address without a prefix length", "InvalidAddressPrefixFormat", "network:VirtualNetwork", space("10.8.0.0")],
  ["a range with host bits", "InvalidCIDRNotation", "network:VirtualNetwork", space("10.8.0.1/16")],
  ["ranges that overlap", "AddressSpaceOverlaps", "network:VirtualNetwork", space("10.8.0.0/16", "10.8.4.0/24")],
  ["a network without a range", "AddressSpaceEmpty", "network:VirtualNetwork", space()],
  ["a link-local network", "AddressPrefixReserved", "network:VirtualNetwork", space("169.254.0.0/16")],
  [
    "a DNS server that is no address",
    "InvalidDnsServerIpAddress",
    "network:VirtualNetwork",
    vnet({ dhcpOptions: { dnsServers: ["ns1"] } }),
  ],
  [
    "inline subnets that overlap",
    "NetcfgSubnetRangesOverlap",
    "network:VirtualNetwork",
    vnet({
      subnets: [
        { name: "a", addressPrefix: "10.8.0.0/24" },
        { name: "b", addressPrefix: "10.8.0.128/25" },
      ],
    }),
  ],
  [
    "an inline subnet outside",
    "NetcfgInvalidSubnet",
    "network:VirtualNetwork",
    vnet({ subnets: [{ name: "a", addressPrefix: "10.9.0.0/24" }] }),
  ],
  ["a subnet of no network", "ParentResourceNotFound", "network:Subnet", subnet({ virtualNetworkName: "none" })],
  ["a subnet outside its network", "NetcfgInvalidSubnet", "network:Subnet", subnet({ addressPrefix: "10.3.0.0/24" })],
  ["a subnet over another", "NetcfgSubnetRangesOverlap", "network:Subnet", subnet({ addressPrefix: "10.2.64.0/24" })],
  ["a subnet of four addresses", "NetcfgInvalidSubnet", "network:Subnet", subnet({ addressPrefix: "10.2.200.0/30" })],
  ["a subnet with host bits", "InvalidCIDRNotation", "network:Subnet", subnet({ addressPrefix: "10.2.200.1/24" })],
  ["a subnet without a range", "SubnetAddressPrefixMissing", "network:Subnet", without(subnet({}), "addressPrefix")],
  [
    "a subnet with a NAT gateway that does not exist",
    "InvalidResourceReference",
    "network:Subnet",
    subnet({ natGateway: { id: `${nat.id}x` } }),
  ],
  [
    "a subnet with a security group of another location",
    "InvalidResourceReference",
    "network:Subnet",
    subnet({ networkSecurityGroup: { id: farNsg.id } }),
  ],
  [
    "a network's id where a NAT gateway's should be",
    "InvalidJsonReferenceWrongType",
    "network:Subnet",
    subnet({ natGateway: { id: network.id } }),
  ],
  [
    "a bare name where an id should be",
    "LinkedInvalidPropertyId",
    "network:Subnet",
    subnet({ natGateway: { id: "nat" } }),
  ],
  [
    "a NAT gateway on the gateway subnet",
    "NatGatewayNotSupportedOnGatewaySubnet",
    "network:Subnet",
    subnet({ subnetName: "GatewaySubnet", natGateway: { id: nat.id } }),
  ],
  [
    "a delegation to nobody",
    "SubnetDelegationServiceNameInvalid",
    "network:Subnet",
    subnet({ delegations: [{ name: "d", serviceName: "Contoso/things" }] }),
  ],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}

test("what is in use cannot be deleted, and says by what", async () => {
  await refuses("CannotDeleteResource", azure.remove("network:VirtualNetwork", network.id));
  await refuses("PublicIPAddressCannotBeDeleted", azure.remove("network:PublicIPAddress", address.id));
  await refuses("InUseNatGatewayCannotBeDeleted", azure.remove("network:NatGateway", nat.id));
  await refuses(
    "InUseNetworkSecurityGroupCannotBeDeleted",
    azure.remove("network:NetworkSecurityGroup", groupOfRules.id),
  );
  await refuses(
    "ResourceGroupDeletionBlocked",
    azure.remove("resources:ResourceGroup", `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`),
  );
});

test("a lock keeps what it covers from being deleted, until it is gone", async () => {
  const own = await withNetwork(new Subscription());
  const lock = await own.azure.create("authorization:ManagementLockByScope", {
    lockName: "keep",
    level: "CanNotDelete",
    scope: own.network.id,
  });
  await refuses("ScopeLocked", own.azure.remove("network:Subnet", own.nodes.id));
  await own.azure.remove("authorization:ManagementLockByScope", lock.id);
  await own.azure.remove("network:Subnet", own.nodes.id);
});

test("a flow log finds the watcher that Azure makes by itself, and nobody makes a second", async () => {
  await refuses(
    "NetworkWatcherCountLimitReached",
    azure.create("network:NetworkWatcher", { ...placed, networkWatcherName: "mine" }),
  );
  const account = await azure.create("storage:StorageAccount", {
    ...placed,
    accountName: "flowlogsof4711",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  });
  const log = (more: object) => ({
    resourceGroupName: "NetworkWatcherRG",
    networkWatcherName: `NetworkWatcher_${PLACE}`,
    flowLogName: "flows",
    location: PLACE,
    targetResourceId: network.id,
    storageId: account.id,
    ...more,
  });
  await refuses(
    "ParentResourceNotFound",
    azure.create("network:FlowLog", log({ networkWatcherName: "NetworkWatcher_eastus" })),
  );
  await refuses("InvalidResourceReference", azure.create("network:FlowLog", log({ storageId: `${account.id}x` })));
  await refuses(
    "NsgFlowLogCreationNotAllowed",
    azure.create("network:FlowLog", log({ targetResourceId: groupOfRules.id })),
  );
  await refuses(
    "InvalidRetentionPolicyDays",
    azure.create("network:FlowLog", log({ retentionPolicy: { enabled: true, days: 400 } })),
  );
  await azure.create("network:FlowLog", log({}));
  await refuses("FlowLogAlreadyExistsOnTarget", azure.create("network:FlowLog", log({ flowLogName: "again" })));
});

test("names that a program leaves out are made as the real provider makes them", async () => {
  const own = await withNetwork(new Subscription());
  const named = await own.azure.create("network:NetworkSecurityGroup", placed);
  assert.match(named.id, /\/r\d+0{8}$/, "random digits behind a name of its own group");
  const child = await own.azure.create("network:Subnet", {
    ...inGroup,
    virtualNetworkName: "vnet",
    addressPrefix: "10.2.128.0/24",
  });
  assert.match(child.id, /\/subnets\/r\d+$/, "none behind a child's");
  const role = await own.azure.create("authorization:RoleAssignment", {
    principalId: "44444444-4444-4444-4444-444444444444",
    roleDefinitionId: roleDefinition("Reader"),
    scope: own.network.id,
  });
  assert.match(role.id, /roleAssignments\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
