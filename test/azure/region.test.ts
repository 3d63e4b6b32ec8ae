import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { all, isSecret, type Output } from "@pulumi/pulumi";
import { AzureRegion } from "../../infra/azure/region.ts";
import type { AzureRegionPlan } from "../../infra/plan/topology.ts";
import { type Recorded, recorded, reset } from "../recorded.ts";
import { ofType, only, regionPlan } from "./mockedRegion.ts";

const value = <T>(of: Output<T>): Promise<T> => new Promise((resolve) => of.apply(resolve));

/** Makes a region, waits until everything in it is registered, and leaves that in `recorded`. */
async function region(changes: Partial<AzureRegionPlan> = {}): Promise<AzureRegion> {
  reset();
  const made = new AzureRegion("azr-weu", { plan: regionPlan(changes) });
  await value(all([made.cluster.kubeconfig, made.artifacts, ...made.entryAddresses]));
  for (let count = -1; count !== recorded.length; ) {
    count = recorded.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return made;
}

const { cluster: usual } = await region();
const usually = [...recorded];
/** With everything changed that changes what is made. */
await region({
  access: { operatorCidrs: ["203.0.113.0/28"] },
  dataPlane: "cilium",
  nat: "none",
  logDays: 180,
  protect: true,
});
const otherwise = [...recorded];

/** Puts a region into `recorded`. */
function look(at: readonly Recorded[]): void {
  reset();
  recorded.push(...at);
}

beforeEach(() => look(usually));

const cluster = () => only("containerservice:ManagedCluster") as Record<string, Record<string, unknown>>;
const subnets = () => Object.fromEntries(ofType("network:Subnet").map(({ inputs }) => [inputs.subnetName, inputs]));

test("without operators' ranges nobody reaches the API server from the internet", () => {
  const access = cluster().apiServerAccessProfile;
  assert.deepEqual(
    [access?.enablePrivateCluster, access?.authorizedIPRanges, access?.disableRunCommand],
    [true, undefined, true],
  );
});

test("with operators' ranges they do, and nobody else", () => {
  look(otherwise);
  const access = cluster().apiServerAccessProfile;
  assert.deepEqual([access?.enablePrivateCluster, access?.authorizedIPRanges], [false, ["203.0.113.0/28"]]);
});

test("a cluster has no local accounts, encrypts its secrets and disks with our keys, and issues tokens to workloads", () => {
  const made = cluster();
  assert.equal(made.disableLocalAccounts, true);
  assert.deepEqual([made.aadProfile?.enableAzureRBAC, made.oidcIssuerProfile?.enabled], [true, true]);
  const kms = made.securityProfile?.azureKeyVaultKms as Record<string, unknown>;
  assert.deepEqual([kms.enabled, kms.keyVaultNetworkAccess], [true, "Private"]);
  assert.ok(made.diskEncryptionSetID);
  const pools = [
    ...(made.agentPoolProfiles as unknown as Record<string, unknown>[]),
    ...ofType("containerservice:AgentPool").map(({ inputs }) => inputs),
  ];
  assert.equal(pools.length, 9);
  assert.ok(pools.every((pool) => pool.enableEncryptionAtHost === true && pool.osDiskType === "Managed"));
  const system = pools.filter(({ mode }) => mode === "System");
  assert.ok(
    system.length > 0 &&
      system.every(({ nodeTaints }) => (nodeTaints as string[]).includes("CriticalAddonsOnly=true:NoSchedule")),
  );
});

test("the data plane is what the config says, so that network faults work where they must", () => {
  assert.equal(cluster().networkProfile?.networkDataplane, "azure");
  look(otherwise);
  assert.deepEqual(
    [cluster().networkProfile?.networkDataplane, cluster().networkProfile?.networkPolicy],
    ["cilium", "cilium"],
  );
});

test("nodes and endpoints have no way out but the NAT gateways, each in the zone of its nodes", () => {
  const all = subnets();
  for (const name of ["nodes-1", "nodes-2", "nodes-3", "endpoints"]) {
    assert.equal(all[name]?.defaultOutboundAccess, false, name);
    assert.ok(all[name]?.networkSecurityGroup, name);
  }
  const zones = ofType("network:NatGateway").map(({ inputs }) => inputs.zones);
  assert.deepEqual(zones.sort(), [["1"], ["2"], ["3"]]);
  assert.equal(cluster().networkProfile?.outboundType, "userAssignedNATGateway");
});

test("without NAT no node has a way out, and AKS brings its own images", () => {
  look(otherwise);
  assert.deepEqual(ofType("network:NatGateway"), []);
  assert.deepEqual(
    [cluster().networkProfile?.outboundType, cluster().bootstrapProfile?.artifactSource],
    ["none", "Cache"],
  );
});

test("stored data is encrypted with our key, versioned, and open to no one from the internet or with a shared key", () => {
  for (const { inputs } of ofType("storage:StorageAccount")) {
    const { allowBlobPublicAccess, allowSharedKeyAccess, publicNetworkAccess, encryption, minimumTlsVersion } = inputs;
    assert.deepEqual(
      [allowBlobPublicAccess, allowSharedKeyAccess, publicNetworkAccess, minimumTlsVersion],
      [false, false, "Disabled", "TLS1_2"],
    );
    assert.equal((encryption as { keySource: string }).keySource, "Microsoft.Keyvault");
  }
  assert.ok(ofType("storage:BlobServiceProperties").every(({ inputs }) => inputs.isVersioningEnabled === true));
  const { properties } = only("keyvault:Vault") as { properties: Record<string, unknown> };
  assert.deepEqual(
    [properties.enablePurgeProtection, properties.enableRbacAuthorization, properties.publicNetworkAccess],
    [true, true, "Disabled"],
  );
});

test("no identity is granted more than a single resource", () => {
  const scopes = ofType("authorization:RoleAssignment").map(({ inputs }) => String(inputs.scope));
  assert.ok(scopes.length > 5);
  assert.ok(scopes.every((scope) => scope.startsWith("/id/") && !scope.includes("group")));
  const names = ofType("authorization:RoleAssignment").map(({ inputs }) => inputs.roleAssignmentName);
  assert.equal(new Set(names).size, names.length);
});

test("production keeps what holds data from being deleted by whatever tool, staging does not", () => {
  assert.deepEqual(ofType("authorization:ManagementLockByScope"), []);
  look(otherwise);
  const locked = ofType("authorization:ManagementLockByScope").map(({ inputs }) => inputs);
  assert.deepEqual(
    locked.map(({ level }) => level),
    locked.map(() => "CanNotDelete"),
  );
  assert.deepEqual(locked.map(({ scope }) => scope).sort(), [
    "/id/azr-weu-artifacts",
    "/id/azr-weu-cluster",
    "/id/azr-weu-flow-logs",
    "/id/azr-weu-gateway",
    "/id/azr-weu-kv",
  ]);
});

test("logs are kept as long as the audit policy asks", () => {
  look(otherwise);
  assert.equal(only("operationalinsights:Workspace").retentionInDays, 180);
  assert.deepEqual(only("network:FlowLog").retentionPolicy, { enabled: true, days: 180 });
  const audited = ofType("monitor:DiagnosticSetting").flatMap(({ inputs }) => inputs.logs as { category: string }[]);
  for (const category of ["kube-audit-admin", "guard", "AuditEvent", "IKEDiagnosticLog", "TunnelDiagnosticLog"])
    assert.ok(
      audited.some((log) => log.category === category),
      category,
    );
});

test("everything that Azure can tag is found in the bill: owner, stack, region, cost centre", () => {
  const UNTAGGED =
    /:(Subnet|SecurityRule|RoleAssignment|DiagnosticSetting|MaintenanceConfiguration|BlobServiceProperties|BlobContainer|PrivateDnsZoneGroup|FederatedIdentityCredential)$/;
  const bare = recorded.filter(
    ({ type, inputs }) => type.startsWith("azure-native:") && !UNTAGGED.test(type) && inputs.tags === undefined,
  );
  assert.deepEqual(
    bare.map(({ name }) => name),
    [],
  );
});

test("the region's secrets are read by one service account of the cluster, and by no key that could leak", () => {
  const { issuer, subject } = only("managedidentity:FederatedIdentityCredential");
  assert.deepEqual(
    [issuer, subject],
    ["https://issuer.example/", "system:serviceaccount:external-secrets:external-secrets"],
  );
  const granted = ofType("authorization:RoleAssignment").filter(({ name }) => name.includes("secrets-reader"));
  assert.deepEqual(
    granted.map(({ inputs }) => String(inputs.roleDefinitionId).split("/").at(-1)),
    ["4633458b-17de-408a-b874-0445c86b69e6"],
    "Key Vault Secrets User",
  );
});

test("the kubeconfig is a secret", async () => {
  assert.equal(await isSecret(usual.kubeconfig), true);
});

test("other regions come in at a private address in a subnet of its own, in which the cluster may make a load balancer", async () => {
  const { annotations } = await region();
  assert.deepEqual(annotations.wanLoadBalancer, {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": "wan",
    "service.beta.kubernetes.io/azure-load-balancer-ipv4": "10.4.194.10",
  });
  assert.equal(subnets().wan?.addressPrefix, "10.4.194.0/25");
});
