import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type { networking } from "@pulumi/kubernetes/types/input.js";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { Allowance, NetworkPolicyPlan, Peer } from "../../infra/plan/networkPolicies.ts";

type Direction = "Ingress" | "Egress";

/** A planned policy as an object of the cluster. */
export function networkPolicy(prefix: string, plan: NetworkPolicyPlan, options: ComponentResourceOptions) {
  const { namespace, name, pods, ingress, egress } = plan;
  const policyTypes: Direction[] = [...(ingress ? ["Ingress" as const] : []), ...(egress ? ["Egress" as const] : [])];
  return new NetworkPolicy(
    `${prefix}-${namespace}-${name}`,
    {
      metadata: { name, namespace },
      spec: {
        podSelector: podSelector(pods),
        policyTypes,
        ...(ingress && {
          ingress: ingress.map(({ peers, ports }) => ({ from: peers.map(peer), ports: portList(ports) })),
        }),
        ...(egress && { egress: egress.map(({ peers, ports }) => ({ to: peers.map(peer), ports: portList(ports) })) }),
      },
    },
    options,
  );
}

const podSelector = (names: string[] | undefined) =>
  names === undefined ? {} : { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: names }] };

function peer(of: Peer): networking.v1.NetworkPolicyPeer {
  if ("cidr" in of) return { ipBlock: { cidr: of.cidr, ...(of.except && { except: of.except }) } };
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": of.namespace } },
    ...(of.pods && { podSelector: podSelector(of.pods) }),
  };
}

const portList = (ports: Allowance["ports"]) =>
  ports.map((port) => (typeof port === "number" ? { port, protocol: "TCP" } : { ...port }));
