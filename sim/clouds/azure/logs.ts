import type { DiagnosticSetting, DiagnosticSettingArgs } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import type { Workspace, WorkspaceArgs } from "@pulumi/azure-native/operationalinsights/workspace.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newResource } from "./arm.ts";
import { find, parseId, same } from "./ids.ts";
import { checkLocks } from "./locks.ts";
import { guid, systemData } from "./metadata.ts";
import { childName } from "./networkNames.ts";
import { exists } from "./services.ts";
import { storageAccount } from "./storageAccounts.ts";

export const operationalInsightsWorkspace: Service<OutputsOf<Workspace>> = service<WorkspaceArgs, Workspace>(
  "azure-native:operationalinsights:Workspace",
  {
    replaceOn: ["workspaceName", "resourceGroupName", "location"],
    naming: {
      property: "workspaceName",
      pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
      allowed: "4–63 letters, digits and hyphens, beginning and ending with a letter or digit (InvalidParameter)",
      maxLength: 63,
    },
    create: (input, world) => {
      const workspace = newResource(
        world,
        operationalInsightsWorkspace,
        "Microsoft.OperationalInsights/workspaces",
        input,
        input.workspaceName,
      );
      checkWorkspace(input);
      const now = world.now();
      return {
        ...workspace,
        ...workspaceDefaults(input, now),
        azureApiVersion: "2025-02-01",
        createdDate: now,
        customerId: guid(world),
        etag: guid(world),
        modifiedDate: now,
        privateLinkScopedResources: [],
        provisioningState: "Succeeded",
        publicNetworkAccessForIngestion: input.publicNetworkAccessForIngestion ?? "Enabled",
        publicNetworkAccessForQuery: input.publicNetworkAccessForQuery ?? "Enabled",
        systemData: systemData(world),
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, input);
      checkWorkspace(input);
      return { modifiedDate: world.now(), ...workspaceDefaults(input, world.now()) };
    },
    remove: (workspace, world) => deletable(world, workspace.id),
    seconds: { create: 40, update: 15, remove: 10 },
  },
);

const workspaceDefaults = (input: Unwrap<WorkspaceArgs>, now: string) => ({
  retentionInDays: input.retentionInDays ?? 30,
  sku: {
    name: input.sku?.name ?? "PerGB2018",
    ...(input.sku?.capacityReservationLevel === undefined
      ? {}
      : { capacityReservationLevel: input.sku.capacityReservationLevel }),
    lastSkuUpdate: now,
  },
});

function checkWorkspace(input: Unwrap<WorkspaceArgs>): void {
  const sku = input.sku?.name ?? "PerGB2018";
  const known = [
    "PerGB2018",
    "CapacityReservation",
    "LACluster",
    "Free",
    "Standalone",
    "PerNode",
    "Standard",
    "Premium",
  ];
  if (!known.some((name) => same(name, sku))) {
    refuse("InvalidParameter", `Sku name '${sku}' is invalid. Allowed values are ${known.join(", ")}.`);
  }
  if (!["pergb2018", "capacityreservation", "lacluster"].includes(sku.toLowerCase())) {
    refuse(
      "BadRequest",
      "Pricing tier doesn't match the subscription's billing model. Read http://aka.ms/PricingTierWarning for more details.",
    );
  }
  const days = input.retentionInDays;
  if (days !== undefined && (!Number.isInteger(days) || days < 30 || days > 730)) {
    refuse(
      "InvalidParameter",
      `'RetentionInDays' property doesn't match the SKU limits: ${days} is not between 30 and 730.`,
    );
  }
  if (
    same(sku, "CapacityReservation") &&
    ![100, 200, 300, 400, 500, 1000, 2000, 5000].includes(input.sku?.capacityReservationLevel ?? 0)
  ) {
    refuse(
      "InvalidParameter",
      "CapacityReservationLevel is invalid. Allowed values are 100, 200, 300, 400, 500, 1000, 2000, 5000.",
    );
  }
}

/** Categories of logs that a type offers, by its full name in lower case. */
const CATEGORIES: Record<string, string[]> = {
  "microsoft.containerservice/managedclusters": [
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "fleet-mcs-controller-manager",
    "karpenter-events",
    "node-auto-provisioning",
  ],
  "microsoft.keyvault/vaults": ["AuditEvent", "AzurePolicyEvaluationDetails"],
  "microsoft.network/virtualnetworks": ["VMProtectionAlerts"],
  "microsoft.network/networksecuritygroups": ["NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"],
  "microsoft.network/publicipaddresses": [
    "DDoSProtectionNotifications",
    "DDoSMitigationFlowLogs",
    "DDoSMitigationReports",
  ],
  "microsoft.network/virtualnetworkgateways": [
    "GatewayDiagnosticLog",
    "TunnelDiagnosticLog",
    "RouteDiagnosticLog",
    "IKEDiagnosticLog",
    "P2SDiagnosticLog",
  ],
  "microsoft.storage/storageaccounts/blobservices": ["StorageRead", "StorageWrite", "StorageDelete"],
  "microsoft.operationalinsights/workspaces": ["Audit", "SummaryLogs", "Jobs"],
};

