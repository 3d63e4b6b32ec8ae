import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import type { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import { formatAddress, parseRange } from "../../ipv4.ts";
import type { Identity } from "../../region/context.ts";
import type { NodePoolSpec } from "../../region/spec.ts";
import type { OutputsOf, Service, Stored } from "../../service.ts";
import type { StoredResource } from "../../store.ts";
import { administrator, type CloudCluster, regionName, STRANGER, spread } from "../cluster.ts";
import { subnet, vpc } from "./ec2Vpc.ts";
import { accessEntry, accessPolicyAssociation } from "./eksAccess.ts";
import { eksCluster } from "./eksCluster.ts";
import { eksNodeGroup } from "./eksNodeGroup.ts";
import { machineShape } from "./machineShapes.ts";

type Resources = readonly StoredResource[];
type StoredAs<Outputs> = Omit<StoredResource, "state"> & { state: Outputs };

const of = <Outputs>(resources: Resources, service: Service<Outputs>): StoredAs<Outputs>[] =>
  resources.filter((resource) => resource.type === service.type) as unknown as StoredAs<Outputs>[];

/** The policy that makes an access entry an administrator of its cluster. */
const CLUSTER_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

/** Every EKS cluster among resources of AWS. */
export const eksClusters = (resources: Resources): CloudCluster[] =>
  of(resources, eksCluster).map((cluster) => {
    const { state, region: location } = cluster;
    const network = of(resources, vpc).find(({ id }) => id === state.vpcConfig.vpcId);
    const range = network?.state.cidrBlock ?? "10.0.0.0/16";
    return {
      resource: cluster as unknown as StoredResource,
      region: regionName(state.tags, cluster.urn),
      spec: {
        cluster: cluster.id,
        cloud: "aws",
        location,
        serviceRange: state.kubernetesNetworkConfig.serviceIpv4Cidr,
        // On EKS pods and nodes share the subnets' addresses. Here each has a part of the VPC, so that they never meet.
        nodeRange: quarter(range, 0),
        podRange: quarter(range, 1),
        serverNames: [new URL(state.endpoint).hostname],
        serviceAccountIssuer: state.identities[0]?.oidcs?.[0]?.issuer ?? state.endpoint,
        pools: of(resources, eksNodeGroup)
          .filter((group) => group.region === location && group.state.clusterName === cluster.id)
          .map((group) => poolOf(group, resources)),
      },
      certified: (certificateAuthority) => ({
        ...state,
        certificateAuthority: { data: Buffer.from(certificateAuthority).toString("base64") },
      }),
      identify: ({ cloud, account, cluster: name, principal }) =>
        cloud === "aws" && account === cluster.account && name === cluster.id
          ? identity(cluster, principal, resources)
          : STRANGER,
    };
  });

function poolOf({ state }: Pick<Stored<OutputsOf<NodeGroup>>, "state">, resources: Resources): NodePoolSpec {
  const subnets = of(resources, subnet).filter(({ id }) => state.subnetIds.includes(id));
  const zones = [...new Set(subnets.map((each) => each.state.availabilityZone))].toSorted();
  const [instanceType = "t3.medium"] = state.instanceTypes;
  return {
    name: state.nodeGroupName,
    nodes: spread(state.scalingConfig.desiredSize, zones),
    instanceType,
    labels: {
      ...state.labels,
      "eks.amazonaws.com/nodegroup": state.nodeGroupName,
      "eks.amazonaws.com/capacityType": state.capacityType,
    },
    taints: (state.taints ?? []).map(({ key, value = "", effect }) => ({
      key,
      value,
      effect: EFFECTS[effect] ?? effect,
    })),
    ...machineShape(instanceType),
  };
}

const EFFECTS: Record<string, string> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/**
 * Access entries decide; an entry with the cluster administrator's policy over the whole cluster may do everything, others
 * have the groups that they name. Whoever made the cluster is in where the cluster was told so.
 */
function identity(cluster: StoredAs<OutputsOf<Cluster>>, principal: string, resources: Resources): Identity {
  const mine = ({ region, state }: { region: string; state: { clusterName: string; principalArn: string } }) =>
    region === cluster.region && state.clusterName === cluster.id && state.principalArn === principal;
  const entry = of(resources, accessEntry).find(mine);
  const [, , , , account, path = ""] = principal.split(":");
  const username = path.startsWith("role/")
    ? `arn:aws:sts::${account}:assumed-role/${path.split("/").at(-1)}/novactl`
    : principal;
  if (entry === undefined) {
    const isCreator = principal === rootOf(cluster.account);
    return isCreator && cluster.state.accessConfig.bootstrapClusterCreatorAdminPermissions === true
      ? administrator(username)
      : STRANGER;
  }
  const isAdministrator = of(resources, accessPolicyAssociation).some(
    (association) =>
      mine(association) &&
      association.state.policyArn === CLUSTER_ADMIN &&
      association.state.accessScope.type === "cluster",
  );
  return isAdministrator
    ? administrator(username)
    : { authenticated: true, username, groups: entry.state.kubernetesGroups ?? [] };
}

/** Whom the simulated credentials belong to as long as no role is assumed. */
export const rootOf = (account: string): string => `arn:aws:iam::${account}:root`;

/** One of the four equal parts of a range. */
function quarter(range: string, index: number): string {
  const parsed = parseRange(range);
  if (parsed === undefined) throw new Error(`'${range}' is not a range`);
  const size = (parsed.last - parsed.first + 1) / 4;
  return `${formatAddress(parsed.first + index * size)}/${parsed.prefix + 2}`;
}
