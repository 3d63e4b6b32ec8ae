import type { RunningRole } from "../../workload/role.ts";
import type { ControllerContext } from "./context.ts";
import { Controller } from "./controller.ts";

/**
 * Stands in for the AWS Load Balancer Controller by being there: load balancers are made by the region's network, which asks
 * whether a Service's own controller runs (`sim/network/cluster/loadBalancers.ts`).
 */
export const awsLoadBalancerController = async (context: ControllerContext): Promise<RunningRole> =>
  new Controller(context).run("aws-load-balancer-controller-leader");
