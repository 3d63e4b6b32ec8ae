import { IAMMember as ProjectMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";

/** What a node does by itself: write logs and metrics, read images. Workloads have identities of their own. */
const NODE_ROLES = {
  logs: "roles/logging.logWriter",
  metrics: "roles/monitoring.metricWriter",
  dashboards: "roles/monitoring.viewer",
  metadata: "roles/stackdriver.resourceMetadata.writer",
  images: "roles/artifactregistry.reader",
};

/** The service account of the nodes, in place of Compute Engine's own, which may edit the whole project. */
export class GcpNodeIdentity extends ComponentResource {
  /** Address of the service account. */
  readonly email: Output<string>;

  constructor(name: string, args: { plan: GcpRegionPlan }, opts?: ComponentResourceOptions) {
    super("novacron:gcp:NodeIdentity", name, {}, opts);
    const project = args.plan.account.project;
    const account = new Account(
      name,
      { project, accountId: name, displayName: `Nodes of ${args.plan.name}`, description: "Logs, metrics and images" },
      { parent: this },
    );
    for (const [purpose, role] of Object.entries(NODE_ROLES)) {
      new ProjectMember(`${name}-${purpose}`, { project, role, member: account.member }, { parent: this });
    }
    this.email = account.email;
    this.registerOutputs({ email: this.email });
  }
}
