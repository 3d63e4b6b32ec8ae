import { test } from "node:test";
import { assignmentName, inGroup, placed, roleDefinition, withKey, withNetwork } from "./baseline.ts";
import { refuses } from "./subscription.ts";

const { azure, group, network } = await withNetwork();
const { vault } = await withKey(azure);
const stranger = await azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "stranger" });
const assignment = (more: object = {}) => ({
  roleAssignmentName: assignmentName(),
  principalId: stranger.state.principalId,
  roleDefinitionId: roleDefinition("Reader"),
  scope: network.id,
  ...more,
});
const workspace = (more: object) => ({ ...placed, workspaceName: "logs", ...more });

const refused: [why: string, code: string, kind: string, inputs: object][] = [
  [
    "an assignment whose name is no GUID",
    "InvalidRoleAssignmentId",
    "authorization:RoleAssignment",
    assignment({ roleAssignmentName: "reader" }),
  ],
  [
    "a role that does not exist",
    "RoleDefinitionDoesNotExist",
    "authorization:RoleAssignment",
    assignment({
      roleDefinitionId: "/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-0000-0000-00000000dead",
    }),
  ],
  [
    "a principal that is no GUID",
    "InvalidPrincipalId",
    "authorization:RoleAssignment",
    assignment({ principalId: "me" }),
  ],
  [
    "a role on something that is not there",
    "ResourceNotFound",
    "authorization:RoleAssignment",
    assignment({ scope: `${network.id}x` }),
  ],
  [
    "a role on a group that is not there",
    "ResourceGroupNotFound",
    "authorization:RoleAssignment",
    assignment({ scope: `${group.id}x` }),
  ],
  [
    "an identity taken for a user",
    "UnmatchedPrincipalType",
    "authorization:RoleAssignment",
    assignment({ principalType: "User" }),
  ],
  [
    "an identity name of two characters",
    "InvalidResourceName",
    "managedidentity:UserAssignedIdentity",
    { ...placed, resourceName: "me" },
  ],
  ["logs that are kept a week", "InvalidParameter", "operationalinsights:Workspace", workspace({ retentionInDays: 7 })],
  [
    "a pricing tier of the past",
    "BadRequest",
    "operationalinsights:Workspace",
    workspace({ sku: { name: "Standalone" } }),
  ],
  [
    "a workspace name of three characters",
    "workspaceName",
    "operationalinsights:Workspace",
    workspace({ workspaceName: "log" }),
  ],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}

test("a role is granted once, and an assignment never changes hands", async () => {
  const first = assignment();
  await azure.create("authorization:RoleAssignment", first);
  await refuses("RoleAssignmentExists", azure.create("authorization:RoleAssignment", assignment()));
  const moved = assignment({ roleAssignmentName: first.roleAssignmentName, scope: vault.id });
  await refuses("RoleAssignmentUpdateNotPermitted", azure.create("authorization:RoleAssignment", moved));
});

test("audit logs reach one place once, and only categories that exist", async () => {
  const logs = await azure.create(
    "operationalinsights:Workspace",
    workspace({ sku: { name: "PerGB2018" }, retentionInDays: 90 }),
  );
  const setting = (name: string, more: object = {}) =>
    azure.create("monitor:DiagnosticSetting", {
      name,
      resourceUri: vault.id,
      workspaceId: logs.id,
      logs: [{ category: "AuditEvent", enabled: true }],
      ...more,
    });
  await refuses("not supported", setting("a", { logs: [{ category: "kube-audit", enabled: true }] }));
  await refuses("At least one data sink", setting("a", { workspaceId: undefined }));
  await refuses("ResourceNotFound", setting("a", { resourceUri: `${vault.id}x` }));
  await refuses(
    "does not support retention",
    setting("a", { logs: [{ category: "AuditEvent", enabled: true, retentionPolicy: { days: 9, enabled: true } }] }),
  );
  await setting("a");
  await refuses("Conflict", setting("b"));
});

test("an identity trusts a subject once", async () => {
  const credential = (name: string, more: object = {}) =>
    azure.create("managedidentity:FederatedIdentityCredential", {
      ...inGroup,
      resourceName: "stranger",
      federatedIdentityCredentialResourceName: name,
      issuer: "https://issuer.example",
      subject: "system:serviceaccount:dwcp:dwcp",
      audiences: ["api://AzureADTokenExchange"],
      ...more,
    });
  await refuses("InvalidFederatedIdentityCredential", credential("one", { audiences: [] }));
  await refuses("InvalidFederatedIdentityCredential", credential("one", { issuer: "http://issuer.example" }));
  await credential("one");
  await refuses("FederatedIdentityCredentialConflict", credential("two"));
});
