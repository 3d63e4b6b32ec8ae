import type { Subnetwork, SubnetworkArgs } from "@pulumi/gcp/compute/subnetwork.js";
import type { Unwrap } from "@pulumi/pulumi";
import { addressIn, contains, isAligned, overlaps, parseRange } from "../../ipv4.ts";
import { type OutputsOf, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName, demandUnused, numericId, register } from "./compute.ts";
import { invalid, missing, oneOf } from "./errors.ts";
import { COMPUTE, demand, NETWORKS, referencesTo, resolve, SUBNETWORKS, usersIn } from "./links.ts";
import { network } from "./networks.ts";
import { networkPeering } from "./peerings.ts";
import { regionOf } from "./places.ts";

type Input = Unwrap<SubnetworkArgs>;

const PROXY_ONLY = ["REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER"];
const INTERVALS = ["5_SEC", "30_SEC", "1_MIN", "5_MIN", "10_MIN", "15_MIN"].map((time) => `INTERVAL_${time}`);

/** Ranges that no subnetwork may hold (cloud.google.com/vpc/docs/subnets, prohibited IPv4 subnet ranges). */
const PROHIBITED = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "199.36.153.4/30",
  "199.36.153.8/30",
  "255.255.255.255/32",
];
/** The part of 10.0.0.0/8 in which auto-mode networks have their subnetworks. */
const AUTO_MODE_RANGE = "10.128.0.0/9";
const MOST_SECONDARY_RANGES = 170;

/** Subnetworks: regional, with a primary range and secondary ones, none of which overlap in the network or its peers. */
export const subnetwork: Service<OutputsOf<Subnetwork>> = service<SubnetworkArgs, Subnetwork>(
  "gcp:compute/subnetwork:Subnetwork",
  {
    // A primary range may grow in place; whatever else is done to it makes a new subnetwork, and only one of the two can be told.
    replaceOn: [
      "name",
      "project",
      "region",
      "network",
      "description",
      "ipCidrRange",
      "purpose",
      "reservedInternalRange",
      "params",
    ],
    naming: computeName,
    region: regionOf,
    check: (input) => [
      ...oneOf("purpose", input.purpose, [
        ...PROXY_ONLY,
        "PRIVATE",
        "PRIVATE_SERVICE_CONNECT",
        "PRIVATE_NAT",
        "PEER_MIGRATION",
      ]),
      ...oneOf("role", input.role, ["ACTIVE", "BACKUP"]),
      ...oneOf("stackType", input.stackType, ["IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY"]),
      ...oneOf("ipv6AccessType", input.ipv6AccessType, ["EXTERNAL", "INTERNAL"]),
      ...oneOf("logConfig.aggregationInterval", input.logConfig?.aggregationInterval, INTERVALS),
      ...oneOf("logConfig.metadata", input.logConfig?.metadata, [
        "EXCLUDE_ALL_METADATA",
        "INCLUDE_ALL_METADATA",
        "CUSTOM_METADATA",
      ]),
      ...cidrSyntax("ipCidrRange", input.ipCidrRange),
      ...(input.secondaryIpRanges ?? []).flatMap((range, index) => [
        ...cidrSyntax(`secondaryIpRanges[${index}].ipCidrRange`, range.ipCidrRange),
        ...(range.rangeName === undefined || (computeName.pattern.test(range.rangeName) && range.rangeName.length <= 63)
          ? []
          : ([
              [
                `secondaryIpRanges[${index}].rangeName`,
                `"${range.rangeName}" is not a valid name: ${computeName.allowed}`,
              ],
            ] as [string, string][])),
      ]),
    ],
    references: referencesTo,
    create: (input, world) => {
      const common = register(subnetwork, SUBNETWORKS, input, world);
      const parent = demand(network, NETWORKS, "resource.network", input.network, world);
      if (parent.account !== world.account) {
        invalid("resource.network", input.network, "Cross project referencing is not allowed for this resource.");
      }
      const primary =
        input.ipCidrRange ?? (input.stackType === "IPV6_ONLY" ? undefined : missing("resource.ipCidrRange"));
      if (primary !== undefined && parent.state.autoCreateSubnetworks === true && overlaps(primary, AUTO_MODE_RANGE)) {
        invalid(
          "resource.ipCidrRange",
          primary,
          `Extended subnetworks in auto subnet mode networks cannot overlap with ${AUTO_MODE_RANGE}.`,
        );
      }
      demandOptions(input);
      demandRoleOnce(input, parent.id, world);
      demandRanges(input, parent.id, common.id, world);
      return {
        ...common,
        allowSubnetCidrRoutesOverlap: input.allowSubnetCidrRoutesOverlap ?? false,
        creationTimestamp: world.now(),
        externalIpv6Prefix: input.externalIpv6Prefix ?? "",
        fingerprint: Buffer.from(world.hex(8)).toString("base64").slice(0, 12),
        gatewayAddress: primary === undefined ? "" : addressIn(primary, 1),
        internalIpv6Prefix: input.internalIpv6Prefix ?? "",
        ipCidrRange: primary ?? "",
        ipv6CidrRange: "",
        ipv6GceEndpoint: "",
        network: COMPUTE + parent.id,
        privateIpGoogleAccess: input.privateIpGoogleAccess ?? false,
        privateIpv6GoogleAccess: input.privateIpv6GoogleAccess ?? "DISABLE_GOOGLE_ACCESS",
        purpose: input.purpose ?? "PRIVATE",
        region: world.region,
        secondaryIpRanges: secondaryRanges(input),
        stackType: input.stackType ?? "IPV4_ONLY",
        state: "READY",
        subnetworkId: Number(numericId(world).slice(0, 15)),
      };
    },
    update: (input, current, world) => {
      demandOptions(input);
      const parent = demand(network, NETWORKS, "resource.network", input.network, world);
      demandRanges(input, parent.id, current.id, world);
      const kept = new Set((input.secondaryIpRanges ?? []).map((range) => range.rangeName));
      const before = (current.inputs.secondaryIpRanges ?? []) as { rangeName: string }[];
      const lost = before.find((range) => !kept.has(range.rangeName));
      const [user] = lost === undefined ? [] : usersIn(world, current, SUBNETWORKS, ["subnetwork"]);
      if (lost !== undefined && user !== undefined) {
        invalid(
          "resource.secondaryIpRanges",
          lost.rangeName,
          `Cannot remove a secondary IP range that is in use by '${user.id}'.`,
        );
      }
      return {
        secondaryIpRanges: secondaryRanges(input),
        fingerprint: Buffer.from(world.hex(8)).toString("base64").slice(0, 12),
      };
    },
    remove: (current, world) =>
      demandUnused(
        "subnetwork",
        current,
        usersIn(world, current, SUBNETWORKS, [
          "subnetwork",
          "subnetworks.name",
          "privateClusterConfig.privateEndpointSubnetwork",
        ]),
      ),
    seconds: { create: 20, update: 15, remove: 20 },
  },
);

