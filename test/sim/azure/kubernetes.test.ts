import assert from "node:assert/strict";
import { test } from "node:test";
import { grant, inGroup, placed, publicAddress, vaultProperties, withKey, withNetwork } from "./baseline.ts";
import { refuses, Subscription } from "./subscription.ts";

const { azure, nodes, subnet } = await withNetwork();
const apiServer = await subnet("apiserver", "10.2.193.0/28", {
  delegations: [{ name: "aks", serviceName: "Microsoft.ContainerService/managedClusters" }],
});
const plain = await subnet("plain", "10.2.194.0/28");
const address = await publicAddress(azure, "nat", { zones: ["1"] });
const nat = await azure.create("network:NatGateway", {
  ...placed,
  natGatewayName: "nat",
  zones: ["1"],
  publicIpAddresses: [{ id: address.id }],
});
const tiny = await subnet("tiny", "10.2.195.0/29", { natGateway: { id: nat.id } });
const gatewaySubnet = await subnet("GatewaySubnet", "10.2.192.0/24");
const { vault, key, identity } = await withKey(azure, { ...vaultProperties, publicNetworkAccess: "Disabled" });
const kubelet = await azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "kubelet" });
const newcomer = await azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "newcomer" });
await grant(azure, identity.state.principalId, "Managed Identity Operator", kubelet.id);
await grant(azure, identity.state.principalId, "Key Vault Crypto User", key.id);
await grant(azure, identity.state.principalId, "Key Vault Contributor", vault.id);

const CLUSTER = "containerservice:ManagedCluster";
const POOL = "containerservice:AgentPool";

const system = (more: object = {}) => ({
  name: "system",
  mode: "System",
  vmSize: "Standard_D2s_v5",
  count: 2,
  vnetSubnetID: nodes.id,
  ...more,
});
const overlay = (more: object = {}) => ({
  networkPlugin: "azure",
  networkPluginMode: "overlay",
  podCidr: "10.3.0.0/17",
  serviceCidr: "10.3.128.0/18",
  dnsServiceIP: "10.3.128.10",
  ...more,
});
const cluster = (more: object = {}) => ({
  ...placed,
  resourceName: "aks",
  dnsPrefix: "aks",
  kubernetesVersion: "1.35",
  identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
  networkProfile: overlay(),
  agentPoolProfiles: [system()],
  ...more,
});
const pools = (...changes: object[]) => cluster({ agentPoolProfiles: changes.map((more) => system(more)) });
const networked = (more: object, others: object = {}) => cluster({ networkProfile: overlay(more), ...others });
const reached = (apiServerAccessProfile: object) => cluster({ apiServerAccessProfile });
const kms = (more: object, access: object = { enableVnetIntegration: true, subnetId: apiServer.id }) =>
  cluster({
    apiServerAccessProfile: access,
    securityProfile: {
      azureKeyVaultKms: {
        enabled: true,
        keyId: key.state.keyUriWithVersion,
        keyVaultNetworkAccess: "Private",
        keyVaultResourceId: vault.id,
        ...more,
      },
    },
  });
const kubeletOf = (user: { id: string }, own: { id: string } = identity) =>
  cluster({
    identity: { type: "UserAssigned", userAssignedIdentities: [own.id] },
    identityProfile: { kubeletidentity: { resourceId: user.id } },
  });

