import type { NatGateway, NatGatewayArgs } from "@pulumi/azure-native/network/natGateway.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newResource, referenced } from "./arm.ts";
import { checkZones, checkZonesKept } from "./locations.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName } from "./networkNames.ts";
import { checkAddressFree, PUBLIC_ADDRESS, publicIpAddress } from "./publicAddresses.ts";
import { dependentsOf } from "./usage.ts";

const NAT_GATEWAY = "Microsoft.Network/natGateways";

type Input = Unwrap<NatGatewayArgs>;

export const natGateway: Service<OutputsOf<NatGateway>> = service<NatGatewayArgs, NatGateway>(
  "azure-native:network:NatGateway",
  {
    replaceOn: ["natGatewayName", "resourceGroupName", "location"],
    naming: anyName("natGatewayName"),
    create: (input, world) => {
      checkNetworkName(input.natGatewayName ?? "");
      const gateway = newResource(world, natGateway, NAT_GATEWAY, input, input.natGatewayName);
      check(input, gateway, world);
      return {
        ...gateway,
        azureApiVersion: "2024-05-01",
        etag: etag(world),
        idleTimeoutInMinutes: input.idleTimeoutInMinutes ?? 4,
        provisioningState: "Succeeded",
        resourceGuid: guid(world),
        sku: { name: input.sku?.name ?? "Standard" },
        subnets: [],
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      checkZonesKept(current.id, (current.inputs as Input).zones, input.zones);
      check(input, { id: current.id, name: current.state.name, type: NAT_GATEWAY, location: current.region }, world);
      return { etag: etag(world) };
    },
    remove: (gateway, world) => {
      deletable(world, gateway.id);
      const [user] = dependentsOf(world, gateway);
      if (user === undefined) return;
      refuse(
        "InUseNatGatewayCannotBeDeleted",
        `NAT gateway ${gateway.id} cannot be deleted because it is in use by the following resources: ${user.id}. In order to delete the NAT gateway, remove the association with the resource(s).`,
      );
    },
    seconds: { create: 20, update: 10, remove: 15 },
  },
);

function check(input: Input, gateway: Identity, world: World): void {
  const sku = input.sku?.name ?? "Standard";
  if (sku !== "Standard") {
    refuse(
      "NatGatewaySkuNotSupported",
      `Sku ${sku} of NAT gateway ${gateway.id} is not supported in API version 2024-05-01. The supported sku is Standard.`,
    );
  }
  checkZones(`${NAT_GATEWAY}/${gateway.name}`, gateway.location, input.zones);
  if ((input.zones ?? []).length > 1) {
    refuse(
      "NatGatewayWithMultipleZonesNotSupported",
      `NAT gateway ${gateway.id} has zones ${input.zones?.join(", ")}. A NAT gateway stands in one zone, or in none in particular.`,
    );
  }
  const timeout = input.idleTimeoutInMinutes ?? 4;
  if (timeout < 4 || timeout > 120) {
    refuse(
      "NatGatewayIdleTimeoutIsInvalid",
      `IdleTimeoutInMinutes ${timeout} of NAT gateway ${gateway.id} is out of range. It should be between 4 and 120.`,
    );
  }
  const addresses = input.publicIpAddresses ?? [];
  if (addresses.length > 16) {
    refuse(
      "NatGatewayPublicIpLimitExceeded",
      `NAT gateway ${gateway.id} has ${addresses.length} public IP addresses. At most 16 are allowed.`,
    );
  }
  for (const reference of addresses) {
    const address = referenced(
      world,
      publicIpAddress,
      { id: reference.id, type: PUBLIC_ADDRESS, path: "properties.publicIpAddresses" },
      gateway,
    );
    checkAddressFree(address, gateway.id, world);
    const zones = address.state.zones ?? [];
    if (zones.length === 1 && input.zones?.[0] !== zones[0]) {
      refuse(
        "NatGatewayPublicIpZoneMismatch",
        `NAT gateway ${gateway.id} has zone constraint ${input.zones?.[0] ?? "Regional"}, but public IP address ${address.id} has zone constraint ${zones[0]}.`,
      );
    }
  }
}
