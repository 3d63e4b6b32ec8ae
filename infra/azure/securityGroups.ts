import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { SecurityRule } from "@pulumi/azure-native/network/securityRule.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan, Cidr } from "../plan/topology.ts";

/** An inbound rule. */
export interface InboundRule {
  name: string;
  /** 100–4096; the lowest that matches decides. */
  priority: number;
  access: "Allow" | "Deny";
  protocol: "Tcp" | "*";
  /** Ranges, or one of Azure's service tags. */
  from: Cidr[] | "Internet" | "AzureLoadBalancer" | "*";
  to: Cidr[] | "*";
  /** @default "*" */
  port?: string;
}

/** Below every rule of ours: Azure's own last rules would admit the whole of `VirtualNetwork`, which takes in all peers. */
const DENY_THE_REST: InboundRule = {
  name: "deny-the-rest",
  priority: 4096,
  access: "Deny",
  protocol: "*",
  from: "*",
  to: "*",
};

/** First priority of the rules for peers: a peer's rule is this plus its number, so no rule moves when regions come and go. */
const PEERS = 1000;

/** What reaches nodes and their pods: the region itself, HTTPS clients through the load balancer, and each peer region. */
export function nodeRules(plan: Pick<AzureRegionPlan, "addresses" | "peers">): InboundRule[] {
  const { network, pods } = plan.addresses;
  return [
    // Overlay pods keep their own addresses on the way from node to node.
    { name: "own-region", priority: 100, access: "Allow", protocol: "*", from: [network, pods], to: [network, pods] },
    { name: "https", priority: 200, access: "Allow", protocol: "Tcp", from: "Internet", to: "*", port: "443" },
    { name: "probes", priority: 300, access: "Allow", protocol: "*", from: "AzureLoadBalancer", to: "*" },
    ...plan.peers.map(
      (peer): InboundRule => ({
        name: `from-${peer.region}`,
        priority: PEERS + peer.number,
        access: "Allow",
        protocol: "*",
        from: [peer.cidr],
        to: [network],
      }),
    ),
    DENY_THE_REST,
  ];
}

/** What reaches private endpoints: the region itself, over TLS. */
export function endpointRules(plan: Pick<AzureRegionPlan, "addresses">): InboundRule[] {
  const { network, intra } = plan.addresses;
  return [
    {
      name: "own-region",
      priority: 100,
      access: "Allow",
      protocol: "Tcp",
      from: [network],
      to: [intra.range],
      port: "443",
    },
    DENY_THE_REST,
  ];
}

/** A network security group with each rule as a resource of its own, so that a new peer region changes no existing one. */
export class AzureSecurityGroup extends ComponentResource {
  readonly id: Output<string>;

  constructor(
    name: string,
    args: { plan: AzureRegionPlan; group: ResourceGroup; rules: InboundRule[] },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:azure:SecurityGroup", name, {}, opts);
    const { plan, group } = args;
    const securityGroup = new NetworkSecurityGroup(
      name,
      { resourceGroupName: group.name, location: plan.location, tags: plan.tags },
      { parent: this },
    );
    for (const rule of args.rules) {
      new SecurityRule(
        `${name}-${rule.name}`,
        {
          resourceGroupName: group.name,
          networkSecurityGroupName: securityGroup.name,
          securityRuleName: rule.name,
          direction: "Inbound",
          access: rule.access,
          priority: rule.priority,
          protocol: rule.protocol,
          sourcePortRange: "*",
          destinationPortRange: rule.port ?? "*",
          ...(Array.isArray(rule.from) ? { sourceAddressPrefixes: rule.from } : { sourceAddressPrefix: rule.from }),
          ...(Array.isArray(rule.to) ? { destinationAddressPrefixes: rule.to } : { destinationAddressPrefix: rule.to }),
        },
        { parent: this },
      );
    }
    this.id = securityGroup.id;
    this.registerOutputs({ id: this.id });
  }
}
