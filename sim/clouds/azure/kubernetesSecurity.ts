import type { ManagedClusterArgs } from "@pulumi/azure-native/containerservice/managedCluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { invalidParameter } from "./agentPoolRules.ts";
import { diskEncryptionSet } from "./diskEncryption.ts";
import { find, same } from "./ids.ts";
import { keyVersion, mayUseKey, vaultOfKey } from "./keyAccess.ts";
import { userAssignedIdentity } from "./managedIdentities.ts";
import { isGuid } from "./metadata.ts";
import { isGranted } from "./roleAssignments.ts";

type Input = Unwrap<ManagedClusterArgs>;

/** Identities, sign-in, encryption of secrets and of disks. */
export function checkSecurity(input: Input, location: string, world: World): void {
  const controlPlane = checkIdentity(input, world);
  checkSignIn(input);
  checkKms(input, controlPlane, world);
  const set = input.diskEncryptionSetID;
  if (set === undefined) return;
  const found = find(world, diskEncryptionSet, set);
  if (found === undefined || found.region !== location) {
    refuse(
      "DiskEncryptionSetNotFound",
      `The disk encryption set '${set}' could not be found in location '${location}'.`,
    );
  }
}

/** Checks the identities and returns the principal of the control plane, if it is a user-assigned one. */
function checkIdentity(input: Input, world: World): string | undefined {
  const { identity, servicePrincipalProfile, identityProfile } = input;
  if ((identity === undefined || identity.type === "None") && servicePrincipalProfile === undefined) {
    refuse("InvalidParameter", "Required parameter servicePrincipalProfile is missing (null).");
  }
  const assigned = identity?.userAssignedIdentities ?? [];
  if (identity?.type === "UserAssigned" && assigned.length !== 1) {
    invalidParameter(
      "identity.userAssignedIdentities",
      `One user assigned identity is required, ${assigned.length} are given.`,
    );
  }
  const [id] = assigned;
  const own = find(world, userAssignedIdentity, id);
  if (id !== undefined && own === undefined) {
    refuse("UserAssignedIdentityNotFound", `The user assigned identity '${id}' could not be found.`);
  }
  const kubelet = identityProfile?.kubeletidentity?.resourceId;
  if (kubelet === undefined) return own?.state.principalId;
  const kubeletIdentity = find(world, userAssignedIdentity, kubelet);
  if (kubeletIdentity === undefined) {
    return refuse("UserAssignedIdentityNotFound", `The kubelet identity '${kubelet}' could not be found.`);
  }
  if (own === undefined) {
    return refuse(
      "OnlySupportedOnUserAssignedMSICluster",
      "Custom kubelet identity is only supported on a cluster with a user assigned managed identity.",
    );
  }
  const roles = ["Managed Identity Operator", "Managed Identity Contributor", "Contributor", "Owner"];
  if (!isGranted(world, { principal: own.state.principalId, scope: kubeletIdentity.id, roles })) {
    refuse(
      "CustomKubeletIdentityMissingPermissionError",
      `The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity. You can run 'az role assignment create --assignee <control-plane-identity-principal-id> --role 'Managed Identity Operator' --scope <kubelet-identity-resource-id>' to grant the permission. See https://learn.microsoft.com/en-us/azure/aks/use-managed-identity#add-role-assignment (${kubeletIdentity.id})`,
    );
  }
  return own.state.principalId;
}

function checkSignIn(input: Input): void {
  const { aadProfile, disableLocalAccounts, oidcIssuerProfile, securityProfile } = input;
  if (disableLocalAccounts === true && aadProfile?.managed !== true) {
    invalidParameter(
      "disableLocalAccounts",
      "Local accounts can only be disabled on a cluster with managed Azure AD integration.",
    );
  }
  if (aadProfile?.enableAzureRBAC === true && aadProfile.managed !== true) {
    invalidParameter("aadProfile.enableAzureRBAC", "Azure RBAC needs managed Azure AD integration.");
  }
  if (aadProfile !== undefined && input.enableRBAC === false) {
    invalidParameter("enableRBAC", "Azure AD integration needs Kubernetes RBAC.");
  }
  for (const admin of aadProfile?.adminGroupObjectIDs ?? []) {
    if (!isGuid(admin)) invalidParameter("aadProfile.adminGroupObjectIDs", `${admin} is not a GUID.`);
  }
  if (securityProfile?.workloadIdentity?.enabled === true && oidcIssuerProfile?.enabled !== true) {
    invalidParameter("securityProfile.workloadIdentity", "Workload identity needs the OIDC issuer to be enabled.");
  }
  const hours = securityProfile?.imageCleaner?.intervalHours;
  if (hours !== undefined && (hours < 24 || hours > 2160)) {
    invalidParameter("securityProfile.imageCleaner.intervalHours", `${hours} is not between 24 and 2160.`);
  }
}

/** Envelope encryption of secrets in etcd with a key of the customer's. */
function checkKms(input: Input, controlPlane: string | undefined, world: World): void {
  const kms = input.securityProfile?.azureKeyVaultKms;
  if (kms?.enabled !== true) return;
  const bad = (reason: string) => invalidParameter("securityProfile.azureKeyVaultKms", reason);
  const keyId = kms.keyId ?? bad("keyId is required when the key management service is enabled.");
  const notFound = () =>
    refuse(
      "KeyVaultKeyNotFound",
      `The Key Vault key '${keyId}' could not be found. Give its identifier with the version.`,
    );
  const key = keyVersion(world, keyId) ?? notFound();
  const owner = vaultOfKey(world, keyId) ?? notFound();
  const principal = controlPlane ?? bad("A user assigned managed identity is required.");
  const hidden = owner.state.properties.publicNetworkAccess?.toLowerCase() === "disabled";
  if ((kms.keyVaultNetworkAccess ?? "Public") === "Private") {
    if (kms.keyVaultResourceId === undefined)
      bad("keyVaultResourceId is required when keyVaultNetworkAccess is Private.");
    if (!same(kms.keyVaultResourceId ?? "", owner.id))
      bad(`keyVaultResourceId ${kms.keyVaultResourceId} is not the vault of key ${keyId}.`);
    if (input.apiServerAccessProfile?.enableVnetIntegration !== true) {
      bad("keyVaultNetworkAccess Private needs API server VNet integration.");
    }
    const roles = ["Key Vault Contributor", "Contributor", "Owner"];
    if (!isGranted(world, { principal, scope: owner.id, roles })) {
      refuse(
        "KeyVaultMissingPermission",
        `The cluster identity must be granted 'Key Vault Contributor' on '${owner.id}' to reach the private vault.`,
      );
    }
  } else {
    if (kms.keyVaultResourceId !== undefined && kms.keyVaultResourceId !== "")
      bad("keyVaultResourceId must be empty when keyVaultNetworkAccess is Public.");
    if (hidden) bad(`The vault '${owner.id}' allows no public access, but keyVaultNetworkAccess is Public.`);
  }
  if (!mayUseKey(world, { vault: owner, keyId: key.id, principal })) {
    refuse("KeyVaultMissingPermission", `The cluster identity must be granted 'Key Vault Crypto User' on '${key.id}'.`);
  }
}
