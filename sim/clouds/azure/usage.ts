import type { Stored } from "../../service.ts";
import type { World } from "../../world.ts";

/** Types that point at a resource without keeping it from being deleted. */
const HARMLESS = new Set([
  "azure-native:authorization:RoleAssignment",
  "azure-native:authorization:ManagementLockByScope",
  "azure-native:monitor:DiagnosticSetting",
  "azure-native:network:FlowLog",
]);

/** Resources that cannot do without this one. */
export const dependentsOf = (world: World, resource: Stored<unknown>): Stored[] =>
  world.usersOf(resource).filter((user) => !HARMLESS.has(user.type));
