import type { CryptoKeyIAMMember, CryptoKeyIAMMemberArgs } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import type { IAMMember as ProjectMember, IAMMemberArgs as ProjectMemberArgs } from "@pulumi/gcp/projects/iammember.js";
import type { SecretIamMember, SecretIamMemberArgs } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import type {
  IAMMember as AccountMember,
  IAMMemberArgs as AccountMemberArgs,
} from "@pulumi/gcp/serviceaccount/iammember.js";
import type { BucketIAMMember, BucketIAMMemberArgs } from "@pulumi/gcp/storage/bucketIAMMember.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { bucket } from "./buckets.ts";
import { cluster } from "./clusters.ts";
import { bad } from "./errors.ts";
import { cryptoKey } from "./kms.ts";
import { nameIn } from "./links.ts";
import { everywhere } from "./places.ts";
import { projectNumber, serviceIdentity } from "./projects.ts";
import { demandRole, type Target } from "./roles.ts";
import { secret } from "./secrets.ts";
import { customRole, serviceAccount } from "./serviceAccounts.ts";

interface Grant {
  member: string;
  role: string;
  condition?: { title: string; expression: string } | undefined;
}

const PUBLIC = ["allUsers", "allAuthenticatedUsers"];
const replaceOn = ["member", "role", "condition"];

