import { test } from "node:test";
import { inGroup, placed, withKey, withNetwork } from "./baseline.ts";
import { refuses, Subscription } from "./subscription.ts";

const { azure, subnet } = await withNetwork();
const { vault } = await withKey(azure);

test("private endpoints reach what exists, through subnets that take them", async () => {
  const endpoints = await subnet("endpoints", "10.2.160.0/29");
  const delegated = await subnet("delegated", "10.2.161.0/28", {
    delegations: [{ name: "aks", serviceName: "Microsoft.ContainerService/managedClusters" }],
  });
  const endpoint = (privateEndpointName: string, target: string, groupIds: string[], subnetId = endpoints.id) =>
    azure.create("network:PrivateEndpoint", {
      ...placed,
      privateEndpointName,
      subnet: { id: subnetId },
      privateLinkServiceConnections: [{ name: "c", privateLinkServiceId: target, groupIds }],
    });
  await refuses("InvalidResourceReference", endpoint("pe", `${vault.id}x`, ["vault"]));
  await refuses("InvalidPrivateLinkServiceConnectionGroupIds", endpoint("pe", vault.id, ["blob"]));
  await refuses("PrivateEndpointCannotBeCreatedInSubnet", endpoint("pe", vault.id, ["vault"], delegated.id));
  const first = await endpoint("pe", vault.id, ["vault"]);
  await endpoint("pe2", vault.id, ["vault"]);
  await endpoint("pe3", vault.id, ["vault"]);
  await refuses("SubnetIsFull", endpoint("pe4", vault.id, ["vault"]));
  await refuses("InUseSubnetCannotBeDeleted", azure.remove("network:Subnet", endpoints.id));

  const zone = await azure.create("privatedns:PrivateZone", {
    ...inGroup,
    privateZoneName: "privatelink.vaultcore.azure.net",
    location: "Global",
  });
  const records = (privateDnsZoneGroupName: string, zoneId: string) =>
    azure.create("network:PrivateDnsZoneGroup", {
      ...inGroup,
      privateEndpointName: "pe",
      privateDnsZoneGroupName,
      privateDnsZoneConfigs: [{ name: "vault", privateDnsZoneId: zoneId }],
    });
  await refuses("InvalidResourceReference", records("default", `${zone.id}x`));
  await records("default", zone.id);
  await refuses("MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed", records("second", zone.id));
  await refuses("CannotDeleteResource", azure.remove("network:PrivateEndpoint", first.id));
});

test("a private zone has a name of its own in each network", async () => {
  const own = await withNetwork(new Subscription());
  const zone = (privateZoneName: string, more: object = {}) =>
    own.azure.create("privatedns:PrivateZone", { ...inGroup, privateZoneName, location: "Global", ...more });
  await refuses("LocationNotAvailableForResourceType", zone("a.example", { location: "westeurope" }));
  await refuses("BadRequest", zone("internal"));
  await refuses("BadRequest", zone("azure.com"));
  const made = await zone("a.example");
  await own.azure.create("resources:ResourceGroup", { resourceGroupName: "rg2", location: "westeurope" });
  await zone("a.example", { resourceGroupName: "rg2" });
  const link = (name: string, more: object = {}) =>
    own.azure.create("privatedns:VirtualNetworkLink", {
      ...inGroup,
      privateZoneName: "a.example",
      virtualNetworkLinkName: name,
      location: "Global",
      virtualNetwork: { id: own.network.id },
      ...more,
    });
  await refuses("could not be found", link("l", { virtualNetwork: { id: `${own.network.id}x` } }));
  await refuses("ParentResourceNotFound", link("l", { privateZoneName: "b.example" }));
  await link("l");
  await refuses("Conflict", link("again"));
  await refuses("overlapping namespaces", link("l", { resourceGroupName: "rg2" }));
  await refuses("CannotDeleteResource", own.azure.remove("privatedns:PrivateZone", made.id));
});