/** All ranges of the network's own subnetworks and its peers', with the subnetwork that holds each. */
export function rangesOf(networkId: string, world: World): { cidr: string; holder: Stored<OutputsOf<Subnetwork>> }[] {
  const peers = world
    .all(networkPeering)
    .filter((peering) => resolve(peering.state.network, NETWORKS, peering) === networkId)
    .map((peering) => resolve(peering.state.peerNetwork, NETWORKS, peering));
  return world
    .all(subnetwork)
    .filter((candidate) => [networkId, ...peers].includes(resolve(candidate.state.network, NETWORKS, candidate) ?? ""))
    .flatMap((holder) =>
      [holder.state.ipCidrRange, ...holder.state.secondaryIpRanges.map((range) => range.ipCidrRange)].flatMap((cidr) =>
        cidr === undefined || cidr === "" ? [] : [{ cidr, holder }],
      ),
    );
}

const cidrSyntax = (property: string, value: string | undefined): [string, string][] =>
  value === undefined || parseRange(value) !== undefined
    ? []
    : [[property, `"${value}" is not a valid IP CIDR range: invalid CIDR address: ${value}`]];

const secondaryRanges = (input: Input) =>
  (input.secondaryIpRanges ?? []).map((range) => ({
    ...range,
    ipCidrRange: range.ipCidrRange ?? "",
  })) as OutputsOf<Subnetwork>["secondaryIpRanges"];

