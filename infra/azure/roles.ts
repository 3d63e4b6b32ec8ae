import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { type ComponentResource, getProject, getStack, type Input } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { roleAssignmentName } from "./names.ts";

/** Azure's built-in roles that the program grants, with their ids, which are the same in every tenant. */
const ROLES = {
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
  "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
  "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
} as const;

export interface Grant {
  plan: AzureRegionPlan;
  to: UserAssignedIdentity;
  role: keyof typeof ROLES;
  /** Id of what the role is granted on: the narrowest resource that serves. */
  on: Input<string>;
}

/** Grants a role. `name` begins with the parent's and says to whom, and on what; the assignment's GUID follows from it. */
export function grant(name: string, { plan, to, role, on }: Grant, parent: ComponentResource): RoleAssignment {
  const { subscriptionId } = plan.account;
  return new RoleAssignment(
    name,
    {
      roleAssignmentName: roleAssignmentName(subscriptionId, getProject(), getStack(), name, role),
      principalId: to.principalId,
      // Without it Azure looks the identity up in Entra ID, where a new one appears only after a minute or two.
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`,
      scope: on,
    },
    // A successor has the same name, and Azure lets no assignment change its principal or scope.
    { parent, deleteBeforeReplace: true },
  );
}
