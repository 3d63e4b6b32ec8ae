import type { RouterPeer, RouterPeerArgs } from "@pulumi/gcp/compute/routerPeer.js";
import type { Unwrap } from "@pulumi/pulumi";
import { formatAddress, parseAddress, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName } from "./compute.ts";
import { invalid, oneOf, PROVIDER } from "./errors.ts";
import { nameIn } from "./links.ts";
import { regionOf } from "./places.ts";
import { interfacesOf } from "./routerInterfaces.ts";
import { demandAdvertisement, demandRouter } from "./routers.ts";

type Peer = OutputsOf<RouterPeer>;

/** BGP sessions of Cloud Routers. */
export const routerPeer: Service<Peer> = service<RouterPeerArgs, RouterPeer>("gcp:compute/routerPeer:RouterPeer", {
  replaceOn: ["name", "project", "region", "router"],
  naming: computeName,
  region: regionOf,
  check: (input) => [
    ...oneOf("advertiseMode", input.advertiseMode, ["DEFAULT", "CUSTOM"]),
    ...oneOf("bfd.sessionInitializationMode", input.bfd?.sessionInitializationMode, ["ACTIVE", "DISABLED", "PASSIVE"]),
  ],
  create: (input, world) => {
    const router = demandRouter(input.router, world);
    const name = input.name ?? "";
    const siblings = peersOf(router.state.name, world.region, world);
    if (siblings.some((peer) => peer.state.name === name)) {
      refuse(PROVIDER, `Error creating RouterBgpPeer, "${name}" already exists`);
    }
    const ipAddress = demandPeer(input, router.state.bgp?.asn, router.state.name, siblings, world);
    return {
      id: `projects/${world.account}/regions/${world.region}/routers/${router.state.name}/${name}`,
      name,
      project: world.account,
      region: world.region,
      router: router.state.name,
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      advertiseMode: input.advertiseMode ?? "DEFAULT",
      bfd: {
        minReceiveInterval: 1000,
        minTransmitInterval: 1000,
        multiplier: 5,
        ...(input.bfd ?? { sessionInitializationMode: "DISABLED" }),
      } as Peer["bfd"],
      enable: input.enable ?? true,
      enableIpv4: input.enableIpv4 ?? true,
      enableIpv6: input.enableIpv6 ?? false,
      interface: input.interface,
      ipAddress,
      ipv4NexthopAddress: input.ipv4NexthopAddress ?? "",
      ipv6NexthopAddress: input.ipv6NexthopAddress ?? "",
      isAdvertisedRoutePrioritySet: input.advertisedRoutePriority !== undefined,
      isCustomLearnedPrioritySet: input.customLearnedRoutePriority !== undefined,
      managementType: "MANAGED_BY_USER",
      peerAsn: input.peerAsn,
      peerIpAddress: input.peerIpAddress ?? otherAddress(input.interface, router.state.name, world) ?? "",
      peerIpv4NexthopAddress: input.peerIpv4NexthopAddress ?? "",
      peerIpv6NexthopAddress: input.peerIpv6NexthopAddress ?? "",
    };
  },
  update: (input, current, world) => {
    const router = demandRouter(input.router, world);
    const siblings = peersOf(router.state.name, current.region, world).filter((peer) => peer.id !== current.id);
    return { ipAddress: demandPeer(input, router.state.bgp?.asn, router.state.name, siblings, world) };
  },
  remove: () => {},
  seconds: { create: 12, update: 12, remove: 12 },
});

/** BGP peers of the router of this name. */
export const peersOf = (router: string, region: string, world: World): Stored<Peer>[] =>
  world
    .all(routerPeer)
    .filter((peer) => peer.account === world.account && peer.region === region && peer.state.router === router);

