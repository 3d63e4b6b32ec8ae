import { ManagementLockByScope } from "@pulumi/azure-native/authorization/managementLockByScope.js";
import type { ComponentResource, Input } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";

/**
 * Azure's own protection against deletion, by whatever tool, of one resource and what is below it. Made where the plan
 * protects the region; a stack that is to be taken down sets `protect: false` and is updated first, which removes it.
 */
export function lock(
  name: string,
  { plan, scope }: { plan: AzureRegionPlan; scope: Input<string> },
  parent: ComponentResource,
): void {
  if (!plan.protect) return;
  new ManagementLockByScope(
    name,
    {
      lockName: "novacron-protect",
      level: "CanNotDelete",
      notes: "Remove with novacron:protect set to false and an update of the stack.",
      scope,
    },
    // Pulumi's own protection, inherited from the region, would keep it from ever being lifted.
    { parent, protect: false },
  );
}
