import type { Network, NetworkArgs } from "@pulumi/gcp/compute/network.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import { computeName, demandUnused, numericId, register } from "./compute.ts";
import { invalid, oneOf } from "./errors.ts";
import { NETWORKS, referencesTo, usersIn } from "./links.ts";
import { everywhere } from "./places.ts";

/** VPC networks that a project may hold before somebody asks for more (quota NETWORKS). */
const MOST_NETWORKS = 15;

/** VPC networks: global, with subnetworks in regions. */
export const network: Service<OutputsOf<Network>> = service<NetworkArgs, Network>("gcp:compute/network:Network", {
  replaceOn: [
    "name",
    "project",
    "description",
    "autoCreateSubnetworks",
    "deleteDefaultRoutesOnCreate",
    "enableUlaInternalIpv6",
    "internalIpv6Range",
    "mtu",
    "networkProfile",
    "params",
  ],
  naming: computeName,
  region: everywhere,
  check: (input) => [
    ...oneOf("routingMode", input.routingMode, ["REGIONAL", "GLOBAL"]),
    ...oneOf("bgpBestPathSelectionMode", input.bgpBestPathSelectionMode, ["LEGACY", "STANDARD"]),
    ...oneOf("bgpInterRegionCost", input.bgpInterRegionCost, ["DEFAULT", "ADD_COST_TO_MED"]),
    ...oneOf("networkFirewallPolicyEnforcementOrder", input.networkFirewallPolicyEnforcementOrder, [
      "BEFORE_CLASSIC_FIREWALL",
      "AFTER_CLASSIC_FIREWALL",
    ]),
  ],
  references: referencesTo,
  create: (input, world) => {
    const common = register(network, NETWORKS, input, world);
    demandNetworkFields(input);
    if (world.all(network).filter((other) => other.account === world.account).length >= MOST_NETWORKS) {
      refuse("quotaExceeded", `Quota 'NETWORKS' exceeded. Limit: ${MOST_NETWORKS}.0 globally.`);
    }
    const number = numericId(world);
    return {
      ...common,
      autoCreateSubnetworks: input.autoCreateSubnetworks ?? true,
      bgpAlwaysCompareMed: input.bgpAlwaysCompareMed ?? false,
      bgpBestPathSelectionMode: input.bgpBestPathSelectionMode ?? "LEGACY",
      bgpInterRegionCost: input.bgpInterRegionCost ?? "",
      deleteDefaultRoutesOnCreate: input.deleteDefaultRoutesOnCreate ?? false,
      gatewayIpv4: "",
      internalIpv6Range:
        input.internalIpv6Range ?? (input.enableUlaInternalIpv6 ? `fd20:${world.hex(3)}:${world.hex(4)}::/48` : ""),
      mtu: input.mtu ?? 1460,
      networkFirewallPolicyEnforcementOrder: input.networkFirewallPolicyEnforcementOrder ?? "AFTER_CLASSIC_FIREWALL",
      networkId: number,
      numericId: number,
      routingMode: input.routingMode ?? "REGIONAL",
    };
  },
  update: (input) => {
    demandNetworkFields(input);
    return {};
  },
  remove: (current, world) =>
    demandUnused(
      "network",
      current,
      usersIn(world, current, NETWORKS, [
        "network",
        "peerNetwork",
        "privateVisibilityConfig.networks.networkUrl",
        "peeringConfig.targetNetwork.networkUrl",
      ]),
    ),
  seconds: { create: 20, update: 10, remove: 25 },
});

function demandNetworkFields(input: {
  mtu?: number | undefined;
  internalIpv6Range?: string | undefined;
  enableUlaInternalIpv6?: boolean | undefined;
  bgpAlwaysCompareMed?: boolean | undefined;
  bgpBestPathSelectionMode?: string | undefined;
}): void {
  const { mtu, internalIpv6Range } = input;
  if (mtu !== undefined && (mtu < 1300 || mtu > 8896)) invalid("resource.mtu", mtu, "Must be between 1300 and 8896.");
  if (internalIpv6Range !== undefined) {
    if (input.enableUlaInternalIpv6 !== true) {
      invalid("resource.internalIpv6Range", internalIpv6Range, "enableUlaInternalIpv6 must be true to set a range.");
    }
    if (!/^fd20:[0-9a-f:]+\/48$/.test(internalIpv6Range)) {
      invalid("resource.internalIpv6Range", internalIpv6Range, "Must be a /48 within fd20::/20.");
    }
  }
  if (input.bgpAlwaysCompareMed === true && input.bgpBestPathSelectionMode !== "STANDARD") {
    invalid(
      "resource.routingConfig.bgpAlwaysCompareMed",
      true,
      "It can only be set when bgpBestPathSelectionMode is STANDARD.",
    );
  }
}
