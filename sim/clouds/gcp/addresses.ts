import type { Address, AddressArgs } from "@pulumi/gcp/compute/address.js";
import { addressIn, contains, parseAddress } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import { computeName, demandUnused, numericId, register } from "./compute.ts";
import { invalid, oneOf } from "./errors.ts";
import { demandLabels, labelFingerprint, labelled } from "./labels.ts";
import { ADDRESSES, COMPUTE, demand, referencesTo, SUBNETWORKS, usersIn } from "./links.ts";
import { regionOf } from "./places.ts";
import { subnetwork } from "./subnetworks.ts";

/** Reserved external addresses in a region before somebody asks for more (quota STATIC_ADDRESSES). */
const MOST_EXTERNAL = 8;
const PURPOSES = [
  "GCE_ENDPOINT",
  "SHARED_LOADBALANCER_VIP",
  "VPC_PEERING",
  "IPSEC_INTERCONNECT",
  "PRIVATE_SERVICE_CONNECT",
  "DNS_RESOLVER",
];

/** Reserved regional addresses, external or in a subnetwork. */
export const address: Service<OutputsOf<Address>> = service<AddressArgs, Address>("gcp:compute/address:Address", {
  replaceOn: [
    "name",
    "project",
    "region",
    "address",
    "addressType",
    "description",
    "ipCollection",
    "ipVersion",
    "ipv6EndpointType",
    "network",
    "networkTier",
    "prefixLength",
    "purpose",
    "subnetwork",
  ],
  naming: computeName,
  region: regionOf,
  check: (input) => [
    ...oneOf("addressType", input.addressType, ["INTERNAL", "EXTERNAL"]),
    ...oneOf("networkTier", input.networkTier, ["PREMIUM", "STANDARD"]),
    ...oneOf("ipVersion", input.ipVersion, ["IPV4", "IPV6"]),
    ...oneOf("ipv6EndpointType", input.ipv6EndpointType, ["VM", "NETLB"]),
  ],
  references: referencesTo,
  create: (input, world) => {
    const common = register(address, ADDRESSES, input, world);
    demandLabels(input.labels);
    const internal = input.addressType === "INTERNAL";
    if (!internal && input.subnetwork !== undefined) {
      invalid(
        "resource.subnetwork",
        input.subnetwork,
        "Subnetwork may only be specified for addresses of type INTERNAL.",
      );
    }
    if (!internal && input.purpose !== undefined) {
      invalid("resource.purpose", input.purpose, "Purpose may only be specified for addresses of type INTERNAL.");
    }
    if (internal && input.networkTier !== undefined) {
      invalid(
        "resource.networkTier",
        input.networkTier,
        "Network tier cannot be specified for addresses of type INTERNAL.",
      );
    }
    if (input.purpose !== undefined && !PURPOSES.includes(input.purpose)) {
      invalid("resource.purpose", input.purpose, `Must be one of ${PURPOSES.join(", ")}.`);
    }
    if (input.address !== undefined && input.ipVersion !== "IPV6" && parseAddress(input.address) === undefined) {
      invalid("resource.address", input.address, "Must be a valid IPv4 address.");
    }
    if (input.prefixLength !== undefined && !["VPC_PEERING", "IPSEC_INTERCONNECT"].includes(input.purpose ?? "")) {
      invalid("resource.prefixLength", input.prefixLength, "Prefix length may only be specified for ranges.");
    }
    const others = world
      .all(address)
      .filter((other) => other.account === world.account && other.region === world.region);
    let chosen = input.address;
    let subnet = "";
    if (internal) {
      const parent = demand(subnetwork, SUBNETWORKS, "resource.subnetwork", input.subnetwork, world);
      if (parent.region !== world.region)
        invalid("resource.subnetwork", input.subnetwork, "The subnetwork must be in the address's region.");
      subnet = COMPUTE + parent.id;
      const range = parent.state.ipCidrRange;
      const used = new Set(
        others.filter((other) => other.state.subnetwork === subnet).map((other) => other.state.address),
      );
      if (chosen !== undefined && !contains(range, `${chosen}/32`)) {
        invalid(
          "resource.address",
          chosen,
          `Requested internal IP address is outside the subnetwork CIDR range ${range}.`,
        );
      }
      // The first two addresses are the network's and the gateway's.
      for (let offset = 2; chosen === undefined || (input.address === undefined && used.has(chosen)); offset++) {
        chosen = addressIn(range, offset);
      }
      if (used.has(chosen))
        refuse("resourceInUseByAnotherResource", `IP '${chosen}' is already being used by another resource.`);
    } else {
      if (chosen !== undefined)
        invalid(
          "resource.address",
          chosen,
          "The specified external IP address was not found in this project and region.",
        );
      if (others.filter((other) => other.state.addressType !== "INTERNAL").length >= MOST_EXTERNAL) {
        refuse(
          "quotaExceeded",
          `Quota 'STATIC_ADDRESSES' exceeded. Limit: ${MOST_EXTERNAL}.0 in region ${world.region}.`,
        );
      }
      chosen = world.publicAddress();
    }
    return {
      ...common,
      ...labelled(input.labels, world),
      address: chosen,
      addressId: numericId(world),
      addressType: input.addressType ?? "EXTERNAL",
      creationTimestamp: world.now(),
      labelFingerprint: labelFingerprint(world),
      networkTier: input.networkTier ?? "PREMIUM",
      prefixLength: input.prefixLength ?? 0,
      purpose: input.purpose ?? (internal ? "GCE_ENDPOINT" : ""),
      region: world.region,
      subnetwork: subnet,
      users: [],
    };
  },
  update: (input, _, world) => {
    demandLabels(input.labels);
    return { ...labelled(input.labels, world), labelFingerprint: labelFingerprint(world) };
  },
  remove: (current, world) =>
    demandUnused("address", current, usersIn(world, current, ADDRESSES, ["natIps", "initialNatIps", "drainNatIps"])),
  seconds: { create: 5, update: 5, remove: 5 },
});
