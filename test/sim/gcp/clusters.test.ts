import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { clusterInputs, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

type Inputs = Awaited<ReturnType<typeof clusterInputs>>["inputs"];

/** Each row: what is refused, what it changes in a cluster that GKE takes, and the words of the refusal. */
const CLUSTERS: [title: string, change: (inputs: Inputs) => Properties, words: RegExp][] = [
  ["a place that does not exist", () => ({ location: "asia-south9" }), /Location "asia-south9" does not exist/],
  ["a name of 41 characters", () => ({ name: "c".repeat(41) }), /at most 40/],
  [
    "nodes in another region's zone",
    () => ({ nodeLocations: ["europe-west1-b"] }),
    /zone "europe-west1-b" is not in region "asia-south1"/,
  ],
  ["no first node", () => ({ initialNodeCount: 0 }), /initial_node_count must be greater than zero/],
  ["a network that does not exist", () => ({ network: "nowhere" }), /Network "nowhere" does not exist/],
  ["a custom network without a subnetwork", () => ({ subnetwork: undefined }), /requires specifying a subnetwork/],
  [
    "a subnetwork of another network",
    () => ({ subnetwork: "elsewhere" }),
    /Subnetwork "projects\/novacron-test\/regions\/asia-south1\/subnetworks\/elsewhere" is not valid for Network "vpc"/,
  ],
  [
    "a secondary range that does not exist",
    () => ({ ipAllocationPolicy: { clusterSecondaryRangeName: "podz", servicesSecondaryRangeName: "services" } }),
    /Pod secondary range "podz" does not exist/,
  ],
  [
    "a control plane range of 256 addresses",
    ({ privateClusterConfig }) => ({
      privateClusterConfig: { ...privateClusterConfig, masterIpv4CidrBlock: "10.6.193.0/24" },
    }),
    /between 28 and 28 significant bits/,
  ],
  [
    "a control plane range inside the nodes' range",
    ({ privateClusterConfig }) => ({
      privateClusterConfig: { ...privateClusterConfig, masterIpv4CidrBlock: "10.6.1.0/28" },
    }),
    /overlaps with an existing network/,
  ],
  [
    "a public control plane range",
    ({ privateClusterConfig }) => ({
      privateClusterConfig: { ...privateClusterConfig, masterIpv4CidrBlock: "8.8.8.0/28" },
    }),
    /not within the allowed private ranges/,
  ],
  [
    "a control plane range and a subnetwork for it",
    ({ privateClusterConfig }) => ({
      privateClusterConfig: { ...privateClusterConfig, privateEndpointSubnetwork: "vpc-nodes" },
    }),
    /When masterIpv4Cidr is set, privateEndpointSubnetwork must be unset/,
  ],
  [
    "a private endpoint without authorised networks",
    () => ({ masterAuthorizedNetworksConfig: undefined }),
    /Master authorized networks must be enabled/,
  ],
  [
    "a private endpoint with public nodes",
    () => ({ privateClusterConfig: { enablePrivateEndpoint: true } }),
    /only be enabled for clusters with private nodes/,
  ],
  [
    "another project's workload pool",
    () => ({ workloadIdentityConfig: { workloadPool: "other.svc.id.goog" } }),
    /only supported identity namespace is the cluster project default "novacron-test\.svc\.id\.goog"/,
  ],
  [
    "Calico on Dataplane V2",
    () => ({ datapathProvider: "ADVANCED_DATAPATH", networkPolicy: { enabled: true } }),
    /DatapathProvider=ADVANCED_DATAPATH is not allowed/,
  ],
  [
    "network policies without their add-on",
    () => ({ networkPolicy: { enabled: true, provider: "CALICO" } }),
    /network policy add-on/,
  ],
  [
    "an old Kubernetes version",
    () => ({ minMasterVersion: "1.28" }),
    /Error 400: No valid versions with the prefix "1\.28" found/,
  ],
  [
    "a patch that the channel does not offer",
    () => ({ minMasterVersion: "1.35.0-gke.1" }),
    /Master version must be one of "REGULAR" channel supported versions/,
  ],
  [
    "an unknown channel",
    () => ({ releaseChannel: { channel: "NIGHTLY" } }),
    /expected releaseChannel.channel to be one of/,
  ],
  ["encryption without a key", () => ({ databaseEncryption: { state: "ENCRYPTED" } }), /key name must be set/],
  [
    "a key in another region",
    () => ({
      databaseEncryption: {
        state: "ENCRYPTED",
        keyName: `projects/${PROJECT}/locations/europe-west1/keyRings/r/cryptoKeys/k`,
      },
    }),
    /is in location 'europe-west1'/,
  ],
  [
    "a key that GKE may not use",
    () => ({
      databaseEncryption: {
        state: "ENCRYPTED",
        keyName: `projects/${PROJECT}/locations/asia-south1/keyRings/r/cryptoKeys/k`,
      },
    }),
    /Error 403: Permission 'cloudkms\.cryptoKeyVersions\.useToEncrypt' denied/,
  ],
  ["labels in capitals", () => ({ resourceLabels: { Owner: "us" } }), /Label key 'Owner'/],
  [
    "a weekend window that is too short",
    () => ({
      maintenancePolicy: {
        recurringWindow: {
          startTime: "2025-01-04T02:00:00Z",
          endTime: "2025-01-04T06:00:00Z",
          recurrence: "FREQ=WEEKLY;BYDAY=SA",
        },
      },
    }),
    /longer than 32d without 48h maintenance availability/,
  ],
  [
    "a service account for nodes that does not exist",
    () => ({ nodeConfig: { serviceAccount: `nobody@${PROJECT}.iam.gserviceaccount.com` } }),
    /Service account "nobody@.*" does not exist/,
  ],
  [
    "autopilot in one zone",
    () => ({ location: "asia-south1-a", nodeLocations: undefined, enableAutopilot: true }),
    /Autopilot clusters must be regional/,
  ],
  [
    "an authorised network that is no range",
    () => ({ masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.0.0.0" }] } }),
    /not a valid IPv4 CIDR block/,
  ],
];

for (const [title, change, words] of CLUSTERS) {
  test(`what GKE would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const { inputs } = await clusterInputs(sandbox);
    await refused(sandbox.create("Cluster", { ...inputs, ...change(inputs) }), words);
  });
}

test("a cluster needs a route to the internet, as Google's services are behind it", async () => {
  const sandbox = new Sandbox();
  await sandbox.create("Network", { name: "closed", autoCreateSubnetworks: false, deleteDefaultRoutesOnCreate: true });
  await sandbox.create("Subnetwork", { name: "closed", region: REGION, network: "closed", ipCidrRange: "10.0.0.0/20" });
  const inputs = { name: "c", location: REGION, network: "closed", subnetwork: "closed", initialNodeCount: 1 };
  await refused(sandbox.create("Cluster", inputs), /Network "closed" has no route to the default internet gateway/);
});

test("a private cluster answers on an address of its own range, and holds its ranges", async () => {
  const sandbox = new Sandbox();
  const { inputs, subnetwork } = await clusterInputs(sandbox);
  const cluster = await sandbox.create("Cluster", inputs);
  assert.equal(cluster.id, `projects/${PROJECT}/locations/${REGION}/clusters/cluster`);
  assert.equal(cluster.state.endpoint, "10.6.193.2");
  assert.match(String(cluster.state.masterVersion), /^1\.35\./);
  assert.equal(cluster.state.clusterIpv4Cidr, "10.7.0.0/17");
  await refused(sandbox.create("Cluster", inputs), /Error 409: Already exists/);
  await refused(
    sandbox.create("Cluster", {
      ...inputs,
      name: "second",
      privateClusterConfig: { ...inputs.privateClusterConfig, masterIpv4CidrBlock: "10.6.194.0/28" },
    }),
    /already used by another cluster/,
  );
  await refused(sandbox.remove("Subnetwork", subnetwork), /already being used by/);
});

test("a protected cluster is not deleted, and an upgrade goes one version at a time", async () => {
  const sandbox = new Sandbox();
  const { inputs } = await clusterInputs(sandbox);
  const cluster = await sandbox.create("Cluster", { ...inputs, minMasterVersion: "1.33", deletionProtection: true });
  await refused(sandbox.remove("Cluster", cluster), /deletion_protection=false/);
  await refused(
    sandbox.update("Cluster", cluster, { minMasterVersion: "1.35" }),
    /more than one minor version at a time/,
  );
  const upgraded = await sandbox.update("Cluster", cluster, { minMasterVersion: "1.34" });
  assert.match(String(upgraded.state.masterVersion), /^1\.34\./);
  const open = await sandbox.update("Cluster", upgraded, { deletionProtection: false });
  await sandbox.remove("Cluster", open);
});

/** Each row: what is refused of a node pool and the words of the refusal. */
const POOLS: [title: string, change: Properties, words: RegExp][] = [
  [
    "a cluster that does not exist",
    { cluster: "nobody" },
    /Error 404: Not found: projects\/novacron-test\/locations\/asia-south1\/clusters\/nobody/,
  ],
  ["zones of another region", { nodeLocations: ["us-east1-b"] }, /zone "us-east1-b" is not in region/],
  [
    "a minimum above the maximum",
    { autoscaling: { totalMinNodeCount: 5, totalMaxNodeCount: 3 } },
    /must not be greater than the maximum/,
  ],
  [
    "limits for each zone and in total",
    { autoscaling: { minNodeCount: 1, maxNodeCount: 2, totalMinNodeCount: 3, totalMaxNodeCount: 4 } },
    /conflicts with/,
  ],
  [
    "an unknown machine type",
    { nodeConfig: { machineType: "n2-standard-3" } },
    /Machine type with name 'n2-standard-3' does not exist/,
  ],
  ["a disk of five gigabytes", { nodeConfig: { diskSizeGb: 5 } }, /at least \(10\)/],
  ["an unknown disk type", { nodeConfig: { diskType: "ssd" } }, /Disk type "ssd"/],
  [
    "a Kubernetes taint effect in Kubernetes' spelling",
    { nodeConfig: { taints: [{ key: "a", value: "b", effect: "NoSchedule" }] } },
    /expected nodeConfig.taints.effect to be one of/,
  ],
  [
    "a label under kubernetes.io",
    { nodeConfig: { labels: { "node.kubernetes.io/pool": "x" } } },
    /prefixes are reserved/,
  ],
  [
    "no automatic upgrades in a release channel",
    { management: { autoUpgrade: false } },
    /Auto_upgrade must be true when release_channel REGULAR is set/,
  ],
  [
    "upgrades that neither add nor take a node",
    { upgradeSettings: { maxSurge: 0, maxUnavailable: 0 } },
    /At least one of max_surge and max_unavailable/,
  ],
  [
    "spot and preemptible at once",
    { nodeConfig: { spot: true, preemptible: true } },
    /Only one of spot and preemptible/,
  ],
  [
    "a boot disk key that Compute Engine may not use",
    { nodeConfig: { bootDiskKmsKey: `projects/${PROJECT}/locations/asia-south1/keyRings/r/cryptoKeys/k` } },
    /useToEncrypt' denied/,
  ],
  [
    "nodes newer than their control plane",
    { version: "1.36.3-gke.1009000" },
    /must not be newer than the master version/,
  ],
  ["four pods on a node", { maxPodsPerNode: 4 }, /between 8 and 256/],
];

for (const [title, change, words] of POOLS) {
  test(`what GKE would refuse of a node pool is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    const { inputs } = await clusterInputs(sandbox);
    await sandbox.create("Cluster", inputs);
    await refused(sandbox.create("NodePool", { name: "pool", cluster: "cluster", location: REGION, ...change }), words);
  });
}

test("a node pool stands in the cluster's zones and is named once", async () => {
  const sandbox = new Sandbox();
  const { inputs, account } = await clusterInputs(sandbox);
  await sandbox.create("Cluster", inputs);
  const pool = {
    name: "pool",
    cluster: "cluster",
    location: REGION,
    nodeConfig: {
      machineType: "n2-standard-2",
      serviceAccount: account.state.email,
      workloadMetadataConfig: { mode: "GKE_METADATA" },
    },
  };
  const made = await sandbox.create("NodePool", pool);
  assert.deepEqual(made.state.nodeLocations, inputs.nodeLocations);
  assert.equal((made.state.instanceGroupUrls as string[]).length, 2);
  await refused(sandbox.create("NodePool", pool), /error creating NodePool: googleapi: Error 409/);
});