/** The other usable address of an interface's /30. */
function otherAddress(name: string, router: string, world: World): string | undefined {
  const range = interfacesOf(router, world).find((other) => other.state.name === nameIn(name))?.state.ipRange;
  const parsed = range === undefined ? undefined : parseRange(range);
  const own = range?.split("/")[0];
  if (parsed === undefined) return undefined;
  return [parsed.first + 1, parsed.first + 2].map(formatAddress).find((candidate) => candidate !== own);
}

/** Refuses a session that cannot come up with its own router. Returns the router's address in it. */
function demandPeer(
  input: Unwrap<RouterPeerArgs>,
  localAsn: number | undefined,
  router: string,
  siblings: Stored<Peer>[],
  world: World,
): string {
  const field = "resource.bgpPeers[0]";
  const linked = interfacesOf(router, world).find((other) => other.state.name === nameIn(input.interface));
  if (linked === undefined)
    return invalid(
      `${field}.interfaceName`,
      input.interface,
      "The referenced interface cannot be found on the router.",
    );
  if (localAsn === undefined)
    return invalid("resource.bgp", "", "The router has no BGP configuration: its ASN must be set.");
  if (input.peerAsn === localAsn) {
    invalid(`${field}.peerAsn`, input.peerAsn, `The peer ASN must be different from the router's ASN ${localAsn}.`);
  }
  if (!Number.isInteger(input.peerAsn) || input.peerAsn < 1 || input.peerAsn > 4294967295 || input.peerAsn === 23456) {
    invalid(`${field}.peerAsn`, input.peerAsn, "The ASN is not valid.");
  }
  const other = siblings.find((peer) => peer.state.interface === linked.state.name);
  if (other !== undefined) {
    invalid(`${field}.interfaceName`, input.interface, `Interface is already used by BGP peer "${other.state.name}".`);
  }
  const own = linked.state.ipRange.split("/")[0] ?? "";
  if (input.peerIpAddress !== undefined && input.ipAddress === undefined && own === "") {
    invalid(
      field,
      input.name,
      `In BGP Peer "${input.name}", peer IP address ${input.peerIpAddress} is specified, but IP address is not specified.`,
    );
  }
  if (input.ipAddress !== undefined && own !== "" && input.ipAddress !== own) {
    invalid(
      `${field}.ipAddress`,
      "",
      `BGP Peer "${input.name}" has IP address ${input.ipAddress} different from interface IP address ${own}`,
    );
  }
  const peerAddress = input.peerIpAddress;
  if (peerAddress !== undefined && !peerAddress.includes(":")) {
    if (parseAddress(peerAddress) === undefined)
      invalid(`${field}.peerIpAddress`, peerAddress, "Must be a valid IP address.");
    if (peerAddress === own)
      invalid(`${field}.peerIpAddress`, peerAddress, "The peer IP address must differ from the interface's.");
    const range = linked.state.ipRange;
    if (range !== "" && otherAddress(linked.state.name, router, world) !== peerAddress) {
      invalid(
        `${field}.peerIpAddress`,
        peerAddress,
        `BGP Peer "${input.name}" has a peer IP address outside of the interface's usable range ${range}.`,
      );
    }
  }
  const priority = input.advertisedRoutePriority;
  if (priority !== undefined && (priority < 0 || priority > 65535))
    invalid(`${field}.advertisedRoutePriority`, priority, "Must be between 0 and 65535.");
  demandAdvertisement(field, input);
  demandBfd(field, input.bfd);
  return input.ipAddress ?? own;
}

function demandBfd(field: string, bfd: Unwrap<RouterPeerArgs>["bfd"]): void {
  for (const key of ["minReceiveInterval", "minTransmitInterval"] as const) {
    const value = bfd?.[key];
    if (value !== undefined && (value < 1000 || value > 30000))
      invalid(`${field}.bfd.${key}`, value, "Must be between 1000 and 30000.");
  }
  const multiplier = bfd?.multiplier;
  if (multiplier !== undefined && (multiplier < 5 || multiplier > 16))
    invalid(`${field}.bfd.multiplier`, multiplier, "Must be between 5 and 16.");
}
