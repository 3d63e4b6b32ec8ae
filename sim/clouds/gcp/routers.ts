import type { Router, RouterArgs } from "@pulumi/gcp/compute/router.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName, demandRange, demandUnused, register } from "./compute.ts";
import { invalid, oneOf } from "./errors.ts";
import { COMPUTE, demand, NETWORKS, nameIn, pathOf, ROUTERS, referencesTo, resolve, usersIn } from "./links.ts";
import { network } from "./networks.ts";
import { regionOf } from "./places.ts";

const MOST_IN_NETWORK_AND_REGION = 5;

/** Private ASNs of RFC 6996, and the one that Partner Interconnect uses. */
const isRouterAsn = (asn: number): boolean =>
  (asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294) || asn === 16550;

/** Cloud Routers: what Cloud NAT and BGP sessions are attached to. */
export const router: Service<OutputsOf<Router>> = service<RouterArgs, Router>("gcp:compute/router:Router", {
  replaceOn: ["name", "project", "region", "network", "encryptedInterconnectRouter", "nccGateway", "params"],
  naming: computeName,
  region: regionOf,
  check: (input) => {
    const asn = input.bgp?.asn;
    return [
      ...oneOf("bgp.advertiseMode", input.bgp?.advertiseMode, ["DEFAULT", "CUSTOM"]),
      ...(asn === undefined || isRouterAsn(asn)
        ? []
        : ([
            [
              "bgp.asn",
              `expected bgp.0.asn to be a RFC6996-compliant ASN: must be in the private ASN ranges [64512..65534], [4200000000..4294967294] or be the value 16550, got ${asn}`,
            ],
          ] as [string, string][])),
    ];
  },
  references: referencesTo,
  create: (input, world) => {
    const common = register(router, ROUTERS, input, world);
    const parent = demand(network, NETWORKS, "resource.network", input.network, world);
    demandBgp(input.bgp);
    const siblings = world
      .all(router)
      .filter(
        (other) => other.region === world.region && resolve(other.state.network ?? "", NETWORKS, other) === parent.id,
      );
    if (siblings.length >= MOST_IN_NETWORK_AND_REGION) {
      refuse(
        "quotaExceeded",
        `Exceeded limit 'CLOUD_ROUTERS_PER_NETWORK_AND_REGION' on resource '${input.name}'. Limit: ${MOST_IN_NETWORK_AND_REGION}.0`,
      );
    }
    return {
      ...common,
      ...(input.bgp === undefined
        ? {}
        : { bgp: { advertiseMode: "DEFAULT", keepaliveInterval: 20, ...input.bgp } as OutputsOf<Router>["bgp"] }),
      creationTimestamp: world.now(),
      encryptedInterconnectRouter: input.encryptedInterconnectRouter ?? false,
      network: COMPUTE + parent.id,
      region: world.region,
    };
  },
  update: (input) => {
    demandBgp(input.bgp);
    return {};
  },
  // Interfaces, BGP peers and NATs are parts of a router and go with it; tunnels are not.
  remove: (current, world) =>
    demandUnused(
      "router",
      current,
      usersIn(world, current, ROUTERS, ["router"]).filter((user) => user.type.endsWith(":VPNTunnel")),
    ),
  seconds: { create: 12, update: 12, remove: 12 },
});

/** The router that an interface, BGP peer or NAT belongs to: they give its name. */
export const routerAt = (
  reference: string,
  place: { account: string; region: string },
  world: World,
): Stored<OutputsOf<Router>> | undefined => world.get(router, pathOf(ROUTERS, nameIn(reference), place));

/** The same in the request's region, refused where there is none. */
export const demandRouter = (reference: string, world: World): Stored<OutputsOf<Router>> => {
  const path = pathOf(ROUTERS, nameIn(reference), world);
  return routerAt(reference, world, world) ?? refuse("notFound", `The resource '${path}' was not found`);
};

function demandBgp(bgp: Unwrap<RouterArgs>["bgp"]): void {
  if (bgp === undefined) return;
  const keepalive = bgp.keepaliveInterval;
  if (keepalive !== undefined && (keepalive < 20 || keepalive > 60)) {
    invalid("resource.bgp.keepaliveInterval", keepalive, "Must be between 20 and 60.");
  }
  if (bgp.identifierRange !== undefined && !/^169\.254\.\d{1,3}\.\d{1,3}\/([12]?\d|30)$/.test(bgp.identifierRange)) {
    invalid(
      "resource.bgp.identifierRange",
      bgp.identifierRange,
      "Must be a range of at least /30 within 169.254.0.0/16.",
    );
  }
  demandAdvertisement("resource.bgp", bgp);
}

/** The rules for what a router or one of its BGP peers announces. */
export function demandAdvertisement(
  field: string,
  of: {
    advertiseMode?: string | undefined;
    advertisedGroups?: string[] | undefined;
    advertisedIpRanges?: { range: string }[] | undefined;
  },
): void {
  const groups = of.advertisedGroups ?? [];
  const ranges = (of.advertisedIpRanges ?? []).map(({ range }) => range);
  if (of.advertiseMode !== "CUSTOM" && groups.length + ranges.length > 0) {
    invalid(
      `${field}.advertiseMode`,
      of.advertiseMode ?? "DEFAULT",
      "Advertised groups and IP ranges can only be specified in CUSTOM mode.",
    );
  }
  const unknown = groups.find((group) => group !== "ALL_SUBNETS");
  if (unknown !== undefined)
    invalid(`${field}.advertisedGroups[0]`, unknown, "The only supported group is ALL_SUBNETS.");
  ranges.forEach((range, index) => {
    const place = `${field}.advertisedIpRanges[${index}].range`;
    if (!range.includes(":")) demandRange(place, range.includes("/") ? range : `${range}/32`);
    if (ranges.indexOf(range) < index) invalid(place, range, "Duplicate IP range.");
  });
}
