import { Unknown, valueAt, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { exactly, not, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { azure } from "../../sources/clouds.ts";

const SUBNET = "azure-native:network:Subnet";

const table = settings({
  "aws:ec2/launchTemplate:LaunchTemplate": {
    "networkInterfaces[].associatePublicIpAddress": not("true"),
  },
  "aws:ec2/subnet:Subnet": { mapPublicIpOnLaunch: not(true) },
  "azure-native:containerservice:ManagedCluster": { "agentPoolProfiles[].enableNodePublicIP": not(true) },
  "azure-native:containerservice:AgentPool": { enableNodePublicIP: not(true) },
  "gcp:compute/network:Network": {
    autoCreateSubnetworks: exactly(false),
    deleteDefaultRoutesOnCreate: exactly(true),
  },
  "gcp:container/cluster:Cluster": { "privateClusterConfig.enablePrivateNodes": exactly(true) },
  "gcp:container/nodePool:NodePool": { "networkConfig.enablePrivateNodes": exactly(true) },
});

export default rule({
  id: "NET-004",
  title: "Nothing gets a public address or a way out that the program did not give it",
  severity: "high",
  why: "Defaults that hand out addresses and routes make a node reachable by nobody's decision, and traffic leave past the gateways that are watched.",
  sources: [
    cis.googleCloud("4.9", "machines have no public addresses"),
    cis.aks("5.4.3", "nodes are private"),
    azure(
      "virtual-network/ip-services/default-outbound-access",
      "machines get an address of Azure's unless told otherwise",
    ),
  ],
  fix: "Switch the default off; ways out are NAT gateways, and ways in the entry's reserved addresses.",
  applies: [...table.applies, SUBNET],
  needs: [...table.needs, "subnetName", "defaultOutboundAccess", "delegations[].serviceName"],
  check: (properties, context) =>
    context.type === SUBNET ? subnetFaults(properties) : table.check(properties, context),
});

/** Subnets of Azure's own services, the gateway's and delegated ones, have the way out that the service needs. */
function subnetFaults(subnet: unknown): string[] {
  const [name, access] = ["subnetName", "defaultOutboundAccess"].map((path) => valueAt(subnet, path));
  const isService =
    name === "GatewaySubnet" ||
    name instanceof Unknown ||
    valuesAt(subnet, "delegations[].serviceName").some(({ value }) => value !== undefined);
  return isService || access === false || access instanceof Unknown
    ? []
    : ["defaultOutboundAccess gives machines an address of Azure's, must be false"];
}
