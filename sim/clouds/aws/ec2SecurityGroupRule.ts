import type { SecurityGroupEgressRule, SecurityGroupEgressRuleArgs } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import type {
  SecurityGroupIngressRule,
  SecurityGroupIngressRuleArgs,
} from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { groupVpc } from "./ec2SecurityGroup.ts";
import { rangeProblems } from "./ec2Vpc.ts";
import { type AwsBehaviour, arn, atMostOne, awsService, between, demandOne, ec2Id } from "./resource.ts";

const RULES_IN_A_GROUP = 60;
const PEERS = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

/** One rule with one peer, however it was written. */
export interface Rule {
  ipProtocol: string;
  fromPort?: number | undefined;
  toPort?: number | undefined;
  cidrIpv4?: string | undefined;
  referencedSecurityGroupId?: string | undefined;
}

type RuleArgs = Unwrap<SecurityGroupIngressRuleArgs>;
type RuleResource = SecurityGroupIngressRule & SecurityGroupEgressRule;

const ruleBehaviour = (
  direction: "Ingress" | "Egress",
): AwsBehaviour<RuleArgs, import("../../service.ts").OutputsOf<RuleResource>> => ({
  api: {
    service: "EC2",
    noun: `Security Group ${direction} Rule`,
    create: `AuthorizeSecurityGroup${direction}`,
    update: "ModifySecurityGroupRules",
    remove: `RevokeSecurityGroup${direction}`,
  },
  replaceOn: ["securityGroupId"],
  references: ({ arn }) => [arn],
  check: (input) => [
    ...atMostOne(input, PEERS),
    ...rangeProblems("cidrIpv4", input.cidrIpv4, 0, 32, "InvalidParameterValue"),
    ...(input.ipProtocol !== undefined && /^icmp/.test(input.ipProtocol)
      ? []
      : [...between("fromPort", input.fromPort, -1, 65535), ...between("toPort", input.toPort, -1, 65535)]),
  ],
  create: (input, world) => {
    demandOne(input, PEERS);
    const vpcId = groupVpc(input.securityGroupId, world);
    checkRule(input, vpcId, world);
    const siblings = world
      .all(direction === "Ingress" ? ingressRule : egressRule)
      .filter(({ state }) => state.securityGroupId === input.securityGroupId);
    if (siblings.some(({ state }) => describe(state) === describe(input)))
      refuse("InvalidPermission.Duplicate", `the specified rule "${describe(input)}" already exists`);
    if (siblings.length >= RULES_IN_A_GROUP)
      refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.");
    const id = ec2Id(world, "sgr");
    return { id, securityGroupRuleId: id, arn: arn(world, "ec2", `security-group-rule/${id}`) };
  },
  update: (input, _, world) => {
    demandOne(input, PEERS);
    checkRule(input, groupVpc(input.securityGroupId, world), world);
    return {};
  },
});

export const ingressRule = awsService<SecurityGroupIngressRuleArgs, SecurityGroupIngressRule>(
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ruleBehaviour("Ingress"),
);

export const egressRule = awsService<SecurityGroupEgressRuleArgs, SecurityGroupEgressRule>(
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ruleBehaviour("Egress"),
);

const NUMBERS: Record<string, string> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", all: "-1" };

/** Refuses a rule that the API would not take into a group of this VPC. */
export function checkRule(rule: Rule, vpcId: string, world: World): void {
  const given = rule.ipProtocol.toLowerCase();
  const protocol = NUMBERS[given] ?? given;
  const known =
    ["-1", "tcp", "udp", "icmp", "icmpv6"].includes(protocol) || (/^\d{1,3}$/.test(protocol) && Number(protocol) < 256);
  if (!known) refuse("InvalidParameterValue", `Invalid value '${rule.ipProtocol}' for IP protocol. Unknown protocol.`);
  const { fromPort, toPort } = rule;
  if (protocol === "-1" && [fromPort, toPort].some((port) => port !== undefined && port !== -1 && port !== 0))
    refuse(
      "InvalidParameterValue",
      "You may not specify all protocols and specific ports. Please specify each protocol and port range combination individually, or all protocols and no port range.",
    );
  if (protocol === "tcp" || protocol === "udp") {
    const missing = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
    const first = fromPort ?? refuse("InvalidParameterValue", missing);
    const last = toPort ?? refuse("InvalidParameterValue", missing);
    if (first < 0 || last > 65_535 || first > last)
      refuse("InvalidParameterValue", `Invalid TCP/UDP port range (${first}:${last})`);
  }
  if (rule.cidrIpv4 !== undefined && parseRange(rule.cidrIpv4) === undefined)
    refuse("InvalidParameterValue", `CIDR block ${rule.cidrIpv4} is malformed`);
  if (rule.referencedSecurityGroupId !== undefined && groupVpc(rule.referencedSecurityGroupId, world) !== vpcId)
    refuse("InvalidGroup.NotFound", `You have specified two resources that belong to different networks.`);
}

/** The single rules of one written inside of its group. */
export function inlineRule(rule: {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlocks?: string[] | undefined;
  securityGroups?: string[] | undefined;
}): Rule[] {
  const ports = { ipProtocol: rule.protocol, fromPort: rule.fromPort, toPort: rule.toPort };
  const peers = [
    ...(rule.cidrBlocks ?? []).map((cidrIpv4) => ({ ...ports, cidrIpv4 })),
    ...(rule.securityGroups ?? []).map((referencedSecurityGroupId) => ({ ...ports, referencedSecurityGroupId })),
  ];
  // Peers of other kinds are not looked at, but the ports are.
  return peers.length > 0 ? peers : [ports];
}

/** A rule in the words of the API. */
function describe(rule: Rule & { prefixListId?: string | undefined; cidrIpv6?: string | undefined }): string {
  const peer = rule.cidrIpv4 ?? rule.cidrIpv6 ?? rule.prefixListId ?? rule.referencedSecurityGroupId ?? "";
  if (rule.ipProtocol === "-1") return `peer: ${peer}, ALL, ALLOW`;
  return `peer: ${peer}, ${rule.ipProtocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW`;
}
