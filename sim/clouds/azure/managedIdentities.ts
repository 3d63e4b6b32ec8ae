import type {
  FederatedIdentityCredential,
  FederatedIdentityCredentialArgs,
} from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import type {
  UserAssignedIdentity,
  UserAssignedIdentityArgs,
} from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newChild, newResource, refuseWhileNested } from "./arm.ts";
import { childrenOf, find, parentOf, same } from "./ids.ts";
import { guid, systemData } from "./metadata.ts";
import { anyName } from "./networkNames.ts";

const IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities";

export const userAssignedIdentity: Service<OutputsOf<UserAssignedIdentity>> = service<
  UserAssignedIdentityArgs,
  UserAssignedIdentity
>("azure-native:managedidentity:UserAssignedIdentity", {
  replaceOn: ["resourceName", "resourceGroupName", "location"],
  naming: anyName("resourceName"),
  create: (input, world) => {
    checkName(input.resourceName ?? "");
    const identity = newResource(world, userAssignedIdentity, IDENTITY, input, input.resourceName);
    return {
      ...identity,
      azureApiVersion: "2024-11-30",
      clientId: guid(world),
      principalId: guid(world),
      systemData: systemData(world),
      tenantId: String(world.config.tenantId ?? guid(world)),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    return {};
  },
  // Whatever uses an identity goes on naming it: Azure lets it go.
  remove: (identity, world) => {
    deletable(world, identity.id);
    const credentials = childrenOf(world, federatedIdentityCredential, identity.id);
    refuseWhileNested(credentials);
  },
  seconds: { create: 3, update: 2, remove: 3 },
});

export const federatedIdentityCredential: Service<OutputsOf<FederatedIdentityCredential>> = service<
  FederatedIdentityCredentialArgs,
  FederatedIdentityCredential
>("azure-native:managedidentity:FederatedIdentityCredential", {
  replaceOn: ["federatedIdentityCredentialResourceName", "resourceName", "resourceGroupName"],
  naming: {
    property: "federatedIdentityCredentialResourceName",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9-_]{2,119}$/,
    allowed: "3–120 letters, digits, '-' and '_', beginning with a letter or digit",
    maxLength: 120,
    automatic: false,
  },
  create: (input, world) => {
    const { child, parent } = newChild(
      world,
      federatedIdentityCredential,
      `${IDENTITY}/federatedIdentityCredentials`,
      input,
      userAssignedIdentity,
      input.resourceName,
      input.federatedIdentityCredentialResourceName ?? world.logicalName,
    );
    checkCredential(input, child.id, world);
    if (childrenOf(world, federatedIdentityCredential, parent.id).length >= 20) {
      refuse(
        "TooManyFederatedIdentityCredentials",
        `Too many Federated Identity Credentials on identity ${parent.id}. Limit: 20.`,
      );
    }
    return {
      id: child.id,
      name: child.name,
      type: child.type,
      azureApiVersion: "2024-11-30",
      systemData: systemData(world),
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, {});
    checkCredential(input, current.id, world);
    return {};
  },
  remove: (credential, world) => deletable(world, credential.id),
  seconds: { create: 3, update: 3, remove: 3 },
});

/** The identity part of an answer: the list of a request becomes a map with what each identity is. */
export function identityWith(
  input: { type?: string | undefined; userAssignedIdentities?: string[] | undefined },
  world: World,
) {
  return {
    principalId: "",
    tenantId: String(world.config.tenantId ?? ""),
    type: input.type ?? "UserAssigned",
    userAssignedIdentities: Object.fromEntries(
      (input.userAssignedIdentities ?? []).map((id) => {
        const state = find(world, userAssignedIdentity, id)?.state;
        return [id, { clientId: state?.clientId ?? "", principalId: state?.principalId ?? "" }];
      }),
    ),
  };
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9][\w-]{2,127}$/.test(name)) return;
  refuse(
    "InvalidResourceName",
    `The resource name '${name}' is invalid. A valid name starts with a letter or a digit, holds letters, digits, underscores and hyphens, and has 3 to 128 characters.`,
  );
}

function checkCredential(
  input: { audiences: string[]; issuer: string; subject: string },
  id: string,
  world: World,
): void {
  if (input.audiences.length !== 1) {
    refuse(
      "InvalidFederatedIdentityCredential",
      "Exactly one audience must be given for a Federated Identity Credential.",
    );
  }
  if (!/^https:\/\//.test(input.issuer)) {
    refuse("InvalidFederatedIdentityCredential", `Issuer '${input.issuer}' is not a valid https URL.`);
  }
  const twin = childrenOf(world, federatedIdentityCredential, parentOf(id)).find(
    (other) => !same(other.id, id) && other.state.issuer === input.issuer && other.state.subject === input.subject,
  );
  if (twin !== undefined) {
    refuse(
      "FederatedIdentityCredentialConflict",
      `Issuer and subject combination already exists for this Managed Identity: ${twin.id}.`,
    );
  }
}
