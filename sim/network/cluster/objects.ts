import type { KubernetesObject, ObjectMeta } from "../../../client/client.ts";

/** The parts of Services and EndpointSlices that a cluster's network reads or writes (Kubernetes 1.36). */
export interface Service extends KubernetesObject {
  spec: {
    type?: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
    /** `None` for a headless one. */
    clusterIP?: string;
    externalName?: string;
    loadBalancerIP?: string;
    ports?: ServicePort[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

export interface ServicePort {
  name?: string;
  port: number;
  protocol?: "TCP" | "UDP" | "SCTP";
}

export interface EndpointSlice extends KubernetesObject {
  metadata: ObjectMeta;
  addressType: string;
  endpoints: { addresses: string[]; hostname?: string; conditions?: { ready?: boolean | null } }[] | null;
  ports?: { name?: string; port?: number; protocol?: string }[] | null;
}

/** Label that names the Service of an EndpointSlice. */
export const SERVICE_LABEL = "kubernetes.io/service-name";
