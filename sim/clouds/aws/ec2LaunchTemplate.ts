import type { LaunchTemplate, LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { ec2 } from "./api.ts";
import { groupVpc } from "./ec2SecurityGroup.ts";
import { arn, atMostOne, awsService, between, ec2Id, oneOf } from "./resource.ts";

const VOLUME_TYPES = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];
/** GiB that a volume type holds at most; gp3 and io2 were raised to 64 TiB. */
const MAX_GIB: Record<string, number> = { gp3: 65_536, io2: 65_536, standard: 1_024 };
const TAGGED_RESOURCES = [
  "instance",
  "volume",
  "network-interface",
  "spot-instances-request",
  "elastic-gpu",
  "fleet",
  "launch-template",
];

export const launchTemplate = awsService<LaunchTemplateArgs, LaunchTemplate>("aws:ec2/launchTemplate:LaunchTemplate", {
  api: ec2("Launch Template", { update: "CreateLaunchTemplateVersion" }),
  replaceOn: ["name", "namePrefix"],
  naming: {
    property: "name",
    pattern: /^[\w().\-/]{3,}$/,
    allowed: "3 or more letters, digits and ( ) . - / _ (InvalidLaunchTemplateName.MalformedException)",
    maxLength: 125,
  },
  references: ({ arn, name }) => [arn, name],
  check: (input) => [
    ...oneOf("metadataOptions.httpTokens", input.metadataOptions?.httpTokens, ["optional", "required"]),
    ...oneOf("metadataOptions.httpEndpoint", input.metadataOptions?.httpEndpoint, ["disabled", "enabled"]),
    ...oneOf("metadataOptions.instanceMetadataTags", input.metadataOptions?.instanceMetadataTags, [
      "disabled",
      "enabled",
    ]),
    ...between("metadataOptions.httpPutResponseHopLimit", input.metadataOptions?.httpPutResponseHopLimit, 1, 64),
    ...oneOf("instanceInitiatedShutdownBehavior", input.instanceInitiatedShutdownBehavior, ["stop", "terminate"]),
    ...atMostOne(input, ["instanceType", "instanceRequirements"]),
    ...atMostOne(input, ["vpcSecurityGroupIds", "securityGroupNames"]),
    ...atMostOne(input, ["updateDefaultVersion", "defaultVersion"]),
    ...(input.blockDeviceMappings ?? []).flatMap(({ ebs }) => volumeProblems(ebs ?? {})),
    ...(input.tagSpecifications ?? []).flatMap(({ resourceType }) =>
      oneOf("tagSpecifications.resourceType", resourceType, TAGGED_RESOURCES),
    ),
  ],
  create: (input, world) => {
    const name = input.name ?? "";
    if (world.get(launchTemplate, name) !== undefined)
      refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    checkTemplate(input, world);
    const id = ec2Id(world, "lt");
    return {
      id,
      arn: arn(world, "ec2", `launch-template/${id}`),
      name,
      namePrefix: input.namePrefix ?? "",
      defaultVersion: 1,
      latestVersion: 1,
      metadataOptions: metadata(input),
    };
  },
  update: (input, current, world) => {
    checkTemplate(input, world);
    const latestVersion = current.state.latestVersion + 1;
    return {
      latestVersion,
      defaultVersion:
        input.updateDefaultVersion === true ? latestVersion : (input.defaultVersion ?? current.state.defaultVersion),
      metadataOptions: metadata(input),
    };
  },
  // Node groups keep a copy.
  remove: () => {},
});

type Input = Unwrap<LaunchTemplateArgs>;
type Ebs = NonNullable<NonNullable<Input["blockDeviceMappings"]>[number]["ebs"]>;

function volumeProblems(ebs: Ebs): [string, string][] {
  const at = "blockDeviceMappings.ebs";
  const type = ebs.volumeType ?? "gp2";
  return [
    ...oneOf(`${at}.volumeType`, ebs.volumeType, VOLUME_TYPES),
    ...oneOf(`${at}.encrypted`, ebs.encrypted, ["", "true", "false"]),
    ...oneOf(`${at}.deleteOnTermination`, ebs.deleteOnTermination, ["", "true", "false"]),
    ...between(
      `${at}.volumeSize`,
      ebs.volumeSize,
      type === "st1" || type === "sc1" ? 125 : type.startsWith("io") ? 4 : 1,
      MAX_GIB[type] ?? 16_384,
    ),
    ...(type === "gp3" ? between(`${at}.iops`, ebs.iops, 3_000, 80_000) : []),
    ...between(`${at}.throughput`, ebs.throughput, 125, 2_000),
    ...(ebs.throughput !== undefined && type !== "gp3"
      ? ([[`${at}.throughput`, "only gp3 volumes take a throughput (InvalidParameterCombination)"]] as [
          string,
          string,
        ][])
      : []),
    ...(ebs.kmsKeyId !== undefined && ebs.encrypted !== undefined && ebs.encrypted !== "true"
      ? ([
          [
            `${at}.kmsKeyId`,
            'needs encrypted: "true" (InvalidParameterDependency: the parameter KmsKeyId requires the parameter Encrypted to be set.)',
          ],
        ] as [string, string][])
      : []),
  ];
}

function checkTemplate(input: Input, world: World): void {
  for (const { ebs } of input.blockDeviceMappings ?? []) {
    if (ebs?.kmsKeyId !== undefined && ebs.encrypted !== "true")
      refuse("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  const devices = (input.blockDeviceMappings ?? []).map(({ deviceName }) => deviceName);
  const twice = devices.find((device, index) => device !== undefined && devices.indexOf(device) !== index);
  if (twice !== undefined)
    refuse("InvalidBlockDeviceMapping", `The device '${twice}' is used in more than one block-device mapping`);
  if (input.userData !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(input.userData))
    refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (input.imageId !== undefined && !/^(ami-[0-9a-f]{8,17}|resolve:ssm:.+)$/.test(input.imageId))
    refuse("InvalidAMIID.Malformed", `Invalid id: "${input.imageId}" (expecting "ami-...")`);
  for (const group of input.vpcSecurityGroupIds ?? []) groupVpc(group, world);
  if ((input.networkInterfaces ?? []).length > 0 && (input.vpcSecurityGroupIds ?? []).length > 0)
    refuse(
      "InvalidParameterCombination",
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    );
}

const metadata = ({ metadataOptions: options = {} }: Input): OutputsOf<LaunchTemplate>["metadataOptions"] => ({
  httpEndpoint: options.httpEndpoint ?? "enabled",
  httpProtocolIpv6: options.httpProtocolIpv6 ?? "disabled",
  httpPutResponseHopLimit: options.httpPutResponseHopLimit ?? 1,
  httpTokens: options.httpTokens ?? "optional",
  instanceMetadataTags: options.instanceMetadataTags ?? "disabled",
});
