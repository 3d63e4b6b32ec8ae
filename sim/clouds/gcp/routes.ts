import type { Route, RouteArgs } from "@pulumi/gcp/compute/route.js";
import { contains } from "../../ipv4.ts";
import { type OutputsOf, type Service, service } from "../../service.ts";
import { computeName, demandRange, register } from "./compute.ts";
import { between, invalid } from "./errors.ts";
import { COMPUTE, type Collection, demand, NETWORKS, referencesTo, VPN_TUNNELS } from "./links.ts";
import { network } from "./networks.ts";
import { everywhere } from "./places.ts";
import { rangesOf } from "./subnetworks.ts";
import { vpnTunnel } from "./vpnTunnels.ts";

const ROUTES: Collection = { name: "routes", noun: "route", regional: false };
const NEXT_HOPS = ["nextHopGateway", "nextHopIlb", "nextHopInstance", "nextHopIp", "nextHopVpnTunnel"] as const;

/** Where a packet to the internet leaves a network. */
export const INTERNET_GATEWAY = /(^|\/)global\/gateways\/default-internet-gateway$|^default-internet-gateway$/;

/** Static routes. Nothing of them can be changed. */
export const route: Service<OutputsOf<Route>> = service<RouteArgs, Route>("gcp:compute/route:Route", {
  replaceOn: [
    "name",
    "project",
    "network",
    "destRange",
    "description",
    "priority",
    "tags",
    "nextHopInstanceZone",
    "params",
    ...NEXT_HOPS,
  ],
  naming: computeName,
  region: everywhere,
  check: (input) => between("priority", input.priority, 0, 65535),
  references: referencesTo,
  create: (input, world) => {
    const common = register(route, ROUTES, input, world);
    const parent = demand(network, NETWORKS, "resource.network", input.network, world);
    const range = demandRange("resource.destRange", input.destRange);
    const hops = NEXT_HOPS.filter((hop) => input[hop] !== undefined);
    if (hops.length !== 1) {
      invalid(
        "resource",
        input.name,
        "Exactly one of nextHopInstance, nextHopIp, nextHopGateway, nextHopVpnTunnel or nextHopIlb must be specified.",
      );
    }
    for (const [index, tag] of (input.tags ?? []).entries()) {
      if (!computeName.pattern.test(tag) || tag.length > 63) {
        invalid(`resource.tags[${index}]`, tag, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
      }
    }
    const ranges = rangesOf(parent.id, world);
    const covering = ranges.find(({ cidr }) => contains(cidr, range));
    if (covering !== undefined) {
      invalid(
        "resource.destRange",
        range,
        `The destination range must not be equal to or inside of ${covering.cidr}, a range of subnetwork '${covering.holder.id}'.`,
      );
    }
    if (input.nextHopGateway !== undefined && !INTERNET_GATEWAY.test(input.nextHopGateway)) {
      invalid(
        "resource.nextHopGateway",
        input.nextHopGateway,
        "The only supported gateway is default-internet-gateway.",
      );
    }
    const { nextHopIp } = input;
    if (nextHopIp !== undefined && !ranges.some(({ cidr }) => contains(cidr, `${nextHopIp}/32`))) {
      invalid("resource.nextHopIp", nextHopIp, "The next hop address must be in a subnetwork of the network.");
    }
    if (input.nextHopInstance !== undefined) {
      invalid("resource.nextHopInstance", input.nextHopInstance, "The referenced instance resource cannot be found.");
    }
    if (input.nextHopVpnTunnel !== undefined) {
      demand(vpnTunnel, VPN_TUNNELS, "resource.nextHopVpnTunnel", input.nextHopVpnTunnel, world);
    }
    return {
      ...common,
      asPaths: [],
      creationTimestamp: world.now(),
      network: COMPUTE + parent.id,
      ...(input.nextHopGateway === undefined
        ? {}
        : { nextHopGateway: `${COMPUTE}projects/${world.account}/global/gateways/default-internet-gateway` }),
      nextHopHub: "",
      nextHopInstanceZone: input.nextHopInstanceZone ?? "",
      nextHopInterRegionCost: "",
      nextHopIp: nextHopIp ?? "",
      nextHopMed: "",
      nextHopNetwork: "",
      nextHopOrigin: "",
      nextHopPeering: "",
      priority: input.priority ?? 1000,
      routeStatus: "ACTIVE",
      routeType: "STATIC",
      warnings: [],
    };
  },
  remove: () => {},
  seconds: { create: 15, remove: 15 },
});
