import type { PrivateDnsZoneGroup, PrivateDnsZoneGroupArgs } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import type { PrivateEndpoint, PrivateEndpointArgs } from "@pulumi/azure-native/network/privateEndpoint.js";
import type { Unwrap } from "@pulumi/pulumi";
import { addressIn, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newChild, newResource, refuseWhileNested } from "./arm.ts";
import { given } from "./given.ts";
import { childrenOf, find, parentOf, parseId, same } from "./ids.ts";
import { vault } from "./keyVaults.ts";
import { etag } from "./metadata.ts";
import { anyName, checkNetworkName, childName } from "./networkNames.ts";
import { privateZone } from "./privateDns.ts";
import { storageAccount } from "./storageAccounts.ts";
import { requireSubnet, type SubnetView } from "./subnets.ts";
import { dependentsOf } from "./usage.ts";

const PRIVATE_ENDPOINT = "Microsoft.Network/privateEndpoints";

/** What an endpoint may be made to, and the parts of it that have an endpoint of their own. */
const TARGETS: Record<string, string[]> = {
  "microsoft.keyvault/vaults": ["vault"],
  "microsoft.storage/storageaccounts": ["blob", "table", "queue", "file", "web", "dfs"].flatMap((part) => [
    part,
    `${part}_secondary`,
  ]),
};

type Input = Unwrap<PrivateEndpointArgs>;

