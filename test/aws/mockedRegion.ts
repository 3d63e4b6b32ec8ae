import { runtime } from "@pulumi/pulumi";
import { AwsRegion } from "../../infra/aws/region.ts";
import { planAddresses } from "../../infra/plan/addresses.ts";
import { planNodePools } from "../../infra/plan/nodePools.ts";
import type { AwsRegionPlan } from "../../infra/plan/topology.ts";
import { type RecordingOptions, record, recorded } from "../recorded.ts";

const answer: RecordingOptions["answer"] = ({ type, name, inputs }) => {
  const state: Record<string, unknown> = { arn: `arn:aws:mock:::${name}` };
  if (type === "aws:eks/cluster:Cluster") {
    state.vpcConfig = { ...(inputs as { vpcConfig: object }).vpcConfig, clusterSecurityGroupId: "sg-cluster" };
    state.endpoint = "https://cluster.example";
    state.certificateAuthority = { data: "Q0E=" };
    state.identities = [{ oidcs: [{ issuer: "https://issuer.example" }] }];
  }
  if (type === "aws:ec2/vpnConnection:VpnConnection")
    Object.assign(state, { tunnel1Address: `${name}-1`, tunnel2Address: `${name}-2` });
  if (type === "aws:ec2/eip:Eip") state.publicIp = "198.51.100.1";
  return state;
};

/** A region's plan, with what a test wants to be different. */
export function regionPlan(changes: Partial<AwsRegionPlan> = {}): AwsRegionPlan {
  const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
  return {
    cloud: "aws",
    account: { accountId: "123456789012" },
    name: "aws-use1",
    number: 0,
    location: "us-east-1",
    zones,
    addresses: planAddresses("10.0.0.0/15", zones, "aws"),
    asn: 64600,
    peers: [
      { region: "azr-weu", number: 1, cidr: "10.2.0.0/15" },
      { region: "gcp-aso1", number: 2, cidr: "10.4.0.0/15" },
    ],
    access: { via: "bastion" },
    nat: "per-zone",
    dataPlane: "standard",
    kubernetesVersion: "1.35",
    nodePools: planNodePools({ cloud: "aws", zones, tier: "staging" }),
    logDays: 100,
    tags: { project: "novacron", stack: "staging", region: "aws-use1", owner: "platform", "cost-center": "dwcp" },
    protect: false,
    privateZone: "aws-use1.internal.novacron.example",
    reservedInsideAddresses: [],
    ...changes,
  };
}

/** Builds a region and returns it with all that it registered, once every output is known. */
export async function build(changes: Partial<AwsRegionPlan> = {}, use: (region: AwsRegion) => void = () => {}) {
  await record({ answer });
  const before = recorded.length;
  const plan = regionPlan(changes);
  const region = new AwsRegion(plan.name, { plan });
  use(region);
  // Waits until nothing is left to register.
  await runtime.disconnect();
  const resources = recorded.slice(before);
  return {
    region,
    resources,
    of: (type: string) =>
      resources.filter((resource) => resource.type.startsWith("aws:") && resource.type.endsWith(`:${type}`)),
  };
}
