import { refuse } from "../../service.ts";

/** What Azure sells as VPN gateways today: generations of each, and how many tunnels it ends. */
const VPN_SKUS: Record<string, { generations: string[]; tunnels: number }> = {
  VpnGw1AZ: { generations: ["Generation1"], tunnels: 30 },
  VpnGw2AZ: { generations: ["Generation1", "Generation2"], tunnels: 30 },
  VpnGw3AZ: { generations: ["Generation1", "Generation2"], tunnels: 30 },
  VpnGw4AZ: { generations: ["Generation2"], tunnels: 100 },
  VpnGw5AZ: { generations: ["Generation2"], tunnels: 100 },
  Basic: { generations: ["Generation1"], tunnels: 10 },
};

const WITHOUT_ZONES = ["VpnGw1", "VpnGw2", "VpnGw3", "VpnGw4", "VpnGw5"];

interface GatewayRequest {
  gatewayType?: string | undefined;
  vpnType?: string | undefined;
  vpnGatewayGeneration?: string | undefined;
  sku?: { name?: string | undefined; tier?: string | undefined } | undefined;
  activeActive?: boolean | undefined;
  enableBgp?: boolean | undefined;
}

/** How many site-to-site tunnels a gateway of a SKU ends. */
export const tunnelLimit = (sku: string | undefined): number => VPN_SKUS[sku ?? ""]?.tunnels ?? 30;

export function checkGatewaySku(input: GatewayRequest, id: string): void {
  const name =
    input.sku?.name ?? refuse("VirtualNetworkGatewaySkuRequired", `Virtual network gateway ${id} has no Sku.`);
  if (input.sku?.tier !== undefined && input.sku.tier !== name) {
    refuse(
      "VirtualNetworkGatewaySkuTierMismatch",
      `Sku name ${name} and tier ${input.sku.tier} of virtual network gateway ${id} must be the same.`,
    );
  }
  if ((input.gatewayType ?? "Vpn") !== "Vpn") return;
  if (WITHOUT_ZONES.includes(name)) {
    refuse(
      "NonAzSkusNotAllowedForVPNGateway",
      "VpnGw1-5 non-AZ SKUs are no longer supported for VPN gateways. Only VpnGw1-5AZ SKUs can be created going forward.",
    );
  }
  const sku = VPN_SKUS[name];
  if (sku === undefined) {
    refuse(
      "InvalidGatewaySkuSpecifiedForGatewayDeploymentType",
      `Virtual network gateway Sku specified is not valid for gateway ${id} with DeploymentType VMScaleSet. The allowed Skus are VpnGw1AZ,VpnGw2AZ,VpnGw3AZ,VpnGw4AZ,VpnGw5AZ.`,
    );
  }
  const generation = input.vpnGatewayGeneration ?? "Generation1";
  if (sku !== undefined && !sku.generations.includes(generation)) {
    refuse(
      "VpnGatewayGenerationNotSupportedForSku",
      `VpnGatewayGeneration ${generation} of virtual network gateway ${id} is not supported for Sku ${name}. Supported are ${sku.generations.join(", ")}.`,
    );
  }
  if ((input.vpnType ?? "RouteBased") === "PolicyBased" && name !== "Basic") {
    refuse(
      "PolicyBasedGatewayRequiresBasicSku",
      `Virtual network gateway ${id} of vpn type PolicyBased must have Sku Basic.`,
    );
  }
  if (name === "Basic" && (input.enableBgp === true || input.activeActive === true)) {
    refuse(
      "BasicSkuFeatureNotSupported",
      `Virtual network gateway ${id} has Sku Basic, which supports neither BGP nor active-active mode.`,
    );
  }
}
