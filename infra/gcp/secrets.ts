import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { IAMMember as AccountMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import { ComponentResource, type ComponentResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";

/** Kubernetes service account that reads secrets, as `namespace/name`: the External Secrets operator's own. */
const READER = "external-secrets/external-secrets";

/**
 * The region's secrets: containers without values, which operators set out of band, and the one identity that reads them.
 * The cluster must exist before, since the project's workload identity pool comes with its first cluster.
 */
export class GcpSecrets extends ComponentResource {
  /** The project path under which workloads find their secrets. */
  readonly store: Output<string>;
  /** Service account that `external-secrets` acts as, for its annotation. */
  readonly reader: Output<string>;

  constructor(name: string, args: { plan: GcpRegionPlan; key: Output<string> }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Secrets", name, {}, opts);
    const { plan } = args;
    const project = plan.account.project;
    const child = { parent: this };
    const federation = new Secret(
      `${name}-federation`,
      {
        project,
        secretId: `${plan.name}-federation`,
        // In this region and no other, so that its loss or its law concerns this region only.
        replication: {
          userManaged: {
            replicas: [{ location: plan.location, customerManagedEncryption: { kmsKeyName: args.key } }],
          },
        },
        labels: plan.tags,
        deletionProtection: plan.protect,
      },
      { parent: this },
    );
    const reader = new Account(
      `${name}-reader`,
      { project, accountId: `${plan.name}-secrets`, displayName: `Reads the secrets of ${plan.name}` },
      child,
    );
    new SecretIamMember(
      `${name}-reader`,
      { project, secretId: federation.secretId, role: "roles/secretmanager.secretAccessor", member: reader.member },
      child,
    );
    const [namespace, account] = READER.split("/");
    new AccountMember(
      `${name}-reader`,
      {
        serviceAccountId: reader.name,
        role: "roles/iam.workloadIdentityUser",
        member: `serviceAccount:${project}.svc.id.goog[${namespace}/${account}]`,
      },
      child,
    );
    this.store = output(`projects/${project}`);
    this.reader = reader.email;
    this.registerOutputs({ store: this.store, reader: this.reader });
  }
}
