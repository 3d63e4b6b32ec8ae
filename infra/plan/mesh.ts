import { addressAt, subnet } from "./ipv4.ts";
import type { Cidr, Cloud, Link, LinkEnd, Tunnel } from "./topology.ts";

/** The link-local ranges that Azure's gateways accept for BGP; AWS and Google Cloud accept more. Together 128 /30s. */
export const INSIDE_RANGES: readonly [Cidr, Cidr] = ["169.254.21.0/24", "169.254.22.0/24"];

/** What the mesh needs to know of a region. */
export interface MeshRegion {
  name: string;
  number: number;
  cloud: Cloud;
  asn: number;
  cidr: Cidr;
}

const BLOCKS = 32;
const TUNNELS_PER_BLOCK = 4;

/** AWS takes the first address of every /30 for itself, so it must be the first end of each of its links. */
const CLOUD_ORDER: readonly Cloud[] = ["aws", "gcp", "azure"];

/**
 * Links every pair of regions once: by the cloud's native peering where both stand in one cloud, else by IPsec tunnels
 * with BGP. No link depends on any region but its two, so adding, removing or reordering regions changes no other link.
 *
 * - AWS to Azure or Google Cloud: four tunnels, since an AWS VPN connection always has two and one connection is one
 *   gateway of the peer. Connection `c` ends at the peer's interface or instance `c`.
 * - Google Cloud to Azure: two tunnels, interface `i` to instance `i`.
 */
export function planLinks(regions: readonly MeshRegion[]): Link[] {
  const ordered = regions.toSorted(
    (a, b) => CLOUD_ORDER.indexOf(a.cloud) - CLOUD_ORDER.indexOf(b.cloud) || a.number - b.number,
  );
  return ordered.flatMap((first, index) => ordered.slice(index + 1).map((second) => planLink(first, second)));
}

function planLink(first: MeshRegion, second: MeshRegion): Link {
  const name = `${first.name}--${second.name}`;
  const ends: [LinkEnd, LinkEnd] = [linkEnd(first), linkEnd(second)];
  if (first.cloud === second.cloud) return { kind: "peering", name, ends };
  const tunnels = tunnelSlots(first.cloud).map((slot, index): Tunnel => {
    const inside = insideRange(first.number, second.number, slot);
    return {
      name: `${name}-${index}`,
      inside,
      insideAddresses: [addressAt(inside, 1), addressAt(inside, 2)],
      interfaces: [interfaceOf(slot), interfaceOf(slot)],
    };
  });
  return { kind: "vpn", name, ends, tunnels };
}

/**
 * Every inside address that a region's gateway may ever use, for each other region number below `capacity`. Azure must be
 * told them when the gateway is made, so they are reserved before the peers exist: a new region then changes no existing
 * gateway. Empty for AWS and Google Cloud, which take an address with each tunnel.
 */
export function reservedInsideAddresses(
  region: Pick<MeshRegion, "number" | "cloud">,
  capacity: number,
): { peerNumber: number; interface: number; address: string }[] {
  if (region.cloud !== "azure") return [];
  const peers = Array.from({ length: capacity }, (_, number) => number).filter((number) => number !== region.number);
  return peers.flatMap((peerNumber) =>
    Array.from({ length: TUNNELS_PER_BLOCK }, (_, slot) => ({
      peerNumber,
      interface: interfaceOf(slot),
      // Azure is the last in the order of clouds and so always the second end.
      address: addressAt(insideRange(region.number, peerNumber, slot), 2),
    })),
  );
}

const linkEnd = ({ name, cloud, asn, cidr }: MeshRegion): LinkEnd => ({ region: name, cloud, asn, cidr });

/** Slots 0 and 1 belong to interface 0, slots 2 and 3 to interface 1, whatever the peer's cloud: so an address can be reserved before the peer is known. */
const interfaceOf = (slot: number): number => Math.floor(slot / 2);

const tunnelSlots = (firstCloud: Cloud): number[] => (firstCloud === "aws" ? [0, 1, 2, 3] : [0, 2]);

/** Two numbers share block (n + m) mod 32: at one gateway n is fixed and every m is another, so no block is there twice. */
function insideRange(one: number, other: number, slot: number): Cidr {
  const position = ((one + other) % BLOCKS) * TUNNELS_PER_BLOCK + slot;
  const perRange = (BLOCKS * TUNNELS_PER_BLOCK) / INSIDE_RANGES.length;
  return subnet(INSIDE_RANGES[position < perRange ? 0 : 1], 30, position % perRange);
}
