import type { RouterInterface, RouterInterfaceArgs } from "@pulumi/gcp/compute/routerInterface.js";
import type { Unwrap } from "@pulumi/pulumi";
import { contains, overlaps, parseAddress, parseRange } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { computeName } from "./compute.ts";
import { exclusive, invalid, missing, oneOf, PROVIDER } from "./errors.ts";
import { demand, NETWORKS, ROUTERS, resolve, VPN_TUNNELS } from "./links.ts";
import { regionOf } from "./places.ts";
import { peersOf } from "./routerPeers.ts";
import { demandRouter, routerAt } from "./routers.ts";
import { vpnTunnel } from "./vpnTunnels.ts";

type Interface = OutputsOf<RouterInterface>;

const LINK_LOCAL = "169.254.0.0/16";
/** The metadata server's. */
const RESERVED = "169.254.169.254/32";

/** Interfaces of Cloud Routers: the inside end of a tunnel. */
export const routerInterface: Service<Interface> = service<RouterInterfaceArgs, RouterInterface>(
  "gcp:compute/routerInterface:RouterInterface",
  {
    replaceOn: [
      "name",
      "project",
      "region",
      "router",
      "ipRange",
      "ipVersion",
      "vpnTunnel",
      "interconnectAttachment",
      "subnetwork",
      "privateIpAddress",
      "redundantInterface",
    ],
    naming: computeName,
    region: regionOf,
    check: (input) => [
      ...exclusive(input, "vpnTunnel", "interconnectAttachment", "subnetwork"),
      ...oneOf("ipVersion", input.ipVersion, ["IPV4", "IPV6"]),
    ],
    create: (input, world) => {
      const router = demandRouter(input.router, world);
      const name = input.name ?? "";
      const id = `${world.region}/${router.state.name}/${name}`;
      if (interfacesOf(router.state.name, world).some((other) => other.state.name === name)) {
        refuse(PROVIDER, `Router ${router.state.name} has interface ${name} already`);
      }
      if (
        input.vpnTunnel === undefined &&
        input.ipRange === undefined &&
        input.subnetwork === undefined &&
        input.interconnectAttachment === undefined
      ) {
        missing("resource.interfaces[0].linkedVpnTunnel");
      }
      if (input.interconnectAttachment !== undefined) {
        invalid(
          "resource.interfaces[0].linkedInterconnectAttachment",
          input.interconnectAttachment,
          "The referenced interconnectAttachment resource cannot be found.",
        );
      }
      demandTunnel(input, router.id, world);
      const networkId = resolve(router.state.network ?? "", NETWORKS, router);
      const ipRange = input.ipRange ?? (input.vpnTunnel === undefined ? "" : freeRange(networkId, world));
      if (input.ipRange !== undefined && input.ipVersion !== "IPV6") demandInside(input.ipRange, networkId, world);
      return {
        id,
        name,
        project: world.account,
        region: world.region,
        router: router.state.name,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        ipRange,
        ipVersion: input.ipVersion ?? "IPV4",
        redundantInterface: input.redundantInterface ?? "",
      };
    },
    remove: (current, world) => {
      const user = peersOf(current.state.router, current.region, world).find(
        (peer) => peer.state.interface === current.state.name,
      );
      if (user !== undefined) {
        invalid(
          "resource.bgpPeers[0].interfaceName",
          current.state.name,
          `Interface '${current.state.name}' is referenced by BGP peer '${user.state.name}'.`,
        );
      }
    },
    seconds: { create: 12, remove: 12 },
  },
);

/** Interfaces of the router of this name in the request's region. */
export const interfacesOf = (router: string, world: World): Stored<Interface>[] =>
  world
    .all(routerInterface)
    .filter(
      (other) => other.account === world.account && other.region === world.region && other.state.router === router,
    );

function demandTunnel(input: Unwrap<RouterInterfaceArgs>, routerId: string, world: World): void {
  if (input.vpnTunnel === undefined) return;
  const field = "resource.interfaces[0].linkedVpnTunnel";
  const tunnel = demand(vpnTunnel, VPN_TUNNELS, field, input.vpnTunnel, world);
  if (tunnel.region !== world.region)
    invalid(field, input.vpnTunnel, `The VPN tunnel must be in the router's region, ${world.region}.`);
  if (tunnel.state.router === undefined || resolve(tunnel.state.router, ROUTERS, tunnel) !== routerId) {
    invalid(field, input.vpnTunnel, `The VPN tunnel is not associated with router '${routerId}'.`);
  }
  const user = world
    .all(routerInterface)
    .find(
      (other) =>
        other.state.vpnTunnel !== undefined && resolve(other.state.vpnTunnel, VPN_TUNNELS, other) === tunnel.id,
    );
  if (user !== undefined)
    invalid(field, input.vpnTunnel, `The VPN tunnel is already linked to interface '${user.state.name}'.`);
}

/** An inside range is a /30 of link-local addresses with the interface's own address in it, used by nothing else in the network. */
function demandInside(ipRange: string, networkId: string | undefined, world: World): void {
  const field = "resource.interfaces[0].ipRange";
  const range = parseRange(ipRange) ?? invalid(field, ipRange, "Must be a valid CIDR address range.");
  if (!contains(LINK_LOCAL, ipRange))
    invalid(field, ipRange, `The IP range must be in the link-local space ${LINK_LOCAL}.`);
  if (range.prefix !== 30 && range.prefix !== 29) invalid(field, ipRange, "The prefix length must be 30.");
  const own = parseAddress(ipRange.split("/")[0] ?? "") ?? 0;
  if (own === range.first || own === range.last) {
    invalid(field, ipRange, "The IP address must not be the network or broadcast address of the range.");
  }
  if (overlaps(RESERVED, ipRange)) invalid(field, ipRange, "The IP range is reserved by Google Cloud.");
  const taken = rangesIn(networkId, world).find((other) => overlaps(other.state.ipRange, ipRange));
  if (taken !== undefined) {
    invalid(
      field,
      ipRange,
      `The IP range overlaps with ${taken.state.ipRange} of interface '${taken.state.name}' on router '${taken.state.router}'.`,
    );
  }
}

const rangesIn = (networkId: string | undefined, world: World): Stored<Interface>[] =>
  world.all(routerInterface).filter((other) => {
    const parent = routerAt(other.state.router, other, world);
    return parent !== undefined && resolve(parent.state.network ?? "", NETWORKS, parent) === networkId;
  });

function freeRange(networkId: string | undefined, world: World): string {
  const used = rangesIn(networkId, world).map((other) => other.state.ipRange);
  for (let third = 0; third < 256; third++) {
    const range = `169.254.${third}.1/30`;
    if (!used.some((other) => overlaps(other, range))) return range;
  }
  return refuse("quotaExceeded", "No link-local range is free.");
}
