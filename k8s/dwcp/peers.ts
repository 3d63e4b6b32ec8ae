import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { EndpointSlice } from "@pulumi/kubernetes/discovery/v1/endpointSlice.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { FederationPeer } from "../../infra/plan/services.ts";
import { WAN_PORT } from "../../infra/plan/wanEntry.ts";
import { NAMESPACES } from "../platform/names.ts";

const NAME = "dwcp-peers";

const PORT = { name: "wan", port: WAN_PORT, protocol: "TCP" } as const;

/** What DWCP asks DNS for: an SRV record for each peer's WAN entry (Kubernetes DNS-Based Service Discovery, 2.4.2). */
export const PEER_SERVICE = `_${PORT.name}._tcp.${NAME}.${NAMESPACES.dwcp}.svc.cluster.local`;

export interface PeersArgs {
  /** From `planServices`. */
  peers: readonly FederationPeer[];
}

/**
 * The other regions of the federation as names in the cluster's DNS: `<region>.dwcp-peers` has the addresses of that region's
 * WAN entry. A Service without a selector, and an EndpointSlice for each peer, so that a new region adds one and changes or
 * restarts nothing; DNS needs no token, as reading objects would.
 */
export class Peers extends ComponentResource {
  constructor(name: string, { peers }: PeersArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:Peers", name, {}, options);
    const own = { parent: this };
    const service = new Service(
      `${name}-service`,
      {
        // Nothing to wait for: its endpoints are other regions' and come after it.
        metadata: { name: NAME, namespace: NAMESPACES.dwcp, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { clusterIP: "None", ports: [PORT] },
      },
      own,
    );
    for (const { region, addresses } of peers) {
      new EndpointSlice(
        `${name}-${region}`,
        {
          metadata: {
            name: `${NAME}-${region}`,
            namespace: NAMESPACES.dwcp,
            labels: {
              "kubernetes.io/service-name": NAME,
              // Else the cluster's own controller might take it for one of its own.
              "endpointslice.kubernetes.io/managed-by": "novacron",
            },
          },
          addressType: "IPv4",
          endpoints: addresses.map((address) => ({
            addresses: [address],
            hostname: region,
            conditions: { ready: true },
          })),
          ports: [PORT],
        },
        { ...own, dependsOn: [service] },
      );
    }
    this.registerOutputs({});
  }
}