const refused: [why: string, code: string, inputs: object][] = [
  ["a cluster without pools", "agentPoolProfiles is missing", cluster({ agentPoolProfiles: [] })],
  ["a cluster without a system pool", "There has to be at least one system agent pool", pools({ mode: "User" })],
  ["two pools of one name", "must be unique", pools({}, {})],
  ["a pool name of 13 characters", "agentPoolProfile.name", pools({ name: "a234567890123" })],
  ["a pool name with capitals", "agentPoolProfile.name", pools({ name: "System" })],
  ["a machine that Azure does not sell", "SkuNotAvailable", pools({ vmSize: "m5.large" })],
  ["a system pool on one core", "more than 2 cores", pools({ vmSize: "Standard_A1_v2" })],
  ["a system pool of no nodes", "agentPoolProfile.count", pools({ count: 0 })],
  ["a zone that does not exist", "AvailabilityZoneNotSupported", pools({ availabilityZones: ["4"] })],
  ["autoscaling without limits", "minCount and maxCount", pools({ enableAutoScaling: true })],
  ["limits without autoscaling", "auto-scaling is not enabled", pools({ minCount: 1, maxCount: 3 })],
  [
    "fewer nodes than the least",
    "agentPoolProfile.count",
    pools({ enableAutoScaling: true, minCount: 3, maxCount: 5 }),
  ],
  [
    "more at least than at most",
    "agentPoolProfile.minCount",
    pools({ enableAutoScaling: true, minCount: 5, maxCount: 3, count: 3 }),
  ],
  ["9 pods on a node", "agentPoolProfile.maxPods", pools({ maxPods: 9 })],
  ["a label of Kubernetes' own", "nodeLabels", pools({ nodeLabels: { "kubernetes.io/role": "x" } })],
  ["a taint without an effect", "nodeTaints", pools({ nodeTaints: ["CriticalAddonsOnly=true"] })],
  ["a spot price on a regular pool", "spotMaxPrice", pools({ spotMaxPrice: 0.5 })],
  ["a pool in a subnet that is not there", "InvalidResourceReference", pools({ vnetSubnetID: `${nodes.id}x` })],
  ["a pool in the gateway subnet", "SubnetNotUsableByAgentPool", pools({ vnetSubnetID: gatewaySubnet.id })],
  ["a subnet that is too small for its nodes", "InsufficientSubnetSize", pools({ vnetSubnetID: tiny.id, count: 5 })],
  ["a version of the past", "K8sVersionNotSupported", cluster({ kubernetesVersion: "1.20" })],
  ["a version that needs long-term support", "Long-Term Support", cluster({ kubernetesVersion: "1.31" })],
  ["a patch that does not exist", "K8sVersionNotSupported", cluster({ kubernetesVersion: "1.35.99" })],
  ["more cores than the quota", "ErrCode_InsufficientVCPUQuota", pools({ count: 400 })],
  [
    "services over a subnet",
    "ServiceCidrOverlapExistingSubnetsCidr",
    networked({ serviceCidr: "10.2.0.0/20", dnsServiceIP: "10.2.0.10" }),
  ],
  ["pods over a subnet", "PodCidrOverlapExistingSubnetsCidr", networked({ podCidr: "10.2.0.0/17" })],
  ["pods over services", "PodCidrOverlapServiceCidr", networked({ podCidr: "10.3.128.0/17" })],
  ["DNS outside the services", "networkProfile.dnsServiceIP", networked({ dnsServiceIP: "10.3.0.10" })],
  ["DNS at the API server's address", "networkProfile.dnsServiceIP", networked({ dnsServiceIP: "10.3.128.1" })],
  [
    "services in a range that AKS keeps",
    "reserved for use by AKS",
    networked({ serviceCidr: "172.30.0.0/16", dnsServiceIP: "172.30.0.10" }),
  ],
  ["services with host bits", "networkProfile.serviceCidr", networked({ serviceCidr: "10.3.128.1/18" })],
  [
    "a service range beyond /12",
    "networkProfile.serviceCidr",
    networked({ serviceCidr: "11.0.0.0/8", dnsServiceIP: "11.0.0.10" }),
  ],
  ["an overlay without Azure's plugin", "networkPluginMode", networked({ networkPlugin: "kubenet" })],
  ["pod addresses without an overlay", "networkProfile.podCidr", networked({ networkPluginMode: undefined })],
  ["Cilium's policy without its data plane", "networkProfile.networkPolicy", networked({ networkPolicy: "cilium" })],
  [
    "Cilium's data plane with Calico",
    "networkProfile.networkPolicy",
    networked({ networkDataplane: "cilium", networkPolicy: "calico" }),
  ],
  [
    "egress through a NAT gateway that is not there",
    "ExistingNATGatewayNotAssociatedWithSubnet",
    networked({ outboundType: "userAssignedNATGateway" }),
  ],
  [
    "egress through routes that are not there",
    "ExistingRouteTableNotAssociatedWithSubnet",
    networked({ outboundType: "userDefinedRouting" }),
  ],
  ["no egress, and images from outside", "bootstrapProfile.artifactSource", networked({ outboundType: "none" })],
  ["a DNS prefix with a full stop", "dnsPrefix", cluster({ dnsPrefix: "a.b" })],
  ["a cluster without a DNS prefix", "dnsPrefix is missing", cluster({ dnsPrefix: undefined })],
  ["a cluster without an identity", "servicePrincipalProfile is missing", cluster({ identity: undefined })],
  [
    "an identity that does not exist",
    "UserAssignedIdentityNotFound",
    cluster({ identity: { type: "UserAssigned", userAssignedIdentities: [`${identity.id}x`] } }),
  ],
  [
    "a kubelet identity that the cluster may not give away",
    "CustomKubeletIdentityMissingPermissionError",
    kubeletOf(kubelet, newcomer),
  ],
  [
    "a kubelet identity beside a system identity",
    "OnlySupportedOnUserAssignedMSICluster",
    { ...kubeletOf(kubelet), identity: { type: "SystemAssigned" } },
  ],
  ["no local accounts, and no other way in", "disableLocalAccounts", cluster({ disableLocalAccounts: true })],
  [
    "workload identity without an issuer",
    "workloadIdentity",
    cluster({ securityProfile: { workloadIdentity: { enabled: true } } }),
  ],
  [
    "a private cluster with public ranges",
    "Private cluster cannot be enabled with AuthorizedIPRanges",
    reached({ enablePrivateCluster: true, authorizedIPRanges: ["203.0.113.0/28"] }),
  ],
  ["a private zone for a public cluster", "privateDNSZone", reached({ privateDNSZone: "none" })],
  ["ranges that are none", "authorizedIPRanges", reached({ authorizedIPRanges: ["office"] })],
  [
    "an API server in a subnet that is not delegated",
    "SubnetMissingRequiredDelegation",
    reached({ enableVnetIntegration: true, subnetId: plain.id }),
  ],
  ["an API server without a subnet", "apiServerAccessProfile.subnetId", reached({ enableVnetIntegration: true })],
  ["a private vault without an API server in the network", "VNet integration", kms({}, {})],
  ["a private vault without its id", "keyVaultResourceId", kms({ keyVaultResourceId: undefined })],
  [
    "a public way to a vault that has none",
    "allows no public access",
    kms({ keyVaultNetworkAccess: "Public", keyVaultResourceId: undefined }),
  ],
  ["a key without a version", "KeyVaultKeyNotFound", kms({ keyId: key.state.keyUri })],
  [
    "a disk encryption set that is not there",
    "DiskEncryptionSetNotFound",
    cluster({ diskEncryptionSetID: `${vault.id}x` }),
  ],
  ["nodes in a group that exists", "NodeResourceGroupAlreadyExists", cluster({ nodeResourceGroup: "rg" })],
  ["a tier that does not exist", "tier", cluster({ sku: { name: "Base", tier: "Gold" } })],
];
for (const [why, code, inputs] of refused) {
  await test(`AKS refuses ${why} (${code})`, () => refuses(code, azure.create(CLUSTER, { ...inputs })));
}

