import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { FlowLog } from "@pulumi/azure-native/network/flowLog.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { ComponentResource, type ComponentResourceOptions, getStack, type Input, type Output } from "@pulumi/pulumi";
import type { AzureRegionPlan } from "../plan/topology.ts";
import { grant } from "./roles.ts";
import type { AzureStorage } from "./storage.ts";

/** The region's Log Analytics workspace, and what is written to it whatever else the region holds. */
export class AzureLogs extends ComponentResource {
  readonly workspaceId: Output<string>;
  readonly #plan: AzureRegionPlan;
  readonly #workspace: Workspace;

  constructor(name: string, args: { plan: AzureRegionPlan; group: ResourceGroup }, opts?: ComponentResourceOptions) {
    super("novacron:azure:Logs", name, {}, opts);
    const { plan, group } = args;
    this.#plan = plan;
    this.#workspace = new Workspace(
      name,
      {
        resourceGroupName: group.name,
        location: plan.location,
        sku: { name: "PerGB2018" },
        retentionInDays: plan.logDays,
        // Readers and writers sign in; the workspace's two shared keys are good for nothing.
        features: { disableLocalAuth: true },
        tags: plan.tags,
      },
      { parent: this },
    );
    this.workspaceId = this.#workspace.id;
    this.registerOutputs({ workspaceId: this.workspaceId });
  }

  /** Sends logs of a resource here, by Azure's names of their categories. */
  collect(name: string, { from, categories }: { from: Input<string>; categories: string[] }): void {
    new DiagnosticSetting(
      name,
      {
        name: "audit",
        resourceUri: from,
        workspaceId: this.#workspace.id,
        // Tables with columns of their own, in place of one table that holds every service's logs as text.
        logAnalyticsDestinationType: "Dedicated",
        logs: categories.map((category) => ({ category, enabled: true })),
      },
      { parent: this },
    );
  }

  /**
   * Records the flows of a VNet: raw in a storage account, summarised in the workspace, both for the plan's days.
   *
   * Azure makes one Network Watcher for each location as soon as a VNet stands there, in a group of its own, and refuses a
   * second. So the flow log is made under Azure's. Subscriptions that have opted out of this need `az network watcher configure` first.
   */
  recordFlows(
    name: string,
    { network, storage, identity }: { network: Input<string>; storage: AzureStorage; identity: UserAssignedIdentity },
  ): void {
    const plan = this.#plan;
    const writer = grant(
      `${name}-writer`,
      { plan, to: identity, role: "Storage Blob Data Contributor", on: storage.accountId },
      this,
    );
    new FlowLog(
      name,
      {
        resourceGroupName: "NetworkWatcherRG",
        networkWatcherName: `NetworkWatcher_${plan.location}`,
        // The watcher is shared by all stacks of the subscription.
        flowLogName: `${getStack()}-${name}`,
        location: plan.location,
        targetResourceId: network,
        storageId: storage.accountId,
        enabled: true,
        format: { type: "JSON", version: 2 },
        retentionPolicy: { enabled: true, days: plan.logDays },
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        flowAnalyticsConfiguration: {
          networkWatcherFlowAnalyticsConfiguration: {
            enabled: true,
            workspaceId: this.#workspace.customerId,
            workspaceRegion: plan.location,
            workspaceResourceId: this.#workspace.id,
            trafficAnalyticsInterval: 10,
          },
        },
        tags: plan.tags,
      },
      { parent: this, dependsOn: [writer] },
    );
  }
}
