import type { Role, RoleArgs } from "@pulumi/aws/iam/role.js";
import type { RolePolicy, RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import type { RolePolicyAttachment, RolePolicyAttachmentArgs } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { iam } from "./api.ts";
import { eksNodeGroup } from "./eksNodeGroup.ts";
import {
  admitsService,
  malformed,
  type PolicyKind,
  policyProblem,
  principalsOf,
  statementsOf,
} from "./policyDocument.ts";
import { arn, awsService, between } from "./resource.ts";

/** Default quotas of an account; the characters are counted without white space. */
const ROLES = 1000;
const POLICIES_ON_A_ROLE = 10;
const TRUST_CHARACTERS = 2048;
const INLINE_CHARACTERS = 10_240;

export const role = awsService<RoleArgs, Role>("aws:iam/role:Role", {
  api: iam("Role", { create: "CreateRole", update: "UpdateAssumeRolePolicy", remove: "DeleteRole" }),
  scope: "global",
  replaceOn: ["name", "namePrefix", "path"],
  naming: {
    property: "name",
    pattern: /^[\w+=,.@-]+$/,
    allowed: "letters, digits and _ + = , . @ - (ValidationError)",
    maxLength: 64,
  },
  references: ({ arn, name }) => [arn, name],
  check: (input) => [
    ...policyProblem(input.assumeRolePolicy, "trust").map((reason): [string, string] => ["assumeRolePolicy", reason]),
    ...between("maxSessionDuration", input.maxSessionDuration, 3600, 43_200),
    ...(input.path === undefined || /^\/([\x21-\x7e]*\/)?$/.test(input.path)
      ? []
      : ([["path", `"${input.path}" must begin and end with / (ValidationError)`]] as [string, string][])),
    ...(input.description === undefined || input.description.length <= 1000
      ? []
      : ([["description", "at most 1000 characters (ValidationError)"]] as [string, string][])),
  ],
  create: (input, world) => {
    const name = input.name ?? "";
    // Names are unique without regard to case.
    if (world.all(role).some(({ state }) => state.name.toLowerCase() === name.toLowerCase()))
      refuse("EntityAlreadyExists", `Role with name ${name} already exists.`);
    if (world.all(role).length >= ROLES) refuse("LimitExceeded", `Cannot exceed quota for RolesPerAccount: ${ROLES}`);
    const assumeRolePolicy = trustPolicy(input.assumeRolePolicy, world);
    for (const { name: policyName, policy } of input.inlinePolicies ?? []) {
      if (policyName !== undefined && policy !== undefined) document(policy, "identity", INLINE_CHARACTERS);
    }
    for (const policyArn of input.managedPolicyArns ?? []) managedPolicy(policyArn, world);
    return {
      id: name,
      name,
      namePrefix: input.namePrefix ?? "",
      arn: arn(world, "iam", `role${input.path ?? "/"}${name}`),
      path: input.path ?? "/",
      assumeRolePolicy,
      createDate: world.now(),
      uniqueId: `AROA${world.hex(17).toUpperCase()}`,
      maxSessionDuration: input.maxSessionDuration ?? 3600,
      forceDetachPolicies: input.forceDetachPolicies ?? false,
      managedPolicyArns: input.managedPolicyArns ?? [],
      inlinePolicies: (input.inlinePolicies ?? []) as OutputsOf<Role>["inlinePolicies"],
    };
  },
  update: (input, _, world) => ({
    assumeRolePolicy: trustPolicy(input.assumeRolePolicy, world),
    managedPolicyArns: input.managedPolicyArns ?? [],
    inlinePolicies: (input.inlinePolicies ?? []) as OutputsOf<Role>["inlinePolicies"],
  }),
  remove: (current, world) => {
    // EKS puts the role of a node group into an instance profile.
    if (world.all(eksNodeGroup).some(({ state }) => state.nodeRoleArn === current.state.arn))
      refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    if (current.state.forceDetachPolicies === true) return;
    if (world.all(rolePolicyAttachment).some(({ state }) => state.role === current.id))
      refuse("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    if (world.all(rolePolicy).some(({ state }) => state.role === current.id))
      refuse("DeleteConflict", "Cannot delete entity, must delete policies first.");
  },
});

function trustPolicy(policy: unknown, world: World): string {
  const text = document(policy, "trust", TRUST_CHARACTERS);
  for (const statement of statementsOf(text)) {
    const bad = badPrincipal(statement, world);
    if (bad !== undefined) refuse("MalformedPolicyDocument", `Invalid principal in policy: ${bad}`);
  }
  return text;
}

/** A principal that IAM cannot resolve, in its wording, or undefined. */
export function badPrincipal(statement: ReturnType<typeof statementsOf>[number], world: World): string | undefined {
  const { AWS: accounts, Service: services, Federated: federated } = principalsOf(statement);
  const service = services.find((name) => !/^[a-z0-9.-]+\.amazonaws\.com$/.test(name));
  if (service !== undefined) return `"SERVICE":"${service}"`;
  const identity = accounts.find((name) => !isPrincipal(name, world));
  if (identity !== undefined) return `"AWS":"${identity}"`;
  const provider = federated.find(
    (name) => !/^(arn:aws:iam::\d{12}:(oidc|saml)-provider\/.+|[a-z0-9.-]+\.[a-z]+)$/.test(name),
  );
  return provider === undefined ? undefined : `"FEDERATED":"${provider}"`;
}

/** Whether a principal exists. Roles of this account are known here; other accounts and users are taken at their word. */
export function isPrincipal(name: string, world: World): boolean {
  if (name === "*" || /^\d{12}$/.test(name)) return true;
  const parsed = /^arn:aws:(?:iam|sts)::(\d{12}):(root|(?:role|user|assumed-role|federated-user)\/.+)$/.exec(name);
  if (parsed === null) return false;
  const [, account, resource = ""] = parsed;
  return account !== world.account || !resource.startsWith("role/") || world.getAnywhere(role, name) !== undefined;
}

/** A policy as text; refused when IAM would find it malformed or too long. */
function document(policy: unknown, kind: PolicyKind, limit: number): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  const problem = malformed(text, kind);
  if (problem !== undefined) refuse("MalformedPolicyDocument", problem);
  const size = text.replaceAll(/\s/g, "").length;
  if (size > limit)
    refuse(
      "LimitExceeded",
      kind === "trust"
        ? `Cannot exceed quota for ACLSizePerRole: ${limit}`
        : `Maximum policy size of ${limit} bytes exceeded for role`,
    );
  return text;
}

export const rolePolicy = awsService<RolePolicyArgs, RolePolicy>("aws:iam/rolePolicy:RolePolicy", {
  api: iam("Role Policy", { create: "PutRolePolicy", update: "PutRolePolicy", remove: "DeleteRolePolicy" }),
  scope: "global",
  tagged: false,
  replaceOn: ["name", "namePrefix", "role"],
  naming: {
    property: "name",
    pattern: /^[\w+=,.@-]+$/,
    allowed: "letters, digits and _ + = , . @ - (ValidationError)",
    maxLength: 128,
  },
  check: ({ policy }) => policyProblem(policy, "identity").map((reason) => ["policy", reason]),
  create: (input, world) => {
    const holder = roleOf(input.role, world);
    const name = input.name ?? "";
    return {
      id: `${holder.id}:${name}`,
      name,
      namePrefix: input.namePrefix ?? "",
      role: holder.id,
      policy: document(input.policy, "identity", INLINE_CHARACTERS),
    };
  },
  update: (input) => ({ policy: document(input.policy, "identity", INLINE_CHARACTERS) }),
  remove: () => {},
});

export const rolePolicyAttachment = awsService<RolePolicyAttachmentArgs, RolePolicyAttachment>(
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  {
    api: iam("Role Policy Attachment", {
      create: "AttachRolePolicy",
      update: "AttachRolePolicy",
      remove: "DetachRolePolicy",
    }),
    scope: "global",
    tagged: false,
    replaceOn: ["role", "policyArn"],
    check: ({ policyArn }) =>
      policyArn === undefined || policyArn.startsWith("arn:")
        ? []
        : [["policyArn", `"${policyArn}" is an invalid ARN: arn: invalid prefix (ValidationError)`]],
    create: (input, world) => {
      const holder = roleOf(input.role, world);
      managedPolicy(input.policyArn, world);
      const attached = world.all(rolePolicyAttachment).filter(({ state }) => state.role === holder.id);
      if (attached.length >= POLICIES_ON_A_ROLE)
        refuse("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${POLICIES_ON_A_ROLE}`);
      return { id: `${holder.id}-${world.hex(12)}`, role: holder.id };
    },
    remove: () => {},
  },
);

/** AWS managed policies that clusters and their add-ons use. */
const MANAGED_POLICIES = [
  ...[
    "AdministratorAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "IAMReadOnlyAccess",
    "AmazonEC2FullAccess",
    "AmazonS3FullAccess",
  ],
  ...[
    "AmazonS3ReadOnlyAccess",
    "AmazonEKSClusterPolicy",
    "AmazonEKSServicePolicy",
    "AmazonEKSVPCResourceController",
    "AmazonEKSWorkerNodePolicy",
  ],
  ...[
    "AmazonEKSWorkerNodeMinimalPolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
  ],
  ...["AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy", "AmazonEKSFargatePodExecutionRolePolicy"],
  ...[
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryPowerUser",
  ],
  ...[
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
    "CloudWatchLogsFullAccess",
    "SecretsManagerReadWrite",
  ],
  ...["AmazonPrometheusRemoteWriteAccess", "AWSXrayWriteOnlyAccess", "AmazonRoute53FullAccess", "AmazonVPCFullAccess"],
  ...[
    "service-role/AmazonEBSCSIDriverPolicy",
    "service-role/AmazonEBSCSIDriverPolicyV2",
    "service-role/AmazonEFSCSIDriverPolicy",
  ],
  ...[
    "service-role/AmazonEC2RoleforSSM",
    "service-role/AWSLambdaBasicExecutionRole",
    "AmazonS3ObjectLambdaExecutionRolePolicy",
  ],
];

function managedPolicy(policyArn: string, world: World): void {
  const aws = /^arn:aws:iam::aws:policy\/(.+)$/.exec(policyArn);
  const own = new RegExp(`^arn:aws:iam::${world.account}:policy/.+$`).test(policyArn);
  // Policies of the account's own are not modelled, so none exists.
  if (own || (aws !== null && !MANAGED_POLICIES.includes(aws[1] ?? "")))
    refuse("NoSuchEntity", `Policy ${policyArn} does not exist or is not attachable.`);
  if (!own && aws === null) refuse("InvalidInput", `ARN ${policyArn} is not valid.`);
}

export function roleOf(reference: unknown, world: World): Stored<OutputsOf<Role>> {
  const name = typeof reference === "string" ? reference : String((reference as { name?: unknown }).name);
  const found = world.getAnywhere(role, name);
  // The API wants the name, not the ARN.
  if (found === undefined || found.id !== name)
    return refuse("NoSuchEntity", `The role with name ${name} cannot be found.`);
  return found;
}

/** The role of an ARN, which must exist and trust a service. */
export function roleTrusting(
  roleArn: string | undefined,
  service: string,
  world: World,
  code: string,
  message = `Role with arn: ${roleArn}, could not be assumed because it does not exist or the trusted entity is not correct`,
): Stored<OutputsOf<Role>> {
  const found = roleArn?.startsWith("arn:") === true ? world.getAnywhere(role, roleArn) : undefined;
  if (found === undefined || !admitsService(found.state.assumeRolePolicy, service, "sts:AssumeRole"))
    return refuse(code, message);
  return found;
}