test("the key that encrypts etcd is checked against the cluster's rights", async () => {
  await refuses(
    "KeyVaultMissingPermission",
    azure.create(CLUSTER, { ...kms({}), identity: { type: "UserAssigned", userAssignedIdentities: [newcomer.id] } }),
  );
});

const complete = (more: object = {}) => ({ ...kms({}), oidcIssuerProfile: { enabled: true }, ...more });
const made = await azure.create(CLUSTER, complete());
const pool = (more: object = {}) => ({
  ...inGroup,
  resourceName: "aks",
  agentPoolName: "work",
  mode: "User",
  vmSize: "Standard_D4s_v5",
  vnetSubnetID: nodes.id,
  count: 1,
  ...more,
});

test("a cluster answers what the rest of the program needs of it", () => {
  const { fqdn, currentKubernetesVersion, oidcIssuerProfile } = made.state;
  assert.match(String(fqdn), /^aks-.+\.azmk8s\.io$/);
  assert.match(String(currentKubernetesVersion), /^1\.35\.\d+$/);
  assert.match((oidcIssuerProfile as { issuerURL: string }).issuerURL, /^https:/);
  const token = "azure-native:containerservice:listManagedClusterUserCredentials";
  const read = () => azure.call(token, { resourceGroupName: "rg", resourceName: "aks" });
  assert.deepEqual(read(), read(), "credentials must not change between two runs");
  assert.throws(() => azure.call(token, { resourceGroupName: "rg", resourceName: "none" }), /ResourceNotFound/);
});

