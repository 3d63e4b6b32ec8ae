import { isAnywhere } from "../../ingress/opening.ts";
import { knownAt, Unknown, valueAt, valuesAt } from "../../path.ts";
import { refersTo } from "../../references.ts";
import { cis } from "../../sources/benchmarks.ts";
import { type StackFinding, type StackResource, stackRule } from "../../stackRule.ts";

const VPC = "aws:ec2/vpc:Vpc";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const GROUP = "azure-native:network:NetworkSecurityGroup";
const GROUP_RULE = "azure-native:network:SecurityRule";
const SUBNET = "azure-native:network:Subnet";
const NETWORK = "gcp:compute/network:Network";
const FIREWALL = "gcp:compute/firewall:Firewall";

export default stackRule({
  id: "NET-005",
  title: "Every network refuses what no rule allows, and the refusal is the program's own",
  severity: "critical",
  why: "AWS's default group and Azure's last rules let in the whole network and all peers, a subnet of Azure's without a group lets in everything, and Google's refusal leaves no trace.",
  sources: [
    cis.aws("5.5", "default security groups refuse everything"),
    cis.azure("7.11", "every subnet has a security group"),
  ],
  fix: "Empty the VPC's default group; end each Azure group with a rule that denies the rest; deny and log ingress in each Google network.",
  applies: [VPC, DEFAULT_GROUP, GROUP, GROUP_RULE, SUBNET, NETWORK, FIREWALL],
  needs: [
    "ingress[]",
    "access",
    "direction",
    "protocol",
    "sourceAddressPrefix",
    "networkSecurityGroup",
    "subnetName",
    "delegations[].serviceName",
    "denies[].protocol",
    "sourceRanges[]",
    "logConfig",
  ],
  check: (resources) => [...onAws(resources), ...onAzure(resources), ...onGoogle(resources)],
});

const ofType = (resources: readonly StackResource[], type: string) => resources.filter((each) => each.type === type);

const onAws = (resources: readonly StackResource[]): StackFinding[] =>
  ofType(resources, VPC)
    .filter((vpc) => !ofType(resources, DEFAULT_GROUP).some((group) => refersTo(group, "vpcId", vpc) && isEmpty(group)))
    .map(({ urn }) => ({ urn, text: "no DefaultSecurityGroup without ingress takes its default group over" }));

const isEmpty = ({ props }: StackResource): boolean =>
  valuesAt(props, "ingress[]").every(({ value }) => value === undefined || value instanceof Unknown);

function onAzure(resources: readonly StackResource[]): StackFinding[] {
  const groups = ofType(resources, GROUP).filter(
    (group) =>
      !ofType(resources, GROUP_RULE).some(
        (each) => refersTo(each, "networkSecurityGroupName", group) && deniesAll(each),
      ),
  );
  return [
    ...groups.map(({ urn }) => ({ urn, text: "no rule of its own denies all other inbound traffic" })),
    ...ofType(resources, SUBNET)
      .filter(({ props }) => valueAt(props, "networkSecurityGroup") === undefined && !isOfService(props))
      .map(({ urn }) => ({ urn, text: "networkSecurityGroup is missing" })),
  ];
}

function deniesAll({ props }: StackResource): boolean {
  const is = (path: string, ...words: string[]) => {
    const value = valueAt(props, path);
    return value instanceof Unknown || words.includes(String(value).toLowerCase());
  };
  return (
    is("access", "deny") && is("direction", "inbound") && is("protocol", "*") && is("sourceAddressPrefix", "*", "any")
  );
}

/** Azure allows no group of ours on the gateway's subnet, and AKS keeps its own on the one that is delegated to it. */
function isOfService(props: unknown): boolean {
  const name = valueAt(props, "subnetName");
  const services = valuesAt(props, "delegations[].serviceName");
  return name === "GatewaySubnet" || name instanceof Unknown || services.some(({ value }) => value !== undefined);
}

const onGoogle = (resources: readonly StackResource[]): StackFinding[] =>
  ofType(resources, NETWORK)
    .filter(
      (network) => !ofType(resources, FIREWALL).some((each) => refersTo(each, "network", network) && refuses(each)),
    )
    .map(({ urn }) => ({ urn, text: "no firewall rule denies and logs ingress from anywhere" }));

const refuses = ({ props }: StackResource): boolean =>
  knownAt(props, "denies[].protocol").includes("all") &&
  valuesAt(props, "sourceRanges[]").some(({ value }) => value instanceof Unknown || isAnywhere(value)) &&
  valueAt(props, "logConfig") !== undefined;
