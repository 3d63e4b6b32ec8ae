import { ProjectBucketConfig } from "@pulumi/gcp/logging/projectBucketConfig.js";
import { ProjectSink } from "@pulumi/gcp/logging/projectSink.js";
import { all, ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { GcpRegionPlan } from "../plan/topology.ts";
import type { GcpNetwork } from "./network.ts";

/**
 * Keeps the region's flow, firewall and tunnel logs and its cluster's audit and control-plane logs for `plan.logDays` days, in the
 * region. Google itself keeps administrators' activity for 400 days in `_Required` and everything else for 30 in `_Default`.
 */
export class GcpLogs extends ComponentResource {
  /** Path of the log bucket. */
  readonly bucket: Output<string>;

  constructor(
    name: string,
    args: { plan: GcpRegionPlan; network: GcpNetwork; clusterName: Output<string> },
    opts?: ComponentResourceOptions,
  ) {
    super("novacron:gcp:Logs", name, {}, opts);
    const { plan, network } = args;
    const project = plan.account.project;
    const bucket = new ProjectBucketConfig(
      name,
      {
        project,
        location: plan.location,
        // A deleted log bucket keeps its name for seven days; the network's name differs each time.
        bucketId: network.networkName,
        retentionDays: plan.logDays,
        description: `Flow, firewall, tunnel and audit logs of ${plan.name}`,
      },
      { parent: this },
    );
    const filter = all([network.subnetworkNames, args.clusterName]).apply(([subnetworks, cluster]) =>
      [
        `resource.type="gce_subnetwork" AND resource.labels.subnetwork_name=(${subnetworks.map((subnetwork) => `"${subnetwork}"`).join(" OR ")})`,
        // Tunnels and their BGP sessions; the region has one gateway.
        `resource.type="vpn_gateway" AND resource.labels.region="${plan.location}"`,
        `resource.type=("k8s_cluster" OR "k8s_control_plane_component" OR "gke_cluster") AND resource.labels.cluster_name="${cluster}"`,
      ]
        .map((part) => `(${part})`)
        .join(" OR "),
    );
    new ProjectSink(
      name,
      {
        project,
        description: `Routes the logs of ${plan.name} to its log bucket`,
        destination: bucket.id.apply((id) => `logging.googleapis.com/${id}`),
        filter,
        uniqueWriterIdentity: true,
      },
      { parent: this },
    );
    this.bucket = bucket.id;
    this.registerOutputs({ bucket: this.bucket });
  }
}
