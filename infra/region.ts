import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type { ComponentResource, Input, Output } from "@pulumi/pulumi";
import type { Cloud, LinkEnd, PeeringLink, VpnLink } from "./plan/topology.ts";

/** What every region offers, whatever its cloud: the rest of the program knows no more of a region than this. */
export interface Region extends ComponentResource {
  readonly regionName: string;
  readonly cloud: Cloud;
  readonly network: RegionNetwork;
  readonly cluster: RegionCluster;
  readonly gateway: RegionGateway;
  /** Versioned, encrypted, private bucket for test artefacts and models. */
  readonly artifacts: Output<string>;
  /** Where workloads find their secrets: name prefix, vault URI or project path. */
  readonly secretStore: Output<string>;
  /** Public addresses reserved for the region's ingress, for the global DNS name. */
  readonly entryAddresses: Output<string>[];
  readonly annotations: RegionAnnotations;
  /** What a StorageClass asks for so that volumes are encrypted with the region's key. Nothing on Azure, where the cluster names it. */
  readonly volumeKey: Record<string, Input<string>>;
}

/** How objects in the cluster ask the cloud for what the region holds ready for them: annotations in the cloud's own words. */
export interface RegionAnnotations {
  /** On a Service of type LoadBalancer: gives it the region's entry addresses. */
  readonly loadBalancer: Record<string, Input<string>>;
  /** On another one: an internal load balancer with the addresses of `wanAddresses`, reached through the mesh. */
  readonly wanLoadBalancer: Record<string, Input<string>>;
  /** On the service account `external-secrets/external-secrets`: lets it read the region's secret store. */
  readonly secretsReader: Record<string, Input<string>>;
}

export interface RegionNetwork {
  /** VPC id, VNet id or network self link. */
  readonly id: Output<string>;
  readonly privateSubnetIds: Output<string[]>;
}

export interface RegionCluster {
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  /** Secret; authenticates through the cloud's exec credential plugin and holds no token. */
  readonly kubeconfig: Output<string>;
  /** Issuer that the cloud's workload identity trusts. */
  readonly oidcIssuer: Output<string>;
  readonly provider: KubernetesProvider;
}

/** One end of a VPN link as its gateway sees it. */
export interface VpnEnd {
  link: VpnLink;
  /** Which of `link.ends` is this one. */
  side: 0 | 1;
  /** Pre-shared key of each tunnel, secret. */
  keys: Output<string>[];
  /** The peer's outside address of each tunnel. */
  remoteAddresses: Input<string>[];
}

/** The region's gateway to the other regions. */
export interface RegionGateway {
  /**
   * This gateway's outside address for each tunnel of a link.
   * Undefined on AWS, which gives addresses out with each connection.
   */
  outsideAddresses(link: VpnLink, side: 0 | 1): Output<string>[] | undefined;
  /** Creates this end of a link and returns its outside address for each tunnel. */
  connect(end: VpnEnd): Output<string>[];
  /** Creates both sides of a native peering with a gateway of the same cloud, this one asking. */
  peer(link: PeeringLink, other: RegionGateway): void;
}

/** The region of a name. */
export function regionNamed(name: string, regions: readonly Region[]): Region {
  const found = regions.find(({ regionName }) => regionName === name);
  if (found === undefined) throw new Error(`the plan names ${name}, which the stack does not create`);
  return found;
}

/** The end of a link that is not this one. */
export const remoteEnd = (link: VpnLink, side: 0 | 1): LinkEnd => link.ends[side === 0 ? 1 : 0];
