import type { FlowLog, FlowLogArgs } from "@pulumi/aws/ec2/flowLog.js";
import { refuse } from "../../service.ts";
import { ec2 } from "./api.ts";
import { logGroup } from "./cloudWatchLogs.ts";
import { transitGateway } from "./ec2TransitGateway.ts";
import { subnetOf, vpc } from "./ec2Vpc.ts";
import { roleTrusting } from "./iam.ts";
import { arn, atMostOne, awsService, demandOne, ec2Id, oneOf } from "./resource.ts";
import { bucketOf } from "./s3.ts";

const TARGETS = [
  "eniId",
  "regionalNatGatewayId",
  "subnetId",
  "transitGatewayAttachmentId",
  "transitGatewayId",
  "vpcId",
] as const;
const FIELDS = [
  ...["version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport"],
  ...["protocol", "packets", "bytes", "start", "end", "action", "log-status"],
];
const DEFAULT_FORMAT = FIELDS.map((field) => `\${${field}}`).join(" ");

export const flowLog = awsService<FlowLogArgs, FlowLog>("aws:ec2/flowLog:FlowLog", {
  api: ec2("Flow Log", { create: "CreateFlowLogs", update: "CreateTags", remove: "DeleteFlowLogs" }),
  replaceOn: [
    ...TARGETS,
    ...["deliverCrossAccountRole", "destinationOptions", "iamRoleArn", "logDestination", "logDestinationType"],
    ...["logFormat", "maxAggregationInterval", "tagFieldSpecifications", "trafficType"],
  ],
  references: ({ arn }) => [arn],
  check: (input) => [
    ...atMostOne(input, TARGETS),
    ...oneOf("trafficType", input.trafficType, ["ACCEPT", "REJECT", "ALL"]),
    ...oneOf("logDestinationType", input.logDestinationType, ["cloud-watch-logs", "s3", "kinesis-data-firehose"]),
    ...oneOf("maxAggregationInterval", input.maxAggregationInterval, [60, 600]),
  ],
  create: (input, world) => {
    demandOne(input, TARGETS);
    if (input.vpcId !== undefined && world.get(vpc, input.vpcId) === undefined)
      refuse("InvalidVpcId.NotFound", `Vpc Id ${input.vpcId} does not exist`);
    if (input.subnetId !== undefined) subnetOf(input.subnetId, world);
    if (input.transitGatewayId !== undefined && world.get(transitGateway, input.transitGatewayId) === undefined)
      refuse(
        "InvalidTransitGatewayID.NotFound",
        `Transit Gateway ${input.transitGatewayId} was deleted or does not exist.`,
      );
    const transit = input.transitGatewayId !== undefined || input.transitGatewayAttachmentId !== undefined;
    if (input.trafficType === undefined && !transit)
      refuse("MissingParameter", "The request must contain the parameter trafficType");
    if (transit && input.maxAggregationInterval === 600)
      refuse("InvalidParameter", "MaxAggregationInterval must be 60 for transit gateway flow logs");
    const type = input.logDestinationType ?? "cloud-watch-logs";
    const logDestination =
      input.logDestination ?? refuse("MissingParameter", "The request must contain the parameter LogDestination");
    if (type === "cloud-watch-logs") {
      if (input.iamRoleArn === undefined)
        refuse(
          "MissingParameter",
          "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
        );
      roleTrusting(input.iamRoleArn, "vpc-flow-logs.amazonaws.com", world, "InvalidParameter");
      if (world.get(logGroup, logDestination.replace(/:\*$/, "")) === undefined)
        refuse("InvalidParameter", `LogDestination: ${logDestination} does not exist`);
    }
    if (type === "s3")
      bucketOf(logDestination.replace(/^arn:aws:s3:::/, "").split("/")[0] ?? "", world, "InvalidParameter");
    const same = world
      .all(flowLog)
      .some(
        ({ state }) =>
          TARGETS.every((target) => state[target] === input[target]) &&
          state.logDestination === logDestination &&
          state.trafficType === input.trafficType,
      );
    if (same)
      refuse(
        "FlowLogAlreadyExists",
        "Error. There is an existing Flow Log with the same configuration and log destination.",
      );
    const id = ec2Id(world, "fl");
    return {
      id,
      arn: arn(world, "ec2", `vpc-flow-log/${id}`),
      logDestination,
      logDestinationType: type,
      logFormat: input.logFormat ?? DEFAULT_FORMAT,
      maxAggregationInterval: input.maxAggregationInterval ?? (transit ? 60 : 600),
    };
  },
  remove: () => {},
});