export const privateEndpoint: Service<OutputsOf<PrivateEndpoint>> = service<PrivateEndpointArgs, PrivateEndpoint>(
  "azure-native:network:PrivateEndpoint",
  {
    replaceOn: ["privateEndpointName", "resourceGroupName", "location", "subnet"],
    naming: anyName("privateEndpointName"),
    create: (input, world) => {
      checkNetworkName(input.privateEndpointName ?? "");
      const endpoint = newResource(world, privateEndpoint, PRIVATE_ENDPOINT, input, input.privateEndpointName);
      const subnet = checkSubnet(input, endpoint, world);
      const target = checkConnections(input, endpoint, world);
      return {
        ...endpoint,
        azureApiVersion: "2024-05-01",
        customDnsConfigs: [{ fqdn: target, ipAddresses: [freeAddress(subnet, world)] }],
        etag: etag(world),
        networkInterfaces: [],
        provisioningState: "Succeeded",
        ...connections(input, endpoint.id, world),
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      const endpoint = { id: current.id, name: current.state.name, type: PRIVATE_ENDPOINT, location: current.region };
      checkConnections(input, endpoint, world);
      return { etag: etag(world), ...connections(input, current.id, world) };
    },
    remove: (endpoint, world) => {
      deletable(world, endpoint.id);
      const groups = childrenOf(world, privateDnsZoneGroup, endpoint.id);
      refuseWhileNested(groups);
    },
    seconds: { create: 60, update: 20, remove: 30 },
  },
);

export const privateDnsZoneGroup: Service<OutputsOf<PrivateDnsZoneGroup>> = service<
  PrivateDnsZoneGroupArgs,
  PrivateDnsZoneGroup
>("azure-native:network:PrivateDnsZoneGroup", {
  replaceOn: ["privateDnsZoneGroupName", "privateEndpointName", "resourceGroupName"],
  naming: childName("privateDnsZoneGroupName"),
  create: (input, world) => {
    const name = input.privateDnsZoneGroupName ?? world.logicalName;
    checkNetworkName(name);
    const { child, parent } = newChild(
      world,
      privateDnsZoneGroup,
      `${PRIVATE_ENDPOINT}/privateDnsZoneGroups`,
      input,
      privateEndpoint,
      input.privateEndpointName,
      name,
    );
    if (childrenOf(world, privateDnsZoneGroup, parent.id).length > 0) {
      refuse(
        "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
        `Cannot create more than one private dns zone groups in the private endpoint ${parent.id}.`,
      );
    }
    return {
      id: child.id,
      name: child.name,
      azureApiVersion: "2024-05-01",
      etag: etag(world),
      privateDnsZoneConfigs: zoneConfigs(input, child.id, world),
      provisioningState: "Succeeded",
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    return { etag: etag(world), privateDnsZoneConfigs: zoneConfigs(input, current.id, world) };
  },
  remove: (group, world) => deletable(world, group.id),
  seconds: { create: 10, update: 10, remove: 10 },
});

function checkSubnet(input: Input, endpoint: Identity, world: World): SubnetView {
  const subnet = requireSubnet(world, input.subnet?.id, { location: endpoint.location, by: endpoint.id });
  if (subnet.name === "GatewaySubnet" || subnet.delegations.length > 0) {
    refuse(
      "PrivateEndpointCannotBeCreatedInSubnet",
      `Private endpoint ${endpoint.id} cannot be created in subnet ${subnet.id}: the subnet is kept for ${subnet.delegations[0] ?? "virtual network gateways"}.`,
    );
  }
  return subnet;
}

/** Checks what an endpoint leads to and returns the name under which clients know it. */
function checkConnections(input: Input, endpoint: Identity, world: World): string {
  const automatic = input.privateLinkServiceConnections ?? [];
  const manual = input.manualPrivateLinkServiceConnections ?? [];
  const [connection] = [...automatic, ...manual];
  if (connection === undefined) {
    return refuse(
      "PrivateLinkServiceConnectionRequired",
      `Private endpoint ${endpoint.id} has neither PrivateLinkServiceConnections nor ManualPrivateLinkServiceConnections.`,
    );
  }
  if (automatic.length + manual.length > 1) {
    refuse(
      "PrivateEndpointWithMultipleConnectionsNotSupported",
      `Private endpoint ${endpoint.id} has ${automatic.length + manual.length} connections. It can have one.`,
    );
  }
  const target = connection.privateLinkServiceId ?? "";
  const groups = TARGETS[(parseId(target)?.type ?? "").toLowerCase()];
  const owner = find(world, vault, target) ?? find(world, storageAccount, target);
  if (groups === undefined || owner === undefined) {
    return refuse(
      "InvalidResourceReference",
      `Resource ${target} referenced by resource ${endpoint.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  const asked = connection.groupIds ?? [];
  const [group] = asked;
  if (group === undefined || asked.length > 1 || !groups.includes(group)) {
    return refuse(
      "InvalidPrivateLinkServiceConnectionGroupIds",
      `Private endpoint ${endpoint.id} asks for group ids '${asked.join(", ")}' of ${target}. It must ask for one of: ${groups.join(", ")}.`,
    );
  }
  return group === "vault" ? `${owner.state.name}.vault.azure.net` : `${owner.state.name}.${group}.core.windows.net`;
}

const connections = (input: Input, id: string, world: World) => {
  const completed = (asked: Input["privateLinkServiceConnections"], kind: string, status: string) =>
    given(asked ?? []).map((connection) => ({
      ...connection,
      etag: etag(world),
      id: `${id}/${kind}/${connection.name}`,
      privateLinkServiceConnectionState: { status, description: "", actionsRequired: "None" },
      provisioningState: "Succeeded",
      type: `${PRIVATE_ENDPOINT}/${kind}`,
    }));
  return {
    privateLinkServiceConnections: completed(
      input.privateLinkServiceConnections,
      "privateLinkServiceConnections",
      "Approved",
    ),
    manualPrivateLinkServiceConnections: completed(
      input.manualPrivateLinkServiceConnections,
      "manualPrivateLinkServiceConnections",
      "Pending",
    ),
  };
};

/** The next free address of a subnet; Azure keeps the first four and the last for itself. */
function freeAddress(subnet: SubnetView, world: World): string {
  const prefix = subnet.prefixes[0] ?? "";
  const range = parseRange(prefix);
  const size = range === undefined ? 0 : range.last - range.first + 1;
  const used = dependentsOf(world, {
    id: subnet.id,
    type: "",
    account: "",
    region: "",
    urn: "",
    inputs: {},
    state: {},
  }).length;
  if (used + 1 > size - 5) {
    refuse(
      "SubnetIsFull",
      `Subnet ${subnet.name} with address prefix ${prefix} does not have enough capacity for 1 IP addresses.`,
    );
  }
  return addressIn(prefix, 4 + used);
}

function zoneConfigs(input: Unwrap<PrivateDnsZoneGroupArgs>, id: string, world: World) {
  const asked = given(input.privateDnsZoneConfigs ?? []);
  if (asked.length > 5) {
    refuse(
      "PrivateDnsZoneGroupLimitExceeded",
      `Private dns zone group ${id} has ${asked.length} zones. At most 5 are allowed.`,
    );
  }
  const dns = find(world, privateEndpoint, parentOf(id))?.state.customDnsConfigs?.[0];
  return asked.map((config, index) => {
    const zone = find(world, privateZone, config.privateDnsZoneId);
    if (zone === undefined) {
      return refuse(
        "InvalidResourceReference",
        `Resource ${config.privateDnsZoneId ?? ""} referenced by resource ${id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      );
    }
    if (asked.slice(0, index).some((earlier) => same(earlier.privateDnsZoneId ?? "", zone.id))) {
      refuse("DuplicatePrivateDnsZone", `Private dns zone group ${id} names zone ${zone.id} twice.`);
    }
    return {
      ...config,
      recordSets: [
        {
          fqdn: `${dns?.fqdn?.split(".")[0] ?? ""}.${zone.state.name}`,
          ipAddresses: dns?.ipAddresses ?? [],
          provisioningState: "Succeeded",
          recordSetName: dns?.fqdn?.split(".")[0] ?? "",
          recordType: "A",
          ttl: 10,
        },
      ],
    };
  });
}
