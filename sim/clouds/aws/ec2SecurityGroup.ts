import type { DefaultSecurityGroup, DefaultSecurityGroupArgs } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import type { SecurityGroup, SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { type OutputsOf, refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { checkRule, inlineRule } from "./ec2SecurityGroupRule.ts";
import { here, vpc, vpcOf } from "./ec2Vpc.ts";
import { eksCluster } from "./eksCluster.ts";
import { arn, awsService, ec2Id } from "./resource.ts";

const GROUPS_IN_A_REGION = 2500;

export const securityGroup = awsService<SecurityGroupArgs, SecurityGroup>("aws:ec2/securityGroup:SecurityGroup", {
  api: ec2("Security Group", { update: "AuthorizeSecurityGroupIngress" }),
  replaceOn: ["name", "namePrefix", "description", "vpcId"],
  naming: {
    property: "name",
    pattern: /^(?!sg-)[\x20-\x7e]{1,255}$/,
    allowed: "1 to 255 ASCII characters, not beginning with sg- (InvalidParameterValue)",
    maxLength: 255,
  },
  references: ({ arn }) => [arn],
  check: ({ description }) =>
    description === undefined || /^[0-9A-Za-z_ .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(description)
      ? []
      : [
          [
            "description",
            `doesn't comply with restrictions ("^[0-9A-Za-z_ .:/()#,@\\[\\]+=&;\\{\\}!$*-]*$"), 1 to 255 characters: ${description} (InvalidParameterValue)`,
          ],
        ],
  create: (input, world) => {
    // Accounts of today have no default VPC in the simulated cloud.
    const vpcId = input.vpcId ?? refuse("VPCIdNotSpecified", "No default VPC for this user");
    vpcOf(vpcId, world);
    const name = input.name ?? "";
    if (
      name === "default" ||
      world.all(securityGroup).some(({ state }) => state.vpcId === vpcId && state.name === name)
    )
      refuse("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpcId}'`);
    if (here(securityGroup, world).length >= GROUPS_IN_A_REGION)
      refuse(
        "SecurityGroupLimitExceeded",
        "You have reached the limit on the number of security groups that you can create.",
      );
    checkRules(input, vpcId, world);
    const id = ec2Id(world, "sg");
    return {
      id,
      arn: arn(world, "ec2", `security-group/${id}`),
      description: input.description ?? "Managed by Pulumi",
      name,
      namePrefix: input.namePrefix ?? "",
      ownerId: world.account,
      vpcId,
      ...rules(input),
    };
  },
  update: (input, current, world) => {
    checkRules(input, current.state.vpcId, world);
    return rules(input);
  },
  remove: (current, world) => {
    // Rules of its own go with a group; rules of others that name it, and everything that carries it, keep it.
    const users = world
      .usersOf(current)
      .filter((user) => user.inputs.securityGroupId !== current.id || user.type === "aws:ec2/vpcEndpoint:VpcEndpoint");
    if (users.length > 0) refuse("DependencyViolation", `resource ${current.id} has a dependent object`);
  },
});

/** The group that every VPC is born with: taken over, never made, and left behind when the program lets go of it. */
export const defaultSecurityGroup = awsService<DefaultSecurityGroupArgs, DefaultSecurityGroup>(
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  {
    api: ec2("Default Security Group", { create: "DescribeSecurityGroups", update: "AuthorizeSecurityGroupIngress" }),
    replaceOn: ["vpcId"],
    create: (input, world) => {
      const vpcId = input.vpcId ?? refuse("VPCIdNotSpecified", "No default VPC for this user");
      const { defaultSecurityGroupId: id } = vpcOf(vpcId, world).state;
      checkRules(input, vpcId, world);
      return {
        id,
        arn: arn(world, "ec2", `security-group/${id}`),
        description: "default VPC security group",
        name: "default",
        namePrefix: "",
        ownerId: world.account,
        ...rules(input),
      };
    },
    update: (input, current, world) => {
      checkRules(input, current.state.vpcId, world);
      return rules(input);
    },
    remove: () => {},
  },
);

interface InlineRules {
  ingress?: Parameters<typeof inlineRule>[0][] | undefined;
  egress?: Parameters<typeof inlineRule>[0][] | undefined;
}

const rules = ({ ingress = [], egress = [] }: InlineRules) =>
  // The API returns the rules as they were given.
  ({ ingress, egress }) as unknown as Pick<OutputsOf<SecurityGroup>, "ingress" | "egress">;

function checkRules({ ingress = [], egress = [] }: InlineRules, vpcId: string, world: World): void {
  for (const direction of [ingress, egress]) {
    const seen = new Set<string>();
    for (const rule of direction.flatMap(inlineRule)) {
      checkRule(rule, vpcId, world);
      if (seen.has(JSON.stringify(rule)))
        refuse("InvalidParameterValue", "The same permission must not appear multiple times");
      seen.add(JSON.stringify(rule));
    }
  }
}

/** The VPC of a security group, be it one of the program's, a VPC's default one or one that EKS made for a cluster. */
export function groupVpc(id: string, world: World): string {
  return (
    world.get(securityGroup, id)?.state.vpcId ??
    world.all(vpc).find(({ region, state }) => region === world.region && state.defaultSecurityGroupId === id)?.id ??
    world
      .all(eksCluster)
      .find(({ region, state }) => region === world.region && state.vpcConfig.clusterSecurityGroupId === id)?.state
      .vpcConfig.vpcId ??
    (/^sg-[0-9a-z]+$/.test(id)
      ? refuse("InvalidGroup.NotFound", `The security group '${id}' does not exist`)
      : refuse(
          "InvalidGroupId.Malformed",
          `Invalid id: "${id}" (expecting "sg-...; the Id may only contain lowercase alphanumeric characters and a single dash")`,
        ))
  );
}