function demandOptions(input: Input): void {
  const proxy = PROXY_ONLY.includes(input.purpose ?? "PRIVATE");
  const sampling = input.logConfig?.flowSampling;
  if (sampling !== undefined && (sampling < 0 || sampling > 1)) {
    invalid("resource.logConfig.flowSampling", sampling, "Must be between 0 and 1.");
  }
  if (input.logConfig?.metadataFields !== undefined && input.logConfig.metadata !== "CUSTOM_METADATA") {
    invalid("resource.logConfig.metadataFields", "", "It can only be specified if metadata is CUSTOM_METADATA.");
  }
  if (proxy && input.logConfig !== undefined) {
    invalid("resource.logConfig", "", `Flow logging is not supported for subnetworks with purpose ${input.purpose}.`);
  }
  if (proxy && input.role === undefined) missing("resource.role");
  if (!proxy && input.role !== undefined) {
    invalid(
      "resource.role",
      input.role,
      `Role cannot be set for subnetworks with purpose ${input.purpose ?? "PRIVATE"}.`,
    );
  }
  if (proxy && (input.secondaryIpRanges ?? []).length > 0) {
    invalid(
      "resource.secondaryIpRanges",
      "",
      `Subnetworks with purpose ${input.purpose} cannot have secondary ranges.`,
    );
  }
  if ((input.stackType ?? "IPV4_ONLY") !== "IPV4_ONLY" && input.ipv6AccessType === undefined)
    missing("resource.ipv6AccessType");
}

function demandRoleOnce(input: Input, networkId: string, world: World): void {
  if (input.role !== "ACTIVE") return;
  const other = world
    .all(subnetwork)
    .find(
      (candidate) =>
        candidate.region === world.region &&
        candidate.state.role === "ACTIVE" &&
        candidate.state.purpose === input.purpose &&
        resolve(candidate.state.network, NETWORKS, candidate) === networkId,
    );
  if (other !== undefined) {
    invalid(
      "resource.role",
      input.role,
      `There is already an active proxy-only subnetwork in this network and region: '${other.id}'.`,
    );
  }
}

function demandRanges(input: Input, networkId: string, ownId: string, world: World): void {
  const secondary = input.secondaryIpRanges ?? [];
  if (secondary.length > MOST_SECONDARY_RANGES) {
    invalid("resource.secondaryIpRanges", "", `A subnetwork has at most ${MOST_SECONDARY_RANGES} secondary ranges.`);
  }
  const smallest = PROXY_ONLY.includes(input.purpose ?? "PRIVATE") ? 26 : 29;
  const taken = rangesOf(networkId, world).filter(({ holder }) => holder.id !== ownId);
  const own: { field: string; cidr: string }[] = [];
  const names = new Set<string>();
  if (input.ipCidrRange !== undefined) own.push({ field: "resource.ipCidrRange", cidr: input.ipCidrRange });
  secondary.forEach((range, index) => {
    const field = `resource.secondaryIpRanges[${index}]`;
    if (names.has(range.rangeName)) invalid(`${field}.rangeName`, range.rangeName, "Duplicate secondary range name.");
    names.add(range.rangeName);
    if (range.ipCidrRange !== undefined) own.push({ field: `${field}.ipCidrRange`, cidr: range.ipCidrRange });
    else if (range.reservedInternalRange === undefined) missing(`${field}.ipCidrRange`);
  });
  own.forEach(({ field, cidr }, index) => {
    const prefix = parseRange(cidr)?.prefix ?? invalid(field, cidr, "Must be a valid CIDR address range.");
    if (!isAligned(cidr)) invalid(field, cidr, `Invalid IPCidrRange: ${cidr}. The network portion has host bits set.`);
    if (prefix > smallest)
      invalid(field, cidr, `Invalid IPCidrRange: ${cidr}. The prefix length must be at most /${smallest}.`);
    if (prefix < 4) invalid(field, cidr, `Invalid IPCidrRange: ${cidr}. The prefix length must be at least /4.`);
    const forbidden = PROHIBITED.find((range) => overlaps(range, cidr) || contains(cidr, range));
    if (forbidden !== undefined)
      invalid(field, cidr, `Invalid IPCidrRange: ${cidr} overlaps with the prohibited range ${forbidden}.`);
    const conflict = taken.find((other) => overlaps(other.cidr, cidr));
    if (conflict !== undefined) {
      invalid(
        field,
        cidr,
        `Invalid IPCidrRange: ${cidr} conflicts with existing subnetwork '${conflict.holder.state.name}' in region '${conflict.holder.region}'.`,
      );
    }
    const earlier = own.slice(0, index).find((other) => overlaps(other.cidr, cidr));
    if (earlier !== undefined) {
      invalid(
        field,
        cidr,
        `Invalid IPCidrRange: ${cidr} conflicts with ${earlier.cidr} in the same subnetwork '${input.name}' in region '${world.region}'.`,
      );
    }
  });
}
