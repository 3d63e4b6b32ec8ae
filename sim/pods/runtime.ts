import { roles } from "../../workload/roles.ts";
import { controllers } from "../controllers/index.ts";
import type { RegionContext } from "../region/context.ts";
import { Kubelet } from "./kubelet.ts";
import type { Programs } from "./launch.ts";
import { Provisioner } from "./provisioner.ts";

/** The pods of a region, as its control socket sees them. */
export type PodRuntime = Pick<Kubelet, "setFaults" | "clearFaults" | "crash" | "stop">;

/**
 * Runs the pods of a region: starts containers, probes them, reports on them, ends them, gives them volumes.
 * @param programs what images stand for. @default the reference workload and the stand-in reconcilers
 */
export async function startPods(
  region: RegionContext,
  programs: Programs = { roles, controllers },
): Promise<PodRuntime> {
  const provisioner = new Provisioner(region);
  const kubelet = new Kubelet(region, programs);
  await provisioner.start();
  await kubelet.start();
  return {
    setFaults: (selector, faults) => kubelet.setFaults(selector, faults),
    clearFaults: () => kubelet.clearFaults(),
    crash: (selector) => kubelet.crash(selector),
    stop: async () => {
      await Promise.all([kubelet.stop(), provisioner.stop()]);
    },
  };
}
