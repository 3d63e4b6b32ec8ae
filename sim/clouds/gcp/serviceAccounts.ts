import type { IAMCustomRole, IAMCustomRoleArgs } from "@pulumi/gcp/projects/iamcustomRole.js";
import type { Account, AccountArgs } from "@pulumi/gcp/serviceaccount/account.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import { bad, oneOf } from "./errors.ts";
import { everywhere } from "./places.ts";

/** Service accounts of a project. */
export const serviceAccount: Service<OutputsOf<Account>> = service<AccountArgs, Account>(
  "gcp:serviceaccount/account:Account",
  {
    replaceOn: ["accountId", "project"],
    naming: {
      property: "accountId",
      pattern: /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/,
      allowed: "6 to 30 lower-case letters, digits and dashes, beginning with a letter and not ending in a dash",
      maxLength: 30,
    },
    region: everywhere,
    references: (state) => [state.name, state.email, state.member, state.uniqueId],
    create: (input, world) => {
      const accountId = input.accountId ?? "";
      const email = `${accountId}@${world.account}.iam.gserviceaccount.com`;
      const name = `projects/${world.account}/serviceAccounts/${email}`;
      if (world.get(serviceAccount, name) !== undefined) {
        refuse(
          "alreadyExists",
          `Service account ${accountId} already exists within project projects/${world.account}.`,
        );
      }
      demandTexts(input);
      return {
        id: name,
        name,
        accountId,
        email,
        member: `serviceAccount:${email}`,
        project: world.account,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        uniqueId: `1${BigInt(`0x${world.hex(16)}`)
          .toString()
          .padStart(20, "0")
          .slice(0, 20)}`,
      };
    },
    update: (input) => {
      demandTexts(input);
      return {};
    },
    // Policies that name it keep the name, marked as deleted.
    remove: () => {},
    seconds: { create: 10, update: 3, remove: 3 },
  },
);

function demandTexts(input: { displayName?: string | undefined; description?: string | undefined }): void {
  if (Buffer.byteLength(input.displayName ?? "") > 100) bad("The display name must be at most 100 UTF-8 bytes.");
  if (Buffer.byteLength(input.description ?? "") > 256) bad("The description must be at most 256 UTF-8 bytes.");
}

/** Custom roles of a project. */
export const customRole: Service<OutputsOf<IAMCustomRole>> = service<IAMCustomRoleArgs, IAMCustomRole>(
  "gcp:projects/iAMCustomRole:IAMCustomRole",
  {
    replaceOn: ["roleId", "project"],
    naming: {
      property: "roleId",
      pattern: /^[a-zA-Z0-9_.]{3,64}$/,
      allowed: "3 to 64 letters, digits, underscores and dots",
      maxLength: 64,
      automatic: false,
    },
    region: everywhere,
    check: (input) => oneOf("stage", input.stage, ["ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP"]),
    create: (input, world) => {
      const roleId = input.roleId ?? "";
      const id = `projects/${world.account}/roles/${roleId}`;
      if (world.get(customRole, id) !== undefined)
        refuse("alreadyExists", `A role named ${roleId} in projects/${world.account} already exists.`);
      demandPermissions(input);
      return {
        id,
        name: id,
        roleId,
        project: world.account,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        deleted: false,
        permissions: input.permissions,
        stage: input.stage ?? "GA",
        title: input.title,
      };
    },
    update: (input) => {
      demandPermissions(input);
      return {};
    },
    remove: () => {},
    seconds: { create: 3, update: 3, remove: 3 },
  },
);

function demandPermissions(input: { permissions: string[]; title: string }): void {
  if (input.permissions.length === 0) bad("At least one permission must be specified.");
  if (input.title.length > 100) bad("The role title must be at most 100 characters.");
  const wrong = input.permissions.find((permission) => !/^[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9]+){2,3}$/.test(permission));
  if (wrong !== undefined) bad(`Permission ${wrong} is not valid.`);
}
