import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate, type Output } from "@pulumi/pulumi";
import type { AwsRegionPlan } from "../plan/topology.ts";
import { serviceRole } from "./identity.ts";
import { encryptedLogGroup } from "./logs.ts";
import { fullName, named } from "./names.ts";

export interface FlowLogsArgs {
  plan: AwsRegionPlan;
  vpcId: Input<string>;
  /** ARN of the KMS key for log groups. */
  keyArn: Input<string>;
}

/** Records every accepted and rejected flow of the VPC. */
export class FlowLogs extends ComponentResource {
  /** Name of the CloudWatch log group. */
  readonly logGroup: Output<string>;

  constructor(name: string, { plan, vpcId, keyArn }: FlowLogsArgs, opts?: ComponentResourceOptions) {
    super("novacron:aws:FlowLogs", name, {}, opts);
    const logs = encryptedLogGroup(name, { plan, logGroupName: `/${fullName(plan)}/flow`, keyArn }, this);
    const writer = serviceRole(
      `${name}-writer`,
      {
        plan,
        description: `Flow logs of ${fullName(plan)}`,
        service: "vpc-flow-logs.amazonaws.com",
        allow: [
          {
            actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            resources: [interpolate`${logs.arn}:*`],
          },
          // A list call, which cannot be narrowed to one group.
          { actions: ["logs:DescribeLogGroups"], resources: ["*"] },
        ],
      },
      this,
    );
    new FlowLog(
      name,
      {
        region: plan.location,
        vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logs.arn,
        iamRoleArn: writer.role.arn,
        // The finer of the two intervals on offer: an incident is read minute by minute.
        maxAggregationInterval: 60,
        tags: named(plan, name),
      },
      { parent: this, dependsOn: writer.attachments },
    );
    this.logGroup = logs.name;
    this.registerOutputs({ logGroup: this.logGroup });
  }
}
