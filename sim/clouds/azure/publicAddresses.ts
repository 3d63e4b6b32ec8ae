import type { PublicIPAddress, PublicIPAddressArgs } from "@pulumi/azure-native/network/publicIPAddress.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, type Identity, newResource } from "./arm.ts";
import { given } from "./given.ts";
import { same } from "./ids.ts";
import { checkZones, checkZonesKept, normalise } from "./locations.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName } from "./networkNames.ts";
import { dependentsOf } from "./usage.ts";

export const PUBLIC_ADDRESS = "Microsoft.Network/publicIPAddresses";

type Input = Unwrap<PublicIPAddressArgs>;

export const publicIpAddress: Service<OutputsOf<PublicIPAddress>> = service<PublicIPAddressArgs, PublicIPAddress>(
  "azure-native:network:PublicIPAddress",
  {
    replaceOn: [
      "publicIpAddressName",
      "resourceGroupName",
      "location",
      "publicIPAddressVersion",
      "publicIPPrefix",
      "sku",
    ],
    naming: anyName("publicIpAddressName"),
    create: (input, world) => {
      checkNetworkName(input.publicIpAddressName ?? "");
      const address = newResource(world, publicIpAddress, PUBLIC_ADDRESS, input, input.publicIpAddressName);
      check(input, address, world);
      const label = input.dnsSettings?.domainNameLabel;
      return {
        ...address,
        azureApiVersion: "2024-05-01",
        ddosSettings: given(input.ddosSettings) ?? { protectionMode: "VirtualNetworkInherited" },
        ...(label === undefined
          ? {}
          : { dnsSettings: { ...given(input.dnsSettings), fqdn: fqdnOf(label, address.location) } }),
        etag: etag(world),
        idleTimeoutInMinutes: input.idleTimeoutInMinutes ?? 4,
        ipAddress: world.publicAddress(),
        // Azure leaves this out until something uses the address.
        ipConfiguration: { etag: etag(world), provisioningState: "Succeeded" },
        provisioningState: "Succeeded",
        publicIPAddressVersion: input.publicIPAddressVersion ?? "IPv4",
        publicIPAllocationMethod: input.publicIPAllocationMethod ?? "Dynamic",
        resourceGuid: guid(world),
        sku: { name: input.sku?.name ?? "Basic", tier: input.sku?.tier ?? "Regional" },
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      checkZonesKept(current.id, (current.inputs as Input).zones, input.zones);
      check(input, { id: current.id, name: current.state.name, type: PUBLIC_ADDRESS, location: current.region }, world);
      return { etag: etag(world) };
    },
    remove: (address, world) => {
      deletable(world, address.id);
      const [user] = dependentsOf(world, address);
      if (user === undefined) return;
      refuse(
        "PublicIPAddressCannotBeDeleted",
        `Public IP address ${address.id} can not be deleted since it is still allocated to resource ${user.id}. In order to delete the public IP, disassociate/detach the Public IP address from the resource. To learn how to do this, see aka.ms/deletepublicip.`,
      );
    },
    seconds: { create: 5, update: 3, remove: 10 },
  },
);

function check(input: Input, address: Identity, world: World): void {
  const { id, location } = address;
  const sku = input.sku?.name ?? "Basic";
  if (sku === "Basic") {
    refuse(
      "IPv4BasicSkuPublicIpCountLimitReached",
      "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region.",
    );
  }
  if (sku !== "Standard") refuse("InvalidSku", `Sku ${sku} of public IP address ${id} is not supported. Use Standard.`);
  if ((input.publicIPAllocationMethod ?? "Dynamic") !== "Static") {
    refuse(
      "StandardSkuPublicIPAddressesMustBeStatic",
      `Standard sku publicIp ${id} must have AllocationMethod set to Static.`,
    );
  }
  checkZones(`${PUBLIC_ADDRESS}/${address.name}`, location, input.zones);
  if (input.zones?.length === 2) {
    refuse(
      "PublicIPAddressZonesInvalid",
      `Public IP address ${id} has zones ${input.zones.join(", ")}. It stands in one zone, or in all zones of its location.`,
    );
  }
  const timeout = input.idleTimeoutInMinutes ?? 4;
  if (timeout < 4 || timeout > 30) {
    refuse(
      "InvalidIdleTimeoutInMinutes",
      `IdleTimeoutInMinutes ${timeout} of public IP address ${id} is out of range. It should be between 4 and 30.`,
    );
  }
  const label = input.dnsSettings?.domainNameLabel;
  if (label === undefined) return;
  if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)) {
    refuse(
      "InvalidDomainNameLabel",
      `The domain name label ${label} is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.`,
    );
  }
  const taken = world
    .all(publicIpAddress)
    .some((other) => !same(other.id, id) && other.state.dnsSettings?.fqdn === fqdnOf(label, location));
  if (taken) {
    refuse("DnsRecordInUse", `DNS record ${fqdnOf(label, location)} is already used by another public IP.`);
  }
}

/** Refuses an address that serves something else already. `by` is the id of what asks for it. */
export function checkAddressFree(address: Stored<unknown>, by: string, world: World): void {
  const user = dependentsOf(world, address).find((candidate) => !same(candidate.id, by));
  if (user === undefined) return;
  refuse(
    "PublicIPAddressInUse",
    `Resource ${by} is referencing public IP address ${address.id} that is already allocated to resource ${user.id}.`,
  );
}

const fqdnOf = (label: string, location: string): string => `${label}.${normalise(location)}.cloudapp.azure.com`;
