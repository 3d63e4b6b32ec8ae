import type { RouterNat, RouterNatArgs } from "@pulumi/gcp/compute/routerNat.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { address } from "./addresses.ts";
import { computeName } from "./compute.ts";
import { invalid, missing, oneOf, PROVIDER } from "./errors.ts";
import { ADDRESSES, demand, find, NETWORKS, nameIn, resolve, SUBNETWORKS } from "./links.ts";
import { regionOf } from "./places.ts";
import { demandRouter } from "./routers.ts";
import { subnetwork } from "./subnetworks.ts";

type Input = Unwrap<RouterNatArgs>;
type Nat = OutputsOf<RouterNat>;

const EVERYTHING = ["ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"];
const SOURCES = ["ALL_IP_RANGES", "LIST_OF_SECONDARY_IP_RANGES", "PRIMARY_IP_RANGE"];

/** Cloud NAT gateways, parts of a Cloud Router. */
export const routerNat: Service<Nat> = service<RouterNatArgs, RouterNat>("gcp:compute/routerNat:RouterNat", {
  replaceOn: ["name", "project", "region", "router", "type", "endpointTypes", "initialNatIps"],
  naming: computeName,
  region: regionOf,
  check: (input) => [
    ...oneOf("natIpAllocateOption", input.natIpAllocateOption, ["MANUAL_ONLY", "AUTO_ONLY"]),
    ...oneOf("sourceSubnetworkIpRangesToNat", input.sourceSubnetworkIpRangesToNat, [
      ...EVERYTHING,
      "LIST_OF_SUBNETWORKS",
    ]),
    ...oneOf("logConfig.filter", input.logConfig?.filter, ["ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"]),
    ...oneOf("type", input.type, ["PUBLIC", "PRIVATE"]),
    ...(input.endpointTypes ?? []).flatMap((type) =>
      oneOf("endpointTypes", type, ["ENDPOINT_TYPE_VM", "ENDPOINT_TYPE_SWG", "ENDPOINT_TYPE_MANAGED_PROXY_LB"]),
    ),
  ],
  create: (input, world) => {
    const parent = demandRouter(input.router, world);
    const name = input.name ?? "";
    const id = `${world.account}/${world.region}/${parent.state.name}/${name}`;
    if (world.get(routerNat, id) !== undefined) refuse(PROVIDER, `Error creating RouterNat, "${name}" already exists`);
    demandNat(input, parent.state.network ?? "", id, world);
    const dynamic = input.enableDynamicPortAllocation ?? false;
    return {
      id,
      name,
      project: world.account,
      region: world.region,
      router: parent.state.name,
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      autoNetworkTier: input.autoNetworkTier ?? "PREMIUM",
      drainNatIps: input.drainNatIps ?? [],
      enableDynamicPortAllocation: dynamic,
      enableEndpointIndependentMapping: input.enableEndpointIndependentMapping ?? false,
      endpointTypes: input.endpointTypes ?? ["ENDPOINT_TYPE_VM"],
      minPortsPerVm: input.minPortsPerVm ?? (dynamic ? 32 : 64),
      natIps: input.natIps ?? input.initialNatIps ?? [],
      sourceSubnetworkIpRangesToNat: input.sourceSubnetworkIpRangesToNat,
      type: input.type ?? "PUBLIC",
    };
  },
  update: (input, current, world) => {
    demandNat(input, demandRouter(input.router, world).state.network ?? "", current.id, world);
    return {};
  },
  remove: () => {},
  seconds: { create: 12, update: 12, remove: 12 },
});

function demandNat(input: Input, networkLink: string, ownId: string, world: World): void {
  const everything = EVERYTHING.includes(input.sourceSubnetworkIpRangesToNat);
  const networkId = resolve(networkLink, NETWORKS, world);
  const others = world
    .all(routerNat)
    .filter(
      (other) =>
        other.id !== ownId &&
        other.region === world.region &&
        (other.state.type ?? "PUBLIC") === (input.type ?? "PUBLIC") &&
        resolve(demandRouter(other.state.router, world).state.network ?? "", NETWORKS, world) === networkId,
    );
  const greedy = others.find((other) => EVERYTHING.includes(other.state.sourceSubnetworkIpRangesToNat));
  if (greedy !== undefined || (everything && others.length > 0)) {
    const option = greedy?.state.sourceSubnetworkIpRangesToNat ?? others[0]?.state.sourceSubnetworkIpRangesToNat;
    invalid(
      "resource.nats[0].sourceSubnetworkIpRangesToNat",
      input.sourceSubnetworkIpRangesToNat,
      `Can not create new Nats since a Nat with option ${option} exists.`,
    );
  }
  demandAddresses(input, others, world);
  demandPorts(input);
  demandSubnetworks(input, networkId, others, world);
}

function demandAddresses(input: Input, others: Stored<Nat>[], world: World): void {
  const manual = input.natIps ?? input.initialNatIps ?? [];
  if (input.type === "PRIVATE") {
    if (manual.length > 0)
      invalid("resource.nats[0].natIps", manual[0], "NAT IPs cannot be specified for a private NAT.");
    return;
  }
  if (input.natIpAllocateOption === undefined) missing("resource.nats[0].natIpAllocateOption");
  if (input.natIpAllocateOption === "AUTO_ONLY" && manual.length > 0) {
    invalid(
      "resource.nats[0].natIps",
      manual[0],
      "NAT IPs must not be specified when natIpAllocateOption is AUTO_ONLY.",
    );
  }
  if (input.natIpAllocateOption === "MANUAL_ONLY" && manual.length === 0) {
    invalid(
      "resource.nats[0].natIps",
      "",
      "At least one NAT IP must be specified when natIpAllocateOption is MANUAL_ONLY.",
    );
  }
  manual.forEach((reference, index) => {
    const field = `resource.nats[0].natIps[${index}]`;
    const path = resolve(reference, ADDRESSES, world) ?? invalid(field, reference, "The URL is malformed.");
    const reserved =
      find(address, ADDRESSES, reference, world) ?? refuse("notFound", `The resource '${path}' was not found`);
    if (reserved.state.addressType === "INTERNAL") invalid(field, reference, "The address must be external.");
    if (reserved.region !== world.region) invalid(field, reference, `The address must be in region ${world.region}.`);
    const user = others.find((other) => other.state.natIps.some((ip) => resolve(ip, ADDRESSES, other) === path));
    if (user !== undefined) {
      refuse("resourceInUseByAnotherResource", `The resource '${path}' is already being used by '${user.id}'`);
    }
  });
}