test("pools join a cluster as AKS lets them, and the last system pool stays", async () => {
  await refuses("ParentResourceNotFound", azure.create(POOL, pool({ resourceName: "none" })));
  await refuses("agentPoolName", azure.create(POOL, pool({ agentPoolName: "much-too-long" })));
  await refuses("cannot create already existing", azure.create(POOL, pool({ agentPoolName: "system" })));
  await refuses("NodePoolMcVersionIncompatible", azure.create(POOL, pool({ orchestratorVersion: "1.36" })));
  await refuses("vmSize", azure.create(POOL, pool({ vmSize: undefined })));
  const _other = await azure.create("network:VirtualNetwork", {
    ...placed,
    virtualNetworkName: "other",
    addressSpace: { addressPrefixes: ["10.9.0.0/16"] },
  });
  const far = await azure.create("network:Subnet", {
    ...inGroup,
    virtualNetworkName: "other",
    subnetName: "far",
    addressPrefix: "10.9.0.0/24",
  });
  await refuses("AgentPoolsInDifferentVnets", azure.create(POOL, pool({ vnetSubnetID: far.id })));
  const work = await azure.create(POOL, pool({ availabilityZones: ["1"] }));
  await refuses("PropertyChangeNotAllowed", azure.update(POOL, work, { availabilityZones: ["2"] }));
  await refuses("PropertyChangeNotAllowed", azure.update(POOL, work, { osDiskSizeGB: 256 }));
  await azure.update(POOL, work, { count: 3 });
  await refuses("CannotDeleteResource", azure.remove(CLUSTER, made.id));
  await refuses("InUseSubnetCannotBeDeleted", azure.remove("network:Subnet", nodes.id));
  await azure.remove(POOL, work.id);
});

test("a cluster keeps what it was made with", async () => {
  await refuses("PropertyChangeNotAllowed", azure.update(CLUSTER, made, { agentPoolProfiles: [system({ count: 3 })] }));
  await refuses(
    "OIDCIssuerFeatureCannotBeDisabled",
    azure.update(CLUSTER, made, { oidcIssuerProfile: { enabled: false } }),
  );
  await refuses("is not allowed", azure.update(CLUSTER, made, { kubernetesVersion: "1.33" }));
  await azure.update(CLUSTER, made, { kubernetesVersion: "1.36" });
});

test("a grant on a whole group counts for what is in it", async () => {
  const own = await withNetwork(new Subscription());
  const user = await own.azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "user" });
  const node = await own.azure.create("managedidentity:UserAssignedIdentity", { ...placed, resourceName: "node" });
  await grant(own.azure, user.state.principalId, "Managed Identity Operator", own.group.id);
  await own.azure.create(CLUSTER, {
    ...kubeletOf(node, user),
    agentPoolProfiles: [system({ vnetSubnetID: own.nodes.id })],
  });
});
