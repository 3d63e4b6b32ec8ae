import { type Found, Unknown, valueAt, valuesAt } from "../../path.ts";
import { sourceOf } from "../../references.ts";
import { aws } from "../../sources/clouds.ts";
import { type StackFinding, type StackResource, stackRule } from "../../stackRule.ts";

const EKS = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const SUBNET = "aws:ec2/subnet:Subnet";
const AKS = "azure-native:containerservice:ManagedCluster";
const POOL = "azure-native:containerservice:AgentPool";

const LEAST = 2;

export default stackRule({
  id: "PRT-004",
  title: "Nodes and control planes stand in two zones or more",
  severity: "critical",
  why: "Pods that are spread over zones are spread over nothing where all nodes are in one, and a quorum is lost with it.",
  sources: [
    aws(
      "wellarchitected/latest/framework/rel_fault_isolation_multiaz_region_system.html",
      "REL10-BP01, deploy the workload to multiple locations",
    ),
  ],
  fix: "Give the region two zones or more; each pool then has a subnet or a pool of its own in each.",
  applies: [EKS, NODE_GROUP, SUBNET, AKS, POOL],
  needs: ["availabilityZone", "availabilityZones[]", "agentPoolProfiles[].availabilityZones[]"],
  check: (resources) => [...onAws(resources), ...onAzure(resources)],
});

/** On AWS the subnets say it. */
function onAws(resources: readonly StackResource[]): StackFinding[] {
  return resources.flatMap((each) => {
    const property = { [EKS]: "vpcConfig", [NODE_GROUP]: "subnetIds" }[each.type];
    if (property === undefined) return [];
    const sources = (each.propertyDependencies[property] ?? []).map(({ urn }) => urn);
    const subnets = resources.filter(({ type, urn }) => type === SUBNET && sources.includes(urn));
    const zones = subnets.map(({ props }) => valueAt(props, "availabilityZone"));
    return tooFew(zones) ? [{ urn: each.urn, text: `its ${property} stand in fewer than ${LEAST} zones` }] : [];
  });
}

/** A pool as Azure has it, inside a cluster's request or beside it. */
interface Pool {
  cluster: StackResource;
  /** The planned pool that it is a part of: where zones have pools of their own, several share a label. */
  kind: unknown;
  zones: unknown[];
}

function onAzure(resources: readonly StackResource[]): StackFinding[] {
  const pools = resources.flatMap((each): Pool[] => {
    if (each.type === AKS) return valuesAt(each.props, "agentPoolProfiles[]").map((found) => pool(each, found));
    const cluster = each.type === POOL ? sourceOf(each, "resourceName", AKS, resources) : undefined;
    return cluster === undefined ? [] : [pool(cluster, { at: "", value: each.props })];
  });
  return resources
    .filter(({ type }) => type === AKS)
    .flatMap((cluster) => {
      const own = pools.filter((each) => each.cluster.urn === cluster.urn);
      return [...new Set(own.map(({ kind }) => kind))]
        .filter((kind) => tooFew(own.filter((each) => each.kind === kind).flatMap(({ zones }) => zones)))
        .map(() => ({ urn: cluster.urn, text: `the nodes of one of its pools stand in fewer than ${LEAST} zones` }));
    });
}

function pool(cluster: StackResource, { value }: Found): Pool {
  const labels = valueAt(value, "nodeLabels");
  const label =
    labels instanceof Unknown ? undefined : (labels as Record<string, unknown> | undefined)?.["novacron.io/pool"];
  return {
    cluster,
    kind: label ?? valueAt(value, "mode"),
    zones: valuesAt(value, "availabilityZones[]").map((found) => found.value),
  };
}

/** What is unknown may be another zone each time, and is asked for by `needs`. */
function tooFew(zones: readonly unknown[]): boolean {
  const known = zones.filter((zone) => zone !== undefined && !(zone instanceof Unknown));
  const unknown = zones.filter((zone) => zone instanceof Unknown);
  return new Set(known).size + unknown.length < LEAST;
}
