import type { ExternalVpnGateway, ExternalVpnGatewayArgs } from "@pulumi/gcp/compute/externalVpnGateway.js";
import type { HaVpnGateway, HaVpnGatewayArgs } from "@pulumi/gcp/compute/haVpnGateway.js";
import { parseAddress } from "../../ipv4.ts";
import { type OutputsOf, type Service, service } from "../../service.ts";
import { computeName, demandUnused, register } from "./compute.ts";
import { invalid, oneOf } from "./errors.ts";
import { demandLabels, labelFingerprint, labelled } from "./labels.ts";
import { COMPUTE, demand, EXTERNAL_GATEWAYS, NETWORKS, referencesTo, usersIn, VPN_GATEWAYS } from "./links.ts";
import { network } from "./networks.ts";
import { everywhere, regionOf } from "./places.ts";

/** HA VPN gateways: two interfaces with an address each. */
export const haVpnGateway: Service<OutputsOf<HaVpnGateway>> = service<HaVpnGatewayArgs, HaVpnGateway>(
  "gcp:compute/haVpnGateway:HaVpnGateway",
  {
    replaceOn: [
      "name",
      "project",
      "region",
      "network",
      "description",
      "stackType",
      "gatewayIpVersion",
      "vpnInterfaces",
      "params",
    ],
    naming: computeName,
    region: regionOf,
    check: (input) => [
      ...oneOf("stackType", input.stackType, ["IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY"]),
      ...oneOf("gatewayIpVersion", input.gatewayIpVersion, ["IPV4", "IPV6"]),
    ],
    references: referencesTo,
    create: (input, world) => {
      const common = register(haVpnGateway, VPN_GATEWAYS, input, world);
      const parent = demand(network, NETWORKS, "resource.network", input.network, world);
      demandLabels(input.labels);
      const ids = (input.vpnInterfaces ?? []).map((each) => each.id);
      if (ids.some((id) => id !== 0 && id !== 1) || new Set(ids).size < ids.length) {
        invalid("resource.vpnInterfaces", ids.join(","), "An HA VPN gateway has the interfaces 0 and 1.");
      }
      if (input.stackType === "IPV6_ONLY" && input.gatewayIpVersion !== "IPV6") {
        invalid("resource.stackType", input.stackType, "IPV6_ONLY needs a gateway IP version of IPV6.");
      }
      return {
        ...common,
        ...labelled(input.labels, world),
        gatewayIpVersion: input.gatewayIpVersion ?? "IPV4",
        labelFingerprint: labelFingerprint(world),
        network: COMPUTE + parent.id,
        region: world.region,
        stackType: input.stackType ?? "IPV4_ONLY",
        vpnInterfaces: [0, 1].map((id) => ({
          ...(input.vpnInterfaces ?? []).find((each) => each.id === id),
          id,
          ipAddress: world.publicAddress(),
        })) as OutputsOf<HaVpnGateway>["vpnInterfaces"],
      };
    },
    update: (input, _, world) => {
      demandLabels(input.labels);
      return { ...labelled(input.labels, world), labelFingerprint: labelFingerprint(world) };
    },
    remove: (current, world) =>
      demandUnused("vpn_gateway", current, usersIn(world, current, VPN_GATEWAYS, ["vpnGateway", "peerGcpGateway"])),
    seconds: { create: 20, update: 5, remove: 20 },
  },
);

/** How many interfaces each kind of peer has. */
const INTERFACES: Record<string, number> = {
  SINGLE_IP_INTERNALLY_REDUNDANT: 1,
  TWO_IPS_REDUNDANCY: 2,
  FOUR_IPS_REDUNDANCY: 4,
};

/** What Google knows of the other side's gateway. */
export const externalVpnGateway: Service<OutputsOf<ExternalVpnGateway>> = service<
  ExternalVpnGatewayArgs,
  ExternalVpnGateway
>("gcp:compute/externalVpnGateway:ExternalVpnGateway", {
  replaceOn: ["name", "project", "description", "interfaces", "redundancyType", "params"],
  naming: computeName,
  region: everywhere,
  check: (input) => oneOf("redundancyType", input.redundancyType, Object.keys(INTERFACES)),
  references: referencesTo,
  create: (input, world) => {
    const common = register(externalVpnGateway, EXTERNAL_GATEWAYS, input, world);
    demandLabels(input.labels);
    const interfaces = input.interfaces ?? [];
    const kind = input.redundancyType ?? Object.keys(INTERFACES)[Math.floor(interfaces.length / 2)] ?? "";
    if (interfaces.length !== INTERFACES[kind]) {
      invalid(
        "resource.interfaces",
        "",
        `The number of interfaces must match the redundancy type: ${kind} has ${INTERFACES[kind] ?? 0}, got ${interfaces.length}.`,
      );
    }
    interfaces.forEach(({ id, ipAddress, ipv6Address }, index) => {
      const field = `resource.interfaces[${index}]`;
      if (
        id === undefined ||
        id < 0 ||
        id >= interfaces.length ||
        interfaces.findIndex((other) => other.id === id) < index
      ) {
        invalid(`${field}.id`, id, `The interface IDs of ${kind} are 0 to ${interfaces.length - 1}, each once.`);
      }
      if (ipv6Address !== undefined && ipAddress === undefined) return;
      if (ipAddress === undefined || parseAddress(ipAddress) === undefined) {
        invalid(`${field}.ipAddress`, ipAddress, "Must be a valid IPv4 address.");
      }
      if (/^(0|127|169\.254|22[4-9]|2[345]\d)\./.test(ipAddress))
        invalid(`${field}.ipAddress`, ipAddress, "The IP address is reserved.");
      if (interfaces.findIndex((other) => other.ipAddress === ipAddress) < index) {
        invalid(`${field}.ipAddress`, ipAddress, "Each interface must have a unique IP address.");
      }
      if (
        world
          .all(haVpnGateway)
          .some((gateway) => gateway.state.vpnInterfaces.some((own) => own.ipAddress === ipAddress))
      ) {
        invalid(
          `${field}.ipAddress`,
          ipAddress,
          "The IP address of an external VPN gateway cannot be an address of Google Compute Engine.",
        );
      }
    });
    return {
      ...common,
      ...labelled(input.labels, world),
      labelFingerprint: labelFingerprint(world),
      redundancyType: kind,
    };
  },
  update: (input, _, world) => {
    demandLabels(input.labels);
    return { ...labelled(input.labels, world), labelFingerprint: labelFingerprint(world) };
  },
  remove: (current, world) =>
    demandUnused("external_vpn_gateway", current, usersIn(world, current, EXTERNAL_GATEWAYS, ["peerExternalGateway"])),
  seconds: { create: 5, update: 5, remove: 5 },
});
