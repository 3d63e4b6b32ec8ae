import type {
  ManagementLockByScope,
  ManagementLockByScopeArgs,
} from "@pulumi/azure-native/authorization/managementLockByScope.js";
import { refuse, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { isWithin, parseId } from "./ids.ts";
import { systemData } from "./metadata.ts";

/** Locks hold for a scope and everything below it. */
export const managementLock = service<ManagementLockByScopeArgs, ManagementLockByScope>(
  "azure-native:authorization:ManagementLockByScope",
  {
    replaceOn: ["scope", "lockName"],
    naming: {
      property: "lockName",
      pattern: /^[^<>%&:?/]*[^<>%&:?/. ]$/,
      allowed: "none of < > % & : ? / in it and neither a full stop nor a space at its end",
      maxLength: 260,
    },
    region: () => "global",
    create: (input, world) => {
      const scope = parseId(input.scope);
      if (scope === undefined && input.scope !== `/subscriptions/${world.account}`) {
        refuse("InvalidLockScope", `The lock scope '${input.scope}' is invalid.`);
      }
      checkLevel(input.level);
      checkNotes(input.notes);
      return {
        id: `${input.scope}/providers/Microsoft.Authorization/locks/${input.lockName}`,
        azureApiVersion: "2020-05-01",
        level: input.level,
        name: input.lockName ?? "",
        systemData: systemData(world),
        type: "Microsoft.Authorization/locks",
      };
    },
    update: (input) => {
      checkLevel(input.level);
      checkNotes(input.notes);
      return {};
    },
    remove: () => {},
    seconds: { create: 2, remove: 2 },
  },
);

function checkLevel(level: string): void {
  if (["CanNotDelete", "ReadOnly"].includes(level)) return;
  refuse("InvalidLockLevel", `The lock level '${level}' is invalid. Allowed values are 'CanNotDelete' and 'ReadOnly'.`);
}

function checkNotes(notes: string | undefined): void {
  if (notes !== undefined && notes.length > 512) {
    refuse("LockNotesTooLong", "The lock notes exceed the maximum allowed length of '512' characters.");
  }
}

/** Refuses an operation on an id that a lock forbids. */
export function checkLocks(world: World, id: string, operation: "write" | "delete"): void {
  const locked = world
    .all(managementLock)
    .filter(({ state }) => state.level === "ReadOnly" || operation === "delete")
    .filter(({ inputs }) => typeof inputs.scope === "string" && isWithin(inputs.scope, id))
    .map(({ inputs }) => String(inputs.scope));
  if (locked.length === 0) return;
  refuse(
    "ScopeLocked",
    `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${[...new Set(locked)].join(",")}'. Please remove the lock and try again.`,
  );
}
