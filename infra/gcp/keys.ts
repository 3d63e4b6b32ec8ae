import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import { ServiceIdentity } from "@pulumi/gcp/projects/serviceIdentity.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";

/** 90 days, the longest that our audit policy accepts. */
const ROTATION_PERIOD = `${90 * 24 * 3600}s`;
/** 30 days in which a destroyed version can still be restored. */
const DESTROY_AFTER = `${30 * 24 * 3600}s`;

/**
 * The region's encryption keys, one for each kind of data, with the Google services that may use each.
 *
 * Neither key rings nor keys can ever be deleted: a destroy schedules the key versions for destruction, and the names stay
 * taken for as long as the project lives. Hence automatic names, which differ each time.
 */
export class GcpKeys extends ComponentResource {
  /** Kubernetes secrets in etcd, and boot disks of nodes. */
  readonly cluster: Output<string>;
  readonly artifacts: Output<string>;
  readonly secrets: Output<string>;

  constructor(name: string, args: { plan: GcpRegionPlan }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:Keys", name, {}, opts);
    const { plan } = args;
    const project = plan.account.project;
    const ring = new KeyRing(name, { location: plan.location }, { parent: this });

    // Asking for a service's identity creates it where it does not exist yet. Only some answer with their address;
    // the others have it after the project's number, in a form that the documentation of each service gives.
    const identity = (service: string) =>
      new ServiceIdentity(`${name}-${service}`, { project, service: `${service}.googleapis.com` }, { parent: this });
    const secretManager = identity("secretmanager");
    const kubernetesEngine = identity("container");
    const storage = identity("storage");
    const agentOf = (domain: string) =>
      secretManager.email.apply((email) => `serviceAccount:${email.split("@")[0]}@${domain}.iam.gserviceaccount.com`);

    const key = (purpose: string, users: Record<string, Output<string>>, dependsOn: ServiceIdentity[] = []) => {
      const created = new CryptoKey(
        `${name}-${purpose}`,
        {
          keyRing: ring.id,
          purpose: "ENCRYPT_DECRYPT",
          rotationPeriod: ROTATION_PERIOD,
          destroyScheduledDuration: DESTROY_AFTER,
          labels: plan.tags,
        },
        { parent: this },
      );
      for (const [user, member] of Object.entries(users)) {
        new CryptoKeyIAMMember(
          `${name}-${purpose}-${user}`,
          { cryptoKeyId: created.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member },
          { parent: this, dependsOn },
        );
      }
      return created.id;
    };
    this.cluster = key("cluster", { container: kubernetesEngine.member, compute: agentOf("compute-system") });
    this.artifacts = key("artifacts", { storage: agentOf("gs-project-accounts") }, [storage]);
    this.secrets = key("secrets", { secretmanager: secretManager.member });
    this.registerOutputs({ cluster: this.cluster, artifacts: this.artifacts, secrets: this.secrets });
  }
}
