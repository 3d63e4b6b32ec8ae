import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { grant } from "./roles.ts";

/** Kubernetes service account that reads secrets: the External Secrets operator's own. */
const SUBJECT = "system:serviceaccount:external-secrets:external-secrets";

export interface AzureSecretsReaderArgs {
  plan: AzureRegionPlan;
  group: ResourceGroup;
  /** Id of the region's Key Vault. */
  vaultId: Input<string>;
  /** Issuer of the cluster's service account tokens. */
  oidcIssuer: Input<string>;
}

/** The one identity that reads the values of the region's secrets. It trusts tokens of one service account, and holds no secret itself. */
export class AzureSecretsReader extends ComponentResource {
  /** For the service account's annotation. */
  readonly clientId: Output<string>;

  constructor(name: string, args: AzureSecretsReaderArgs, opts?: ComponentResourceOptions) {
    super("novacron:azure:SecretsReader", name, {}, opts);
    const { plan, group } = args;
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName: group.name, location: plan.location, tags: plan.tags },
      { parent: this },
    );
    new FederatedIdentityCredential(
      `${name}-credential`,
      {
        resourceGroupName: group.name,
        resourceName: identity.name,
        federatedIdentityCredentialResourceName: "external-secrets",
        issuer: args.oidcIssuer,
        subject: SUBJECT,
        audiences: ["api://AzureADTokenExchange"],
      },
      { parent: this },
    );
    grant(`${name}-vault`, { plan, to: identity, role: "Key Vault Secrets User", on: args.vaultId }, this);
    this.clientId = identity.clientId;
    this.registerOutputs({ clientId: this.clientId });
  }
}
