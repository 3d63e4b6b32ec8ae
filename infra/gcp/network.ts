import { Address } from "@pulumi/gcp/compute/address.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Route } from "@pulumi/gcp/compute/route.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { ComponentResource, type ComponentResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";
import type { RegionNetwork } from "../region.ts";

/** Names of the secondary ranges of the node subnetwork, for the cluster that uses them. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";

/** Everything that a packet may carry between our own regions: DWCP uses TCP and UDP, path MTU discovery needs ICMP. */
const ALL_PROTOCOLS = [{ protocol: "tcp" }, { protocol: "udp" }, { protocol: "icmp" }];

const FLOW_LOGS = { aggregationInterval: "INTERVAL_30_SEC", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" };

/**
 * The region's VPC network: nodes with ranges for pods and services, private endpoints, the WAN entry, egress and firewall.
 *
 * A VPC of its own for each region, although Google's are global: a mistake in one region's routes or rules stays there.
 * The plan's public tier has no subnetwork here, since load balancers and Cloud NAT stand in none.
 */
export class GcpNetwork extends ComponentResource implements RegionNetwork {
  /** Self link of the network. */
  readonly id: Output<string>;
  /** Self links of the subnetworks for nodes and for private endpoints, in this order. */
  readonly privateSubnetIds: Output<string[]>;
  /** Name of the network, as logs and routes carry it. */
  readonly networkName: Output<string>;
  /** Self link of the subnetwork that holds the nodes. */
  readonly nodeSubnetwork: Output<string>;
  /** The subnetwork of the load balancer that other regions call. */
  readonly wanSubnetwork: { name: Output<string>; selfLink: Output<string> };
  /** Names of all subnetworks, as flow logs carry them. */
  readonly subnetworkNames: Output<string[]>;

  constructor(name: string, args: { plan: GcpRegionPlan }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Network", name, {}, opts);
    const { plan } = args;
    const { addresses } = plan;
    const region = plan.location;
    const child = { parent: this };

    const network = new Network(
      name,
      {
        description: `NovaCron region ${plan.name}`,
        autoCreateSubnetworks: false,
        // Dynamic routes stay in this region: the network has subnetworks in no other.
        routingMode: "REGIONAL",
        // The one that comes by itself would be in nobody's state, and a firewall audit would not see it.
        deleteDefaultRoutesOnCreate: true,
      },
      child,
    );
    const subnetwork = { region, network: network.selfLink, privateIpGoogleAccess: true, logConfig: FLOW_LOGS };
    const nodes = new Subnetwork(
      `${name}-nodes`,
      {
        ...subnetwork,
        ipCidrRange: addresses.private.range,
        secondaryIpRanges: [
          { rangeName: POD_RANGE, ipCidrRange: addresses.pods },
          { rangeName: SERVICE_RANGE, ipCidrRange: addresses.services },
        ],
      },
      child,
    );
    const endpoints = new Subnetwork(`${name}-endpoints`, { ...subnetwork, ipCidrRange: addresses.intra.range }, child);
    const wan = new Subnetwork(`${name}-wan`, { ...subnetwork, ipCidrRange: addresses.wan.range }, child);

    // Even without NAT: it carries Private Google Access, and GKE refuses a network that lacks it.
    // It alone lets nothing out, since no node has a public address.
    new Route(
      `${name}-default`,
      { network: network.selfLink, destRange: "0.0.0.0/0", nextHopGateway: "default-internet-gateway", priority: 1000 },
      child,
    );
    this.#egress(name, plan, network, nodes);
    this.#firewall(name, plan, network);

    this.id = network.selfLink;
    this.privateSubnetIds = output([nodes.selfLink, endpoints.selfLink]);
    this.networkName = network.name;
    this.nodeSubnetwork = nodes.selfLink;
    this.wanSubnetwork = { name: wan.name, selfLink: wan.selfLink };
    this.subnetworkNames = output([nodes.name, endpoints.name, wan.name]);
    this.registerOutputs({
      id: this.id,
      privateSubnetIds: this.privateSubnetIds,
      networkName: this.networkName,
      nodeSubnetwork: this.nodeSubnetwork,
      wanSubnetwork: this.wanSubnetwork,
      subnetworkNames: this.subnetworkNames,
    });
  }

  /**
   * Cloud NAT is regional and has no zone to lose, so `single` and `per-zone` are the same gateway. They differ in reserved
   * addresses: one, or one for each zone, as many as the other clouds' gateways would show to those who allow-list us.
   */
  #egress(name: string, plan: GcpRegionPlan, network: Network, nodes: Subnetwork): void {
    if (plan.nat === "none") return;
    const child = { parent: this };
    const router = new Router(
      `${name}-nat`,
      { region: plan.location, network: network.selfLink, description: "Holds Cloud NAT" },
      child,
    );
    const slots = plan.nat === "single" ? ["0"] : plan.zones;
    const addresses = slots.map(
      (slot) =>
        new Address(
          `${name}-nat-${slot}`,
          { region: plan.location, addressType: "EXTERNAL", networkTier: "PREMIUM", labels: plan.tags },
          child,
        ),
    );
    new RouterNat(
      `${name}-nat`,
      {
        region: plan.location,
        router: router.name,
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: addresses.map((address) => address.selfLink),
        // Only nodes and pods: the endpoint subnetwork has no way out.
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: nodes.selfLink, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
        // Many connections to one registry from one node would run out of the 64 ports that a node gets by default.
        enableDynamicPortAllocation: true,
        minPortsPerVm: 64,
        maxPortsPerVm: 4096,
        enableEndpointIndependentMapping: false,
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      child,
    );
  }

  /** Ingress is denied unless it comes from the region itself or from a region that is named. One rule for each peer, so that a new region changes no rule. */
  #firewall(name: string, plan: GcpRegionPlan, network: Network): void {
    const child = { parent: this };
    const logConfig = { metadata: "INCLUDE_ALL_METADATA" };
    new Firewall(
      `${name}-deny-ingress`,
      {
        network: network.selfLink,
        // Google denies by itself, unlogged; this rule is the same and leaves a trace.
        description: "Denies and logs what no other rule allows",
        direction: "INGRESS",
        priority: 65534,
        denies: [{ protocol: "all" }],
        sourceRanges: ["0.0.0.0/0"],
        logConfig,
      },
      child,
    );
    new Firewall(
      `${name}-internal`,
      {
        network: network.selfLink,
        description: "Nodes, pods, endpoints and the control plane of this region",
        direction: "INGRESS",
        priority: 1000,
        allows: ALL_PROTOCOLS,
        sourceRanges: [plan.addresses.network, plan.addresses.pods],
      },
      child,
    );
    for (const peer of plan.peers) {
      new Firewall(
        `${name}-from-${peer.region}`,
        {
          network: network.selfLink,
          description: `Region ${peer.region}`,
          direction: "INGRESS",
          priority: 1000,
          allows: ALL_PROTOCOLS,
          sourceRanges: [peer.cidr],
          logConfig,
        },
        child,
      );
    }
  }
}
