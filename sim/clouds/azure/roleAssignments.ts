import type { RoleAssignment, RoleAssignmentArgs } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { isWithin, nameOf, parseId, same } from "./ids.ts";
import { checkLocks } from "./locks.ts";
import { userAssignedIdentity } from "./managedIdentities.ts";
import { guid, isGuid, systemData } from "./metadata.ts";
import { BUILT_IN_ROLES } from "./roles.ts";
import { exists } from "./services.ts";

export const roleAssignment: Service<OutputsOf<RoleAssignment>> = service<RoleAssignmentArgs, RoleAssignment>(
  "azure-native:authorization:RoleAssignment",
  {
    replaceOn: ["roleAssignmentName", "principalId", "scope"],
    naming: {
      property: "roleAssignmentName",
      pattern: /^.+$/,
      allowed: "a GUID",
      maxLength: 260,
      // The provider makes a random GUID.
      automatic: false,
    },
    region: () => "global",
    create: (input, world) => {
      const name = input.roleAssignmentName ?? guid(world);
      checkRequest({ ...input, name }, world);
      const id = `${input.scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
      const all = world.all(roleAssignment);
      const named = all.find((other) => same(other.state.name, name));
      if (named !== undefined && same(named.id, id)) {
        refuse("ResourceExists", `cannot create already existing resource '${named.id}'`);
      }
      const twin = all.find(
        ({ state }) =>
          same(state.principalId, input.principalId) &&
          same(state.scope, input.scope) &&
          same(nameOf(state.roleDefinitionId), nameOf(input.roleDefinitionId)),
      );
      if (twin !== undefined) {
        refuse(
          "RoleAssignmentExists",
          `The role assignment already exists. The ID of the conflicting role assignment is ${twin.state.name.replaceAll("-", "")}.`,
        );
      }
      if (named !== undefined) {
        refuse(
          "RoleAssignmentUpdateNotPermitted",
          "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        );
      }
      const now = world.now();
      const who = systemData(world).createdBy;
      return {
        id,
        name,
        type: "Microsoft.Authorization/roleAssignments",
        azureApiVersion: "2022-04-01",
        createdBy: who,
        createdOn: now,
        principalType: input.principalType ?? "ServicePrincipal",
        systemData: systemData(world),
        updatedBy: who,
        updatedOn: now,
      };
    },
    update: (input, current, world) => {
      checkLocks(world, current.id, "write");
      if (!same(nameOf(input.roleDefinitionId), nameOf(current.state.roleDefinitionId))) {
        refuse("RoleAssignmentUpdateNotPermitted", "Role definition ID is not allowed to be updated.");
      }
      return { updatedOn: world.now() };
    },
    remove: (assignment, world) => checkLocks(world, assignment.id, "delete"),
    seconds: { create: 3, update: 3, remove: 3 },
  },
);

/** Whether a principal holds one of the roles on a scope or above it. */
export const isGranted = (
  world: World,
  { principal, scope, roles }: { principal: string; scope: string; roles: readonly string[] },
): boolean =>
  world
    .all(roleAssignment)
    .some(
      ({ state }) =>
        same(state.principalId, principal) &&
        isWithin(state.scope, scope) &&
        roles.includes(BUILT_IN_ROLES[nameOf(state.roleDefinitionId).toLowerCase()] ?? ""),
    );

interface Asked {
  name: string;
  principalId: string;
  principalType?: string | undefined;
  roleDefinitionId: string;
  scope: string;
  condition?: string | undefined;
  conditionVersion?: string | undefined;
}

function checkRequest(input: Asked, world: World): void {
  const { name, principalId, roleDefinitionId, scope } = input;
  if (!isGuid(name)) {
    refuse(
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  }
  if (!isGuid(principalId)) {
    refuse("InvalidPrincipalId", `The principal ID '${principalId}' is not valid. Principal ID must be a GUID.`);
  }
  const role = nameOf(roleDefinitionId);
  if (!/\/providers\/Microsoft\.Authorization\/roleDefinitions\/[^/]+$/i.test(roleDefinitionId) || !isGuid(role)) {
    refuse("InvalidRoleDefinitionId", `The role definition ID '${roleDefinitionId}' is not valid.`);
  }
  if (BUILT_IN_ROLES[role.toLowerCase()] === undefined) {
    refuse(
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${role.replaceAll("-", "")}' does not exist.`,
    );
  }
  checkScope(scope, world);
  checkLocks(world, scope, "write");
  const types = ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"];
  if (input.principalType !== undefined && !types.includes(input.principalType)) {
    refuse(
      "InvalidPrincipalType",
      `The principal type '${input.principalType}' is not valid. Allowed are ${types.join(", ")}.`,
    );
  }
  const identity = world.all(userAssignedIdentity).some(({ state }) => same(state.principalId, principalId));
  if (identity && input.principalType !== undefined && input.principalType !== "ServicePrincipal") {
    refuse(
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type 'ServicePrincipal' , which is different from specified PrinciaplType '${input.principalType}'.`,
    );
  }
  if (input.condition !== undefined && input.conditionVersion !== "2.0") {
    refuse("InvalidConditionVersion", "A condition of a role assignment needs the condition version '2.0'.");
  }
}

/** What a role is granted on must exist: a subscription, a group or a resource. */
function checkScope(scope: string, world: World): void {
  if (
    same(scope, `/subscriptions/${world.account}`) ||
    scope.startsWith("/providers/Microsoft.Management/managementGroups/")
  )
    return;
  const parsed =
    parseId(scope) ??
    refuse(
      "MissingSubscription",
      `The request did not have a subscription or a valid tenant level resource provider: '${scope}'.`,
    );
  if (exists(world, scope)) return;
  const resource = scope.includes("/providers/") ? `${parsed.type}/${parsed.name}` : undefined;
  refuse(
    resource === undefined ? "ResourceGroupNotFound" : "ResourceNotFound",
    resource === undefined
      ? `Resource group '${parsed.name}' could not be found.`
      : `The Resource '${resource}' under resource group '${parsed.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}