/** Grants on a project. */
export const projectMember: Service<OutputsOf<ProjectMember>> = service<ProjectMemberArgs, ProjectMember>(
  "gcp:projects/iAMMember:IAMMember",
  {
    replaceOn: ["project", ...replaceOn],
    region: everywhere,
    check: memberSyntax,
    create: (input, world) => {
      const project = input.project.replace(/^projects\//, "");
      if (PUBLIC.includes(input.member))
        bad(`Principal of type ${input.member} is not supported for resource of type project.`);
      demandGrant(input, "project", world);
      return {
        id: `${project}/${input.role}/${input.member}`,
        project,
        member: input.member,
        role: input.role,
        etag: etag(world),
      };
    },
    remove: () => {},
    seconds: { create: 8, remove: 8 },
  },
);

/** Grants on a service account: who may act as it. */
export const accountMember: Service<OutputsOf<AccountMember>> = service<AccountMemberArgs, AccountMember>(
  "gcp:serviceaccount/iAMMember:IAMMember",
  {
    replaceOn: ["serviceAccountId", ...replaceOn],
    region: everywhere,
    check: (input) => [
      ...memberSyntax(input),
      ...(input.serviceAccountId === undefined ||
      /^projects\/[^/]+\/serviceAccounts\/[^/]+$/.test(input.serviceAccountId)
        ? []
        : ([
            [
              "serviceAccountId",
              `"service_account_id" ("${input.serviceAccountId}") doesn't match the form projects/{project}/serviceAccounts/{email}`,
            ],
          ] as [string, string][])),
    ],
    create: (input, world) => {
      const target =
        world.get(serviceAccount, input.serviceAccountId) ??
        refuse("notFound", `Service account ${input.serviceAccountId} does not exist.`);
      demandGrant(input, "serviceAccount", world);
      return {
        id: `${target.id}/${input.role}/${input.member}`,
        serviceAccountId: target.id,
        member: input.member,
        role: input.role,
        etag: etag(world),
      };
    },
    remove: () => {},
    seconds: { create: 5, remove: 5 },
  },
);

/** Grants on a key. */
export const cryptoKeyMember: Service<OutputsOf<CryptoKeyIAMMember>> = service<
  CryptoKeyIAMMemberArgs,
  CryptoKeyIAMMember
>("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", {
  replaceOn: ["cryptoKeyId", ...replaceOn],
  region: everywhere,
  check: memberSyntax,
  create: (input, world) => {
    const target =
      world.get(cryptoKey, input.cryptoKeyId) ??
      world.get(cryptoKey, `${world.account}/${input.cryptoKeyId}`) ??
      refuse("notFound", `CryptoKey ${input.cryptoKeyId} not found.`);
    demandGrant(input, "key", world);
    return {
      id: `${target.id}/${input.role}/${input.member}`,
      cryptoKeyId: target.id,
      member: input.member,
      role: input.role,
      etag: etag(world),
    };
  },
  remove: () => {},
  seconds: { create: 5, remove: 5 },
});

/** Grants on a bucket. */
export const bucketMember: Service<OutputsOf<BucketIAMMember>> = service<BucketIAMMemberArgs, BucketIAMMember>(
  "gcp:storage/bucketIAMMember:BucketIAMMember",
  {
    replaceOn: ["bucket", ...replaceOn],
    region: everywhere,
    check: memberSyntax,
    create: (input, world) => {
      const name = input.bucket.replace(/^b\//, "");
      const target = world.get(bucket, name) ?? refuse("notFound", "The specified bucket does not exist.");
      if (PUBLIC.includes(input.member) && target.state.publicAccessPrevention === "enforced") {
        refuse(
          "conditionNotMet",
          "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.",
        );
      }
      if (input.condition !== undefined && !target.state.uniformBucketLevelAccess) {
        bad("IAM conditions are only supported for buckets with uniform bucket-level access.");
      }
      demandGrant(input, "bucket", world);
      return {
        id: `b/${name}/${input.role}/${input.member}`,
        bucket: `b/${name}`,
        member: input.member,
        role: input.role,
        etag: etag(world),
      };
    },
    remove: () => {},
    seconds: { create: 3, remove: 3 },
  },
);

/** Grants on a secret. */
export const secretMember: Service<OutputsOf<SecretIamMember>> = service<SecretIamMemberArgs, SecretIamMember>(
  "gcp:secretmanager/secretIamMember:SecretIamMember",
  {
    replaceOn: ["secretId", "project", ...replaceOn],
    region: everywhere,
    check: memberSyntax,
    create: (input, world) => {
      const project = input.project ?? /^projects\/([^/]+)\//.exec(input.secretId)?.[1] ?? world.account;
      const path = `projects/${project}/secrets/${nameIn(input.secretId)}`;
      const target = world.get(secret, path) ?? refuse("notFound", `Secret [${path}] not found.`);
      demandGrant(input, "secret", world);
      return {
        id: `${target.id}/${input.role}/${input.member}`,
        project,
        secretId: target.id,
        member: input.member,
        role: input.role,
        etag: etag(world),
      };
    },
    remove: () => {},
    seconds: { create: 3, remove: 3 },
  },
);

const etag = (world: World): string => `BwY${Buffer.from(world.hex(8), "hex").toString("base64url")}=`;

function memberSyntax({ member, role }: Partial<Grant>): [property: string, reason: string][] {
  const problems: [string, string][] = [];
  if (
    member !== undefined &&
    !PUBLIC.includes(member) &&
    !/^(user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer|principal|principalSet):.+$/.test(
      member,
    )
  ) {
    problems.push([
      "member",
      `invalid value for member (IAM members must have one of the values outlined here: https://cloud.google.com/billing/docs/reference/rest/v1/Policy#Binding), got ${member}`,
    ]);
  }
  if (role === "") problems.push(["role", "expected role not to be empty"]);
  return problems;
}

/** Refuses roles of a wrong form and members that the simulated projects know not to exist. */
function demandGrant({ member, role, condition }: Grant, target: Target, world: World): void {
  const custom = /^(projects|organizations)\/[^/]+\/roles\/[a-zA-Z0-9_.]{3,64}$/.test(role);
  if (!custom && !/^roles\/[a-zA-Z0-9_.]+$/.test(role)) {
    bad(
      'The role name must be in the form "roles/{role}", "organizations/{organization_id}/roles/{role}", or "projects/{project_id}/roles/{role}".',
    );
  }
  if (custom && role.startsWith(`projects/${world.account}/`) && world.get(customRole, role) === undefined) {
    bad(`Role (${role}) does not exist in the resource's hierarchy.`);
  }
  if (!custom) demandRole(role, target, condition !== undefined);
  if (condition !== undefined && (condition.title.trim() === "" || condition.expression.trim() === "")) {
    bad("Invalid condition: title and expression must not be empty.");
  }
  const [kind, ...rest] = member.split(":");
  const value = rest.join(":");
  if ((kind === "user" || kind === "group") && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) {
    bad(`Invalid member: '${member}' is not an email address.`);
  }
  if (kind === "domain" && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value))
    bad(`Invalid member: '${member}' is not a domain.`);
  if (kind === "serviceAccount") demandServiceAccount(value, world);
}

function demandServiceAccount(account: string, world: World): void {
  const pool = /^(.+\.svc\.id\.goog)\[([^/\]]+)\/([^\]]+)\]$/.exec(account)?.[1];
  if (pool !== undefined) {
    // The pool of a project comes with its first cluster that uses it.
    if (world.all(cluster).some(({ state }) => state.workloadIdentityConfig.workloadPool === pool)) return;
    bad(
      `Identity Pool does not exist (${pool}). Please check that you specified a valid resource name as returned in the \`name\` attribute in the configuration API.`,
    );
  }
  const [name = "", domain] = account.split("@");
  if (domain === undefined || name === "") bad(`Invalid service account (${account}).`);
  const missing = `Service account ${account} does not exist.`;
  if (domain === `${world.account}.iam.gserviceaccount.com` && world.get(serviceAccount, account) === undefined)
    bad(missing);
  const number = projectNumber(world.account);
  if (name === `service-${number}` && domain === "gcp-sa-secretmanager.iam.gserviceaccount.com") {
    if (!world.all(serviceIdentity).some(({ state }) => state.email === account)) bad(missing);
  }
}
