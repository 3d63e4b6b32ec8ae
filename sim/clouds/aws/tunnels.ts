import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import type { VpnConnection } from "@pulumi/aws/ec2/vpnConnection.js";
import type { PeeringAttachment } from "@pulumi/aws/ec2transitgateway/peeringAttachment.js";
import { contains } from "../../ipv4.ts";
import type { CloudNetworks, Network, Peering, TunnelEnd } from "../../network/oracle.ts";
import type { OutputsOf, Service, Stored } from "../../service.ts";
import { route, routeTable, routeTableAssociation } from "./ec2Routing.ts";
import { securityGroup } from "./ec2SecurityGroup.ts";
import { ingressRule } from "./ec2SecurityGroupRule.ts";
import {
  peeringAccepter,
  peeringAttachment,
  transitGateway,
  transitRoute,
  vpcAttachment,
} from "./ec2TransitGateway.ts";
import { internetGateway, vpc } from "./ec2Vpc.ts";
import { customerGateway, vpnConnection } from "./ec2Vpn.ts";
import { tunnelInputs } from "./ec2VpnTunnel.ts";
import { eksCluster } from "./eksCluster.ts";

type Of = <Outputs>(service: Service<Outputs>) => Stored<Outputs>[];

/** What the network oracle must know of AWS: VPCs, both ends of each VPN connection's tunnels, transit gateway peerings. */
export function awsNetworks(resources: readonly Stored[]): CloudNetworks {
  const of: Of = <Outputs>(service: Service<Outputs>) =>
    resources.filter(({ type }) => type === service.type) as Stored<Outputs>[];
  return {
    networks: of(vpc).map((one) => network(one, of)),
    ends: of(vpnConnection).flatMap((connection) => tunnelEnds(connection, of)),
    peerings: of(peeringAttachment).map((one) => peering(one, of)),
  };
}

function network({ id, state }: Stored<OutputsOf<Vpc>>, of: Of): Network {
  const groups = of(eksCluster)
    .filter((cluster) => cluster.state.vpcConfig.vpcId === id)
    .map((cluster) => cluster.state.vpcConfig.clusterSecurityGroupId);
  const others = of(securityGroup)
    .filter((group) => group.state.vpcId === id)
    .map((group) => group.id);
  const guarded = groups.length > 0 ? groups : others;
  return {
    id,
    cloud: "aws",
    region: state.tags?.region ?? id,
    cidrs: [state.cidrBlock],
    routes: routesToGateway(id, of),
    admits: of(ingressRule).flatMap(({ state: rule }) =>
      rule.ipProtocol === "-1" && rule.cidrIpv4 !== undefined && guarded.includes(rule.securityGroupId)
        ? [rule.cidrIpv4]
        : [],
    ),
  };
}

/** Ranges that every table in use sends to the transit gateway, but for tables of public subnets. */
function routesToGateway(vpcId: string, of: Of): string[] {
  const used = new Set(of(routeTableAssociation).map(({ state }) => state.routeTableId));
  const internet = new Set(of(internetGateway).map(({ id }) => id));
  const routes = of(route);
  const attached = new Set(
    of(vpcAttachment).flatMap(({ state }) => (state.vpcId === vpcId ? [state.transitGatewayId] : [])),
  );
  const tables = of(routeTable)
    .filter(({ id, state }) => state.vpcId === vpcId && used.has(id))
    .map(({ id }) => routes.filter(({ state }) => state.routeTableId === id))
    .filter((table) => !table.some(({ state }) => internet.has(state.gatewayId ?? "")))
    .map((table) =>
      table.flatMap(({ state }) =>
        attached.has(state.transitGatewayId ?? "") ? (state.destinationCidrBlock ?? []) : [],
      ),
    );
  const [first = [], ...rest] = tables;
  return first.filter((range) => rest.every((table) => table.includes(range)));
}