type DiagnosticInput = Unwrap<DiagnosticSettingArgs>;

export const diagnosticSetting: Service<OutputsOf<DiagnosticSetting>> = service<
  DiagnosticSettingArgs,
  DiagnosticSetting
>("azure-native:monitor:DiagnosticSetting", {
  replaceOn: ["name", "resourceUri"],
  naming: childName("name"),
  region: () => "global",
  create: (input, world) => {
    const name = input.name ?? world.logicalName;
    const id = `${input.resourceUri}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
    const existing = find(world, diagnosticSetting, id);
    if (existing !== undefined) refuse("ResourceExists", `cannot create already existing resource '${existing.id}'`);
    checkSetting(input, id, world);
    return {
      id,
      name,
      type: "Microsoft.Insights/diagnosticSettings",
      azureApiVersion: "2021-05-01-preview",
      systemData: systemData(world),
    };
  },
  update: (input, current, world) => {
    checkLocks(world, current.id, "write");
    checkSetting(input, current.id, world);
    return {};
  },
  remove: (setting, world) => checkLocks(world, setting.id, "delete"),
  seconds: { create: 5, update: 5, remove: 3 },
});

function checkSetting(input: DiagnosticInput, id: string, world: World): void {
  checkLocks(world, id, "write");
  const target = parseId(input.resourceUri);
  if (target === undefined || !exists(world, input.resourceUri)) {
    refuse("ResourceNotFound", `The resource '${input.resourceUri}' could not be found.`);
  }
  if (
    input.workspaceId === undefined &&
    input.storageAccountId === undefined &&
    input.eventHubAuthorizationRuleId === undefined
  ) {
    refuse("BadRequest", "At least one data sink needs to be specified.");
  }
  if (input.workspaceId !== undefined && find(world, operationalInsightsWorkspace, input.workspaceId) === undefined) {
    refuse("ResourceNotFound", `The Resource '${input.workspaceId}' was not found.`);
  }
  if (input.storageAccountId !== undefined && find(world, storageAccount, input.storageAccountId) === undefined) {
    refuse("ResourceNotFound", `The Resource '${input.storageAccountId}' was not found.`);
  }
  const offered = CATEGORIES[(target?.type ?? "").toLowerCase()] ?? [];
  for (const { category, categoryGroup, retentionPolicy } of input.logs ?? []) {
    if (retentionPolicy?.enabled === true) {
      refuse("BadRequest", "Diagnostic settings does not support retention for new diagnostic settings.");
    }
    if ((category === undefined) === (categoryGroup === undefined)) {
      refuse("BadRequest", "A log setting must specify one of category and categoryGroup.");
    }
    if (category !== undefined && !offered.includes(category)) {
      refuse("BadRequest", `Category '${category}' is not supported.`);
    }
    if (
      categoryGroup !== undefined &&
      (offered.length === 0 || !["allLogs", "audit"].some((group) => same(group, categoryGroup)))
    ) {
      refuse("BadRequest", `Category group '${categoryGroup}' is not supported.`);
    }
  }
  for (const { category } of input.metrics ?? []) {
    if (category !== undefined && category !== "AllMetrics")
      refuse("BadRequest", `Metric category '${category}' is not supported.`);
  }
  checkOthers(input, id, world);
}

/** A resource has five settings at most, and no two that send one category to one place. */
function checkOthers(input: DiagnosticInput, id: string, world: World): void {
  const others = world
    .all(diagnosticSetting)
    .filter((other) => !same(other.id, id) && same((other.inputs as DiagnosticInput).resourceUri, input.resourceUri));
  if (others.length >= 5) {
    refuse(
      "BadRequest",
      "The limit of 5 diagnostic settings was reached. To create new diagnostic settings, delete an existing one.",
    );
  }
  for (const other of others) {
    const shared = (input.logs ?? []).find(({ category, enabled }) =>
      (other.inputs as DiagnosticInput).logs?.some((log) => enabled && log.enabled && log.category === category),
    );
    if (shared === undefined || !same((other.inputs as DiagnosticInput).workspaceId ?? "", input.workspaceId ?? "-"))
      continue;
    refuse(
      "Conflict",
      `Data sink '${input.workspaceId}' is already used in diagnostic setting '${other.state.name}' for category '${shared.category}'. Data sinks can't be reused in different settings on the same category for the same resource.`,
    );
  }
}
