import type { PropertyPath } from "../../path.ts";
import { rule } from "../../rule.ts";
import { type Fault, faults } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { isList, statementsIn } from "../../statements.ts";

/** Ids of Azure's built-in roles that hold everything, or give themselves everything. */
const AZURE_ROLES: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": "Azure Kubernetes Service RBAC Cluster Admin",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
};

const document: Fault = (value) => {
  const statements = statementsIn(value);
  if (statements === undefined) return "cannot be read";
  const allowed = statements.filter(({ allows }) => allows);
  if (allowed.some(({ actions, negated }) => actions.length === 0 || negated)) return "allows all but what it names";
  return allowed.some(({ actions }) => actions.some((action) => /[*?]/.test(action) && !isList(action)))
    ? "allows actions by a wildcard, beside mere lists"
    : undefined;
};

const awsManaged: Fault = (value) =>
  /\/(AdministratorAccess|PowerUserAccess|\w*FullAccess(V2)?)$/.test(String(value))
    ? "is a policy of AWS's that allows everything"
    : undefined;

/** What EKS calls cluster-admin, admin and edit. */
const eksPolicy: Fault = (value) =>
  /\/AmazonEKS(ClusterAdmin|Admin|Edit)Policy$/.test(String(value))
    ? "is a policy of AWS's that holds everything"
    : undefined;

const azureRole: Fault = (value) => {
  const name = AZURE_ROLES[String(value).toLowerCase().split("/").at(-1) ?? ""];
  return name && `is ${name}`;
};

// Microsoft.Compute/*/read reads whatever there is; a star at the end does whatever there is.
const azureAction: Fault = (value) => (String(value).endsWith("*") ? "ends in a wildcard" : undefined);

const googleRole: Fault = (value) =>
  /^roles\/(owner|editor|viewer|.*admin)$/i.test(String(value)) ? "is a role that holds everything" : undefined;

const star: Fault = (value) => (value === "*" ? "is a wildcard" : undefined);

const clusterRole: Fault = (value) =>
  ["cluster-admin", "admin", "edit"].includes(String(value)) ? "is a role that holds everything" : undefined;

/** Rights by which a role gives itself others (Kubernetes, "Privilege escalation prevention"). */
const verb: Fault = (value) =>
  star(value) ??
  (["escalate", "bind", "impersonate"].includes(String(value)) ? "gives itself other rights" : undefined);

const KUBERNETES_ROLE = { "rules[].verbs[]": verb, "rules[].resources[]": star, "rules[].apiGroups[]": star };

const GOOGLE_TYPES = [
  "folder/iAMMember:IAMMember",
  "folder/iAMBinding:IAMBinding",
  "organizations/iAMMember:IAMMember",
  "organizations/iAMBinding:IAMBinding",
  "projects/iAMMember:IAMMember",
  "projects/iAMBinding:IAMBinding",
  "serviceaccount/iAMMember:IAMMember",
  "serviceaccount/iAMBinding:IAMBinding",
  "kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
  "kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding",
  "secretmanager/secretIamMember:SecretIamMember",
  "storage/bucketIAMMember:BucketIAMMember",
];

/** Where each type says what it grants. */
const GRANTS: Readonly<Record<string, Readonly<Record<PropertyPath, Fault>>>> = {
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": { policyArn: eksPolicy },
  "aws:iam/policy:Policy": { policy: document },
  "aws:iam/rolePolicy:RolePolicy": { policy: document },
  "aws:iam/role:Role": { "managedPolicyArns[]": awsManaged, "inlinePolicies[].policy": document },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { policyArn: awsManaged },
  "azure-native:authorization:RoleAssignment": { roleDefinitionId: azureRole },
  "azure-native:authorization:RoleDefinition": {
    "permissions[].actions[]": azureAction,
    "permissions[].dataActions[]": azureAction,
  },
  ...Object.fromEntries(GOOGLE_TYPES.map((type) => [`gcp:${type}`, { role: googleRole }])),
  "kubernetes:rbac.authorization.k8s.io/v1:Role": KUBERNETES_ROLE,
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": KUBERNETES_ROLE,
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": { "roleRef.name": clusterRole },
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": { "roleRef.name": clusterRole },
};

export default rule({
  id: "IAM-001",
  title: "No grant holds everything: actions are named",
  severity: "critical",
  why: "A wildcard also grants what the service learns next year, and whoever takes over the pod that has it.",
  sources: [
    cis.aws("1.15", "no policy grants everything"),
    cis.azure("5.23", "no custom role administers the subscription"),
    cis.kubernetes("5.1.3", "roles have few wildcards"),
  ],
  fix: "Name the actions, verbs or the narrowest role that does the work.",
  ...faults(GRANTS),
});