function tunnelEnds(connection: Stored<OutputsOf<VpnConnection>>, of: Of): TunnelEnd[] {
  const { state } = connection;
  const gateway = of(transitGateway).find(({ id }) => id === state.transitGatewayId);
  const peer = of(customerGateway).find(({ id }) => id === state.customerGatewayId);
  if (gateway === undefined || peer === undefined) return [];
  const attachments = of(vpcAttachment).filter((attachment) => attachment.state.transitGatewayId === gateway.id);
  const networkId = attachments[0]?.state.vpcId ?? gateway.id;
  const { defaultRouteTableAssociation: associated, defaultRouteTablePropagation: propagated } = gateway.state;
  const routed = associated !== "disable" && propagated !== "disable";
  const announced = new Set(attachments.map((attachment) => attachment.state.vpcId));
  const remoteAsn = Number(peer.state.bgpAsn ?? peer.state.bgpAsnExtended);
  // A link's connections in the order of their names; each ends at another interface of the peer.
  const instance = of(vpnConnection)
    .filter((other) => other.state.transitGatewayId === gateway.id && asnOf(other, of) === remoteAsn)
    .map(({ urn }) => urn)
    .sort()
    .indexOf(connection.urn);

  return ([1, 2] as const).map((number): TunnelEnd => {
    const options = tunnelInputs(state, number);
    return {
      name: `${state.tags?.Name ?? connection.id}-tunnel${number}`,
      networkId,
      locals: [
        {
          outside: number === 1 ? state.tunnel1Address : state.tunnel2Address,
          inside: number === 1 ? state.tunnel1VgwInsideAddress : state.tunnel2VgwInsideAddress,
          instance,
        },
      ],
      remoteOutside: peer.state.ipAddress ?? "",
      remoteInside: number === 1 ? state.tunnel1CgwInsideAddress : state.tunnel2CgwInsideAddress,
      localAsn: gateway.state.amazonSideAsn ?? 64_512,
      remoteAsn,
      preSharedKey: number === 1 ? state.tunnel1PresharedKey : state.tunnel2PresharedKey,
      ikeVersion: (options.ikeVersions ?? ["ikev2"]).includes("ikev2") ? 2 : 1,
      phase1: proposals(
        options.phase1EncryptionAlgorithms,
        options.phase1IntegrityAlgorithms,
        options.phase1DhGroupNumbers,
        false,
      ),
      phase2: proposals(
        options.phase2EncryptionAlgorithms,
        options.phase2IntegrityAlgorithms,
        options.phase2DhGroupNumbers,
        true,
      ),
      announces: routed ? of(vpc).flatMap((one) => (announced.has(one.id) ? [one.state.cidrBlock] : [])) : [],
      // Without BGP nothing is learned, without the default tables nothing is forwarded.
      enabled: !state.staticRoutesOnly && routed && attachments.length > 0,
    };
  });
}

const asnOf = ({ state }: Stored<OutputsOf<VpnConnection>>, of: Of): number => {
  const peer = of(customerGateway).find(({ id }) => id === state.customerGatewayId);
  return Number(peer?.state.bgpAsn ?? peer?.state.bgpAsnExtended);
};

/** Every proposal that AWS accepts for the chosen algorithms; without a choice all of them. GCM authenticates by itself in phase 2. */
function proposals(
  encryption = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"],
  integrity = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"],
  groups = [2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24],
  separateIntegrity: boolean,
): string[] {
  const hashes = integrity.map((name) => name.toLowerCase().replace("sha2-", "sha"));
  return encryption.flatMap((algorithm) => {
    const cipher = algorithm.toLowerCase().replace("-gcm-16", "gcm");
    const suites = separateIntegrity && cipher.endsWith("gcm") ? [cipher] : hashes.map((hash) => `${cipher}-${hash}`);
    return suites.flatMap((suite) => groups.map((group) => `${suite}-dh${group}`));
  });
}

function peering(request: Stored<OutputsOf<PeeringAttachment>>, of: Of): Peering {
  const { state } = request;
  const gateways: [string, string] = [state.transitGatewayId, state.peerTransitGatewayId];
  const sides = gateways.map((gatewayId) => {
    const attachment = of(vpcAttachment).find((one) => one.state.transitGatewayId === gatewayId);
    const network = of(vpc).find(({ id }) => id === attachment?.state.vpcId);
    const gateway = of(transitGateway).find(({ id }) => id === gatewayId);
    return {
      id: network?.id ?? gatewayId,
      cidr: network?.state.cidrBlock,
      table: gateway?.state.associationDefaultRouteTableId,
    };
  });
  const [here, there] = sides;
  const accepted = of(peeringAccepter).some((one) => one.state.transitGatewayAttachmentId === request.id);
  const routed = (from: (typeof sides)[number] | undefined, to: (typeof sides)[number] | undefined) =>
    to?.cidr !== undefined &&
    of(transitRoute).some(
      (one) =>
        one.state.transitGatewayRouteTableId === from?.table &&
        one.state.transitGatewayAttachmentId === request.id &&
        contains(one.state.destinationCidrBlock, to.cidr ?? ""),
    );
  const problems = [
    ...(accepted ? [] : ["the peering was not accepted"]),
    ...(routed(here, there) ? [] : [`transit gateway ${gateways[0]} has no route to ${there?.cidr ?? gateways[1]}`]),
    ...(routed(there, here) ? [] : [`transit gateway ${gateways[1]} has no route to ${here?.cidr ?? gateways[0]}`]),
  ];
  return {
    name: state.tags?.Name ?? request.id,
    networkIds: [here?.id ?? gateways[0], there?.id ?? gateways[1]],
    active: problems.length === 0,
    ...(problems.length > 0 && { reason: problems.join("; ") }),
  };
}
