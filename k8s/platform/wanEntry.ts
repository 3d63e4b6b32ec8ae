import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { WAN_PORT } from "../../infra/plan/wanEntry.ts";
import { GATEWAY_PODS, NAMESPACES } from "./names.ts";

/**
 * The gateway's way in for other regions: a load balancer of its own with private addresses, so that nothing of the
 * federation is on the public one. It keeps the caller's address, which the network policies go by.
 */
export const wanEntry = (
  name: string,
  annotations: Record<string, Input<string>>,
  options: CustomResourceOptions,
): Service =>
  new Service(
    name,
    {
      metadata: { name: "traefik-wan", namespace: NAMESPACES.gateway, annotations },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        selector: GATEWAY_PODS,
        ports: [{ name: "wan", port: WAN_PORT, targetPort: "wan" }],
      },
    },
    options,
  );
