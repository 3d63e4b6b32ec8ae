/** The controllers that have a stand-in instead of their real program, by the repository of their image. */
import type { RunningRole } from "../../workload/role.ts";
import { awsLoadBalancerController } from "./awsLoadBalancerController.ts";
import { certManager } from "./certManager.ts";
import type { ControllerContext } from "./context.ts";
import { externalSecrets } from "./externalSecrets.ts";
import { prometheusOperator } from "./prometheusOperator.ts";

export type { ControllerContext } from "./context.ts";

export const controllers: Readonly<Record<string, (context: ControllerContext) => Promise<RunningRole>>> = {
  "quay.io/jetstack/cert-manager-controller": certManager,
  "ghcr.io/external-secrets/external-secrets": externalSecrets,
  "public.ecr.aws/eks/aws-load-balancer-controller": awsLoadBalancerController,
  "quay.io/prometheus-operator/prometheus-operator": prometheusOperator,
};
