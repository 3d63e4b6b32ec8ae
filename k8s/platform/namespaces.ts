import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace as KubernetesNamespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { NAMESPACES, type Namespace } from "./names.ts";

/** What a namespace may hold in all. */
export interface Quota {
  pods: number;
  cpu: string;
  memory: string;
  /** Persistent volumes. */
  volumes: number;
  /** Load balancers cost money and open the cluster: none but the gateway's. */
  loadBalancers: number;
}

const CONTROLLER: Quota = { pods: 10, cpu: "4", memory: "8Gi", volumes: 0, loadBalancers: 0 };

/** Least pods of a service by the pool that it runs on, as `planServices` has it. */
export interface Replicas {
  workload: number;
  inference: number;
}

/** A service grows to twice its least pods, and while it is released both of its versions are fully there. */
const MOST_PODS = 2 * 2;

/** Each pod of ours may ask for 1 vCPU and 1 GiB on average; none does today. */
const ofPods = (pods: number, volumes: number): Quota => ({
  pods,
  cpu: String(pods),
  memory: `${pods}Gi`,
  volumes,
  loadBalancers: 0,
});

/**
 * Room for what is declared and as much again: while a canary is at 100 % and for an hour after, the stable version is still
 * fully there. A quota that stopped the second half would stop the release, or the way back.
 */
export const quotas = ({ workload, inference }: Replicas): Record<Namespace, Quota> => ({
  [NAMESPACES.rollouts]: CONTROLLER,
  [NAMESPACES.certificates]: CONTROLLER,
  [NAMESPACES.secrets]: CONTROLLER,
  // The public entry and that of the other regions.
  [NAMESPACES.gateway]: { pods: 20, cpu: "16", memory: "16Gi", volumes: 0, loadBalancers: 2 },
  [NAMESPACES.monitoring]: { pods: 20, cpu: "16", memory: "48Gi", volumes: 8, loadBalancers: 0 },
  // DWCP v3 and v1, and with room for their successors: gate, token check, state and load.
  [NAMESPACES.dwcp]: ofPods(2 * MOST_PODS * workload + 20, 15),
  [NAMESPACES.inference]: ofPods(MOST_PODS * inference + 10, 5),
});

/** What a container gets that asks for nothing: under a quota it could otherwise not start. */
const UNASKED = { request: { cpu: "50m", memory: "64Mi" }, limit: { memory: "256Mi" } };

/** The most memory that one container may take: half of the smallest workload node (16 GiB). CPU may use what is idle. */
const MOST = { memory: "8Gi" };

/** A namespace that admits only pods of the `restricted` profile, with its quota and the defaults of its containers. */
export function restrictedNamespace(prefix: string, name: Namespace, quota: Quota, options: ComponentResourceOptions) {
  const namespace = new KubernetesNamespace(
    `${prefix}-${name}`,
    {
      metadata: {
        name,
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    },
    options,
  );
  const inside = { ...options, dependsOn: namespace };
  new ResourceQuota(
    `${prefix}-${name}-quota`,
    {
      metadata: { name: "quota", namespace: name },
      spec: {
        hard: {
          pods: String(quota.pods),
          "requests.cpu": quota.cpu,
          "requests.memory": quota.memory,
          "limits.memory": quota.memory,
          persistentvolumeclaims: String(quota.volumes),
          "services.loadbalancers": String(quota.loadBalancers),
        },
      },
    },
    inside,
  );
  new LimitRange(
    `${prefix}-${name}-limits`,
    {
      metadata: { name: "limits", namespace: name },
      spec: { limits: [{ type: "Container", default: UNASKED.limit, defaultRequest: UNASKED.request, max: MOST }] },
    },
    inside,
  );
  return namespace;
}