function demandPorts(input: Input): void {
  const { minPortsPerVm: least, maxPortsPerVm: most } = input;
  const dynamic = input.enableDynamicPortAllocation === true;
  const isPowerOfTwo = (ports: number) => Number.isInteger(Math.log2(ports));
  if (most !== undefined && !dynamic) {
    invalid("resource.nats[0].maxPortsPerVm", most, "It can only be set when enableDynamicPortAllocation is enabled.");
  }
  if (least !== undefined && (least < 2 || least > 65536))
    invalid("resource.nats[0].minPortsPerVm", least, "Must be between 2 and 65536.");
  if (dynamic && input.enableEndpointIndependentMapping === true) {
    invalid(
      "resource.nats[0].enableEndpointIndependentMapping",
      true,
      "Endpoint-independent mapping and dynamic port allocation are mutually exclusive.",
    );
  }
  if (dynamic && least !== undefined && !(isPowerOfTwo(least) && least >= 32 && least <= 32768)) {
    invalid(
      "resource.nats[0].minPortsPerVm",
      least,
      "With dynamic port allocation it must be a power of two between 32 and 32768.",
    );
  }
  if (dynamic && most !== undefined && !(isPowerOfTwo(most) && most >= 64 && most <= 65536 && most > (least ?? 32))) {
    invalid(
      "resource.nats[0].maxPortsPerVm",
      most,
      "Must be a power of two between 64 and 65536, and greater than minPortsPerVm.",
    );
  }
}

function demandSubnetworks(input: Input, networkId: string | undefined, others: Stored<Nat>[], world: World): void {
  const chosen = input.subnetworks ?? [];
  const listed = input.sourceSubnetworkIpRangesToNat === "LIST_OF_SUBNETWORKS";
  if (!listed && chosen.length > 0) {
    invalid(
      "resource.nats[0].subnetworks",
      "",
      "Subnetworks can only be specified when sourceSubnetworkIpRangesToNat is LIST_OF_SUBNETWORKS.",
    );
  }
  if (listed && chosen.length === 0 && input.sourceSubnetworkIpRangesToNat64 === undefined) {
    invalid(
      "resource.nats[0].subnetworks",
      "",
      "At least one subnetwork must be specified when sourceSubnetworkIpRangesToNat is LIST_OF_SUBNETWORKS.",
    );
  }
  chosen.forEach((entry, index) => {
    const field = `resource.nats[0].subnetworks[${index}]`;
    const subnet = demand(subnetwork, SUBNETWORKS, `${field}.name`, entry.name, world);
    if (subnet.region !== world.region || resolve(subnet.state.network, NETWORKS, subnet) !== networkId) {
      invalid(
        `${field}.name`,
        entry.name,
        `The subnetwork must be in the router's network and region: '${nameIn(networkId ?? "")}' in ${world.region}.`,
      );
    }
    const unknown = entry.sourceIpRangesToNats.find((source) => !SOURCES.includes(source));
    if (unknown !== undefined)
      invalid(`${field}.sourceIpRangesToNat`, unknown, `Must be one of ${SOURCES.join(", ")}.`);
    const some = entry.sourceIpRangesToNats.includes("LIST_OF_SECONDARY_IP_RANGES");
    if (some !== (entry.secondaryIpRangeNames ?? []).length > 0) {
      invalid(
        `${field}.secondaryIpRangeNames`,
        "",
        "Must be populated if, and only if, LIST_OF_SECONDARY_IP_RANGES is one of the sources.",
      );
    }
    const names = new Set(subnet.state.secondaryIpRanges.map((range) => range.rangeName));
    const absent = entry.secondaryIpRangeNames?.find((name) => !names.has(name));
    if (absent !== undefined)
      invalid(`${field}.secondaryIpRangeNames`, absent, `Subnetwork '${subnet.id}' has no such secondary range.`);
    const twice = others.some((other) =>
      other.state.subnetworks?.some(
        (used) => resolve(used.name, SUBNETWORKS, other) === subnet.id && sharesSource(used, entry),
      ),
    );
    if (twice) {
      invalid(
        `${field}.sourceIpRangesToNat`,
        "",
        `The subnetwork is already configured with ${entry.sourceIpRangesToNats.join(",")} for Nat which conflicts with the specified IpRangeToNatOption options in this Nat.`,
      );
    }
  });
}

type Entry = { sourceIpRangesToNats: string[]; secondaryIpRangeNames?: string[] | undefined };

function sharesSource(one: Entry, other: Entry): boolean {
  if ([one, other].some((entry) => entry.sourceIpRangesToNats.includes("ALL_IP_RANGES"))) return true;
  if ([one, other].every((entry) => entry.sourceIpRangesToNats.includes("PRIMARY_IP_RANGE"))) return true;
  return (one.secondaryIpRangeNames ?? []).some((name) => other.secondaryIpRangeNames?.includes(name));
}
