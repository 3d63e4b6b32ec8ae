import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { isSecret, type Output, output } from "@pulumi/pulumi";
import { GcpRegion } from "../../infra/gcp/region.ts";
import type { GcpRegionPlan } from "../../infra/plan/topology.ts";
import { recorded, reset } from "../recorded.ts";
import { ofType, regionPlan } from "./mockedRegion.ts";

beforeEach(reset);

const value = <T>(output: Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));

/** Creates a region and waits until all of it is registered. */
async function region(changes: Partial<GcpRegionPlan> = {}): Promise<GcpRegion> {
  const created = new GcpRegion("gcp-aso1", { plan: regionPlan(changes) });
  await value(created.cluster.kubeconfig);
  await value(created.artifacts);
  for (let before = -1; before !== recorded.length; ) {
    before = recorded.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return created;
}

const inputsOf = (kind: string) => ofType(kind)[0]?.inputs ?? assert.fail(`no ${kind} was created`);

test("nothing outside of the network reaches the control plane of a region that is entered through a runner", async () => {
  await region();
  const cluster = inputsOf("Cluster");
  assert.deepEqual(cluster.privateClusterConfig, {
    enablePrivateNodes: true,
    enablePrivateEndpoint: true,
    masterIpv4CidrBlock: "10.6.193.0/28",
    masterGlobalAccessConfig: { enabled: true },
  });
  assert.deepEqual(cluster.masterAuthorizedNetworksConfig, {
    cidrBlocks: [{ cidrBlock: "10.6.0.0/15" }],
    gcpPublicCidrsAccessEnabled: false,
    privateEndpointEnforcementEnabled: true,
  });
  assert.deepEqual(cluster.controlPlaneEndpointsConfig, { dnsEndpointConfig: { allowExternalTraffic: false } });
});

test("a public endpoint admits the operators' ranges and no others", async () => {
  await region({ access: { operatorCidrs: ["203.0.113.0/28"] } });
  const { privateClusterConfig, masterAuthorizedNetworksConfig } = inputsOf("Cluster") as Record<
    string,
    Record<string, unknown>
  >;
  assert.equal(privateClusterConfig?.enablePrivateEndpoint, false);
  assert.deepEqual(masterAuthorizedNetworksConfig?.cidrBlocks, [{ cidrBlock: "203.0.113.0/28" }]);
});

test("the kubeconfig is secret and holds no token", async () => {
  const { cluster } = await region();
  assert.equal(await isSecret(cluster.kubeconfig), true);
  const config = JSON.parse(await value(cluster.kubeconfig));
  assert.equal(config.users[0].user.exec.command, "gke-gcloud-auth-plugin");
  assert.deepEqual(Object.keys(config.users[0].user), ["exec"]);
  assert.deepEqual(config.clusters[0].cluster, { server: "https://10.6.193.2", "certificate-authority-data": "Q0E=" });
  assert.equal(inputsOf("kubernetes").clusterIdentifier, "gcp-aso1.staging");
});

test("secrets in the cluster, disks, the bucket and the secret store are under the region's own keys", async () => {
  const { volumeKey } = await region();
  assert.equal(await value(output(volumeKey["disk-encryption-kms-key"] ?? "")), "gcp-aso1-keys-cluster-id");
  assert.deepEqual(inputsOf("Cluster").databaseEncryption, { state: "ENCRYPTED", keyName: "gcp-aso1-keys-cluster-id" });
  for (const { inputs } of ofType("NodePool")) {
    assert.equal((inputs.nodeConfig as { bootDiskKmsKey: string }).bootDiskKmsKey, "gcp-aso1-keys-cluster-id");
  }
  assert.deepEqual(inputsOf("Bucket").encryption, { defaultKmsKeyName: "gcp-aso1-keys-artifacts-id" });
  assert.deepEqual(inputsOf("Secret").replication, {
    userManaged: {
      replicas: [{ location: "asia-south1", customerManagedEncryption: { kmsKeyName: "gcp-aso1-keys-secrets-id" } }],
    },
  });
  assert.deepEqual(
    ofType("CryptoKey").map(({ inputs }) => inputs.rotationPeriod),
    Array(3).fill("7776000s"),
  );
  const users = ofType("CryptoKeyIAMMember").map(({ inputs }) => inputs.member);
  assert.ok(users.includes("serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"));
  assert.ok(users.includes("serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com"));
});

test("the bucket is private, keeps old versions and is not emptied by accident", async () => {
  await region({ protect: true });
  const bucket = inputsOf("Bucket");
  assert.equal(bucket.publicAccessPrevention, "enforced");
  assert.equal(bucket.uniformBucketLevelAccess, true);
  assert.deepEqual(bucket.versioning, { enabled: true });
  assert.equal(bucket.forceDestroy, false);
  assert.equal(inputsOf("Cluster").deletionProtection, true);
  assert.equal(inputsOf("Secret").deletionProtection, true);
});

test("nodes may write logs and metrics and read images, and nothing else", async () => {
  await region();
  const grants = ofType("IAMMember").filter(({ type }) => type.startsWith("gcp:projects/"));
  assert.deepEqual(grants.map(({ inputs }) => inputs.role).toSorted(), [
    "roles/artifactregistry.reader",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/stackdriver.resourceMetadata.writer",
  ]);
});

test("pools stand in every zone, on verified machines, without the node's own credentials", async () => {
  await region();
  const pools = ofType("NodePool");
  assert.deepEqual(pools.map(({ inputs }) => inputs.name).toSorted(), ["inference", "system", "workload"]);
  for (const { inputs } of pools) {
    const config = inputs.nodeConfig as Record<string, unknown>;
    assert.deepEqual(inputs.nodeLocations, ["asia-south1-a", "asia-south1-b"]);
    assert.equal(inputs.initialNodeCount, 2);
    assert.deepEqual(config.shieldedInstanceConfig, { enableSecureBoot: true, enableIntegrityMonitoring: true });
    assert.deepEqual(config.workloadMetadataConfig, { mode: "GKE_METADATA" });
    assert.equal(config.serviceAccount, "gcp-aso1-nodes@test");
  }
  const inference = pools.find(({ inputs }) => inputs.name === "inference")?.inputs.nodeConfig as Record<
    string,
    unknown
  >;
  assert.deepEqual(inference.taints, [{ key: "novacron.io/pool", value: "inference", effect: "NO_SCHEDULE" }]);
});

test("network policies are enforced on either data plane", async () => {
  await region({ dataPlane: "standard" });
  assert.deepEqual(inputsOf("Cluster").networkPolicy, { enabled: true, provider: "CALICO" });
  reset();
  await region({ dataPlane: "cilium" });
  assert.equal(inputsOf("Cluster").datapathProvider, "ADVANCED_DATAPATH");
  assert.equal(inputsOf("Cluster").networkPolicy, undefined);
});

test("a new region adds one firewall rule and changes none", async () => {
  await region();
  const before = ofType("Firewall");
  reset();
  await region({
    peers: [
      { region: "aws-use1", number: 1, cidr: "10.2.0.0/15" },
      { region: "azr-weu", number: 2, cidr: "10.4.0.0/15" },
    ],
  });
  const after = ofType("Firewall");
  const byName = (rules: typeof after) => new Map(rules.map(({ name, inputs }) => [name, inputs]));
  for (const [name, inputs] of byName(before)) assert.deepEqual(byName(after).get(name), inputs);
  assert.deepEqual(
    after.map(({ name }) => name).filter((name) => !byName(before).has(name)),
    ["gcp-aso1-network-from-azr-weu"],
  );
});

test("nothing enters from the internet, and what tries is logged", async () => {
  await region();
  const open = ofType("Firewall").filter(
    ({ inputs }) => inputs.allows !== undefined && (inputs.sourceRanges as string[]).includes("0.0.0.0/0"),
  );
  assert.deepEqual(open, []);
  const denial = ofType("Firewall").find(({ inputs }) => inputs.denies !== undefined)?.inputs;
  assert.deepEqual([denial?.sourceRanges, denial?.priority], [["0.0.0.0/0"], 65534]);
  assert.ok(denial?.logConfig);
  assert.equal(inputsOf("Network").autoCreateSubnetworks, false);
});

test("egress has as many addresses as the plan asks for", async () => {
  const egress = async (nat: GcpRegionPlan["nat"]) => {
    reset();
    await region({ nat });
    const addresses = ofType("Address").filter(({ name }) => name.includes("-nat-"));
    return [ofType("RouterNat").length, addresses.length];
  };
  assert.deepEqual(await egress("none"), [0, 0]);
  assert.deepEqual(await egress("single"), [1, 1]);
  assert.deepEqual(await egress("per-zone"), [1, 2]);
});

test("flow logs of every subnetwork, those of tunnels and the cluster's audit logs are kept as long as the plan says", async () => {
  await region({ logDays: 400 });
  for (const { inputs } of ofType("Subnetwork")) assert.ok(inputs.logConfig);
  assert.equal(inputsOf("ProjectBucketConfig").retentionDays, 400);
  assert.match(
    String(inputsOf("ProjectSink").filter),
    /gcp-aso1-network-nodes.*gcp-aso1-network-endpoints.*gcp-aso1-network-wan.*"vpn_gateway".*"asia-south1".*k8s_control_plane_component.*gcp-aso1-cluster/s,
  );
});

test("everything that takes labels carries the plan's", async () => {
  await region();
  const labelled = ["Address", "HaVpnGateway", "CryptoKey", "Bucket", "Secret", "ManagedZone"];
  for (const kind of labelled) {
    for (const { name, inputs } of ofType(kind)) assert.deepEqual(inputs.labels, regionPlan().tags, name);
  }
  assert.deepEqual(inputsOf("Cluster").resourceLabels, regionPlan().tags);
});

test("the region publishes one address for its ingress and a private zone for its names", async () => {
  const created = await region();
  assert.equal(created.entryAddresses.length, 1);
  assert.deepEqual(
    [inputsOf("ManagedZone").dnsName, inputsOf("ManagedZone").visibility],
    ["gcp-aso1.internal.staging.novacron.example.", "private"],
  );
});

test("other regions come in at a reserved private address in a subnetwork of its own, from other locations too", async () => {
  const { annotations } = await region();
  const reserved = ofType("Address").find(({ name }) => name === "gcp-aso1-wan");
  assert.deepEqual(
    [reserved?.inputs.addressType, reserved?.inputs.address, reserved?.inputs.subnetwork],
    ["INTERNAL", "10.6.194.10", "https://www.googleapis.com/compute/v1/gcp-aso1-network-wan"],
  );
  assert.equal(annotations.wanLoadBalancer["networking.gke.io/load-balancer-type"], "Internal");
  assert.equal(annotations.wanLoadBalancer["networking.gke.io/internal-load-balancer-allow-global-access"], "true");
  assert.equal(inputsOf("Cluster").enableL4IlbSubsetting, true);
});
