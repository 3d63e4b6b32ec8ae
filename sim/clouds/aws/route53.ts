import type { HealthCheck, HealthCheckArgs } from "@pulumi/aws/route53/healthCheck.js";
import type { Zone, ZoneArgs } from "@pulumi/aws/route53/zone.js";
import { overlaps, parseAddress } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { route53 } from "./api.ts";
import { vpc } from "./ec2Vpc.ts";
import { arn, atMostOne, awsService, between, oneOf } from "./resource.ts";
import { record } from "./route53Record.ts";

const ZONES = 500;
const HEALTH_CHECKS = 200;

const PRIVATE_SERVERS = [
  "ns-1536.awsdns-00.co.uk",
  "ns-0.awsdns-00.com",
  "ns-1024.awsdns-00.org",
  "ns-512.awsdns-00.net",
];

/** A domain name without its final dot, in lower case. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

export const zone = awsService<ZoneArgs, Zone>("aws:route53/zone:Zone", {
  api: route53("Hosted Zone", {
    create: "CreateHostedZone",
    update: "UpdateHostedZoneComment",
    remove: "DeleteHostedZone",
  }),
  scope: "global",
  replaceOn: ["name", "delegationSetId"],
  naming: {
    property: "name",
    pattern: /^.+$/,
    allowed: "a domain name",
    maxLength: 1024,
  },
  references: ({ arn, zoneId }) => [arn, zoneId],
  seconds: { create: 40, remove: 40 },
  check: (input) => [
    ...atMostOne(input, ["delegationSetId", "vpcs"]),
    ...(input.comment === undefined || input.comment.length <= 256
      ? []
      : ([["comment", "expected length of comment to be in the range (0 - 256)"]] as [string, string][])),
  ],
  create: (input, world) => {
    const name = plainName(input.name ?? "");
    if (!isDomain(name)) refuse("InvalidDomainName", `Domain name '${input.name}' is not valid.`);
    if (name === "example.com") refuse("InvalidDomainName", `${name} is reserved by AWS!`);
    if (world.all(zone).length >= ZONES)
      refuse("TooManyHostedZones", "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.");
    if (input.delegationSetId !== undefined)
      refuse("NoSuchDelegationSet", `No delegation set found with ID: ${input.delegationSetId}`);
    const vpcs = networks(input.vpcs, name, undefined, world);
    const id = `Z0${world.hex(18).toUpperCase()}`;
    const number = Number.parseInt(world.hex(2), 16);
    const nameServers =
      vpcs.length > 0
        ? PRIVATE_SERVERS
        : ["co.uk", "com", "net", "org"].map(
            (top, index) => `ns-${index * 512 + number}.awsdns-${String(number % 64).padStart(2, "0")}.${top}`,
          );
    return {
      id,
      zoneId: id,
      name,
      arn: arn(world, "route53", `hostedzone/${id}`).replace(world.account, ""),
      comment: input.comment ?? "Managed by Pulumi",
      enableAcceleratedRecovery: input.enableAcceleratedRecovery ?? false,
      forceDestroy: input.forceDestroy ?? false,
      nameServers,
      primaryNameServer: nameServers[0] ?? "",
      vpcs,
    };
  },
  update: (input, current, world) => {
    const wasPrivate = ((current.inputs.vpcs as unknown[] | undefined) ?? []).length > 0;
    if (wasPrivate && (input.vpcs ?? []).length === 0)
      refuse(
        "LastVPCAssociation",
        "The VPC that you are trying to disassociate from the private hosted zone is the last VPC that is associated with the hosted zone.",
      );
    if (!wasPrivate && (input.vpcs ?? []).length > 0)
      refuse(
        "PublicZoneVPCAssociation",
        "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support associating a VPC with a public hosted zone.",
      );
    return { vpcs: networks(input.vpcs, current.state.name, current.id, world) };
  },
  remove: (current, world) => {
    if (current.state.forceDestroy !== true && world.all(record).some(({ state }) => state.zoneId === current.id))
      refuse(
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets  and so cannot be deleted.",
      );
  },
});

const isDomain = (name: string): boolean =>
  name.length <= 255 &&
  name.split(".").every((label) => /^[\x21-\x7e]{1,63}$/.test(label) && !/[\s,;:"()]/.test(label));

type Vpcs = { vpcId: string; vpcRegion?: string | undefined }[] | undefined;

/** The VPCs of a private zone, which must exist where they are said to be and not know the name already. */
function networks(
  vpcs: Vpcs,
  name: string,
  own: string | undefined,
  world: World,
): { vpcId: string; vpcRegion: string }[] {
  return (vpcs ?? []).map(({ vpcId, vpcRegion = String(world.config.region ?? "") }) => {
    const network = world.getAnywhere(vpc, vpcId);
    if (network === undefined || network.region !== vpcRegion)
      refuse(
        "InvalidVPCId",
        `The VPC: ${vpcId} in region ${vpcRegion} that you provided is not authorized to make the association, or does not exist.`,
      );
    const rival = world
      .all(zone)
      .find(({ id, state }) => id !== own && state.name === name && state.vpcs?.some((other) => other.vpcId === vpcId));
    if (rival !== undefined)
      refuse(
        "ConflictingDomainExists",
        `The VPC ${vpcId} in region ${vpcRegion} has already been associated with the hosted zone ${rival.id} with the same domain name.`,
      );
    return { vpcId, vpcRegion };
  });
}

export const zoneOf = (id: string, world: World): Stored<OutputsOf<Zone>> =>
  world.get(zone, id) ?? refuse("NoSuchHostedZone", `No hosted zone found with ID: ${id}`);

const CHECK_TYPES = [
  "HTTP",
  "HTTPS",
  "HTTP_STR_MATCH",
  "HTTPS_STR_MATCH",
  "TCP",
  "CALCULATED",
  "CLOUDWATCH_METRIC",
  "RECOVERY_CONTROL",
];
const CHECKER_REGIONS = [
  "us-east-1",
  "us-west-1",
  "us-west-2",
  "eu-west-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "sa-east-1",
];

/** Addresses that no health checker reaches. The documentation ranges are left out: the simulated clouds hand them out. */
const UNREACHABLE = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

export const healthCheck = awsService<HealthCheckArgs, HealthCheck>("aws:route53/healthCheck:HealthCheck", {
  api: route53("Health Check", {
    create: "CreateHealthCheck",
    update: "UpdateHealthCheck",
    remove: "DeleteHealthCheck",
  }),
  scope: "global",
  replaceOn: ["type", "requestInterval", "measureLatency", "referenceName", "routingControlArn", "triggers"],
  references: ({ arn }) => [arn],
  check: (input) => [
    ...oneOf("type", input.type, CHECK_TYPES),
    ...oneOf("requestInterval", input.requestInterval, [10, 30]),
    ...between("failureThreshold", input.failureThreshold, 1, 10),
    ...between("port", input.port, 1, 65_535),
    ...between("childHealthThreshold", input.childHealthThreshold, 0, 256),
    ...(input.regions ?? []).flatMap((region) => oneOf("regions", region, CHECKER_REGIONS)),
    ...oneOf("insufficientDataHealthStatus", input.insufficientDataHealthStatus, [
      "Healthy",
      "Unhealthy",
      "LastKnownStatus",
    ]),
    ...tooLong("fqdn", input.fqdn, 255),
    ...tooLong("resourcePath", input.resourcePath, 255),
    ...tooLong("searchString", input.searchString, 255),
    ...tooLong("referenceName", input.referenceName, 27),
    ...(input.ipAddress === undefined || parseAddress(input.ipAddress) !== undefined || input.ipAddress.includes(":")
      ? []
      : ([["ipAddress", `expected ip_address to contain a valid IP, got: ${input.ipAddress} (InvalidInput)`]] as [
          string,
          string,
        ][])),
  ],
  create: (input, world) => {
    if (world.all(healthCheck).length >= HEALTH_CHECKS)
      refuse("TooManyHealthChecks", "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more health checks.");
    checkEndpoint(input, world);
    const id = [8, 4, 4, 4, 12].map((digits) => world.hex(digits)).join("-");
    const overHttps = input.type.startsWith("HTTPS");
    return {
      id,
      arn: `arn:aws:route53:::healthcheck/${id}`,
      enableSni: input.enableSni ?? overHttps,
      failureThreshold: input.failureThreshold ?? (isEndpoint(input.type) ? 3 : 0),
      requestInterval: input.requestInterval ?? (isEndpoint(input.type) ? 30 : 0),
      ...(isEndpoint(input.type) && { port: input.port ?? (overHttps ? 443 : 80) }),
      disabled: input.disabled ?? false,
      invertHealthcheck: input.invertHealthcheck ?? false,
      measureLatency: input.measureLatency ?? false,
      regions: input.regions ?? [],
      triggers: input.triggers ?? {},
    };
  },
  update: (input, _, world) => {
    checkEndpoint(input, world);
    return {};
  },
  // Records that use it are left with a check that is never again healthy: only a parent check holds it.
  remove: (current, world) => {
    const parent = world.all(healthCheck).find(({ state }) => state.childHealthchecks?.includes(current.id));
    if (parent !== undefined)
      refuse(
        "HealthCheckInUse",
        `The health check ${current.id} is still referenced from parent health check ${parent.id}`,
      );
  },
});

const isEndpoint = (type: string): boolean => /^(HTTP|TCP)/.test(type);

const tooLong = (property: string, text: string | undefined, limit: number): [string, string][] =>
  text === undefined || text.length <= limit
    ? []
    : [[property, `expected length of ${property} to be in the range (0 - ${limit})`]];

function checkEndpoint(
  input: {
    type: string;
    fqdn?: string | undefined;
    ipAddress?: string | undefined;
    port?: number | undefined;
    searchString?: string | undefined;
    resourcePath?: string | undefined;
    regions?: string[] | undefined;
    childHealthchecks?: string[] | undefined;
    enableSni?: boolean | undefined;
    cloudwatchAlarmName?: string | undefined;
    cloudwatchAlarmRegion?: string | undefined;
  },
  world: World,
): void {
  const invalid = (message: string) => refuse("InvalidInput", message);
  const { type, ipAddress } = input;
  if (isEndpoint(type)) {
    if (input.fqdn === undefined && ipAddress === undefined)
      invalid("Invalid parameter : Either IPAddress or FullyQualifiedDomainName must be specified.");
    if (ipAddress !== undefined && UNREACHABLE.some((range) => overlaps(range, `${ipAddress}/32`)))
      invalid(
        `Invalid parameter : IP address ${ipAddress} is within a local, private, nonroutable or multicast range.`,
      );
    if (type === "TCP" && input.port === undefined)
      invalid("Invalid parameter : Port must be specified for TCP health checks.");
    if (type === "TCP" && input.resourcePath !== undefined)
      invalid("Invalid parameter : TCP health checks must not have a resource path specified.");
    if (type === "TCP" && ipAddress !== undefined && input.fqdn !== undefined)
      invalid(
        "Invalid parameter : TCP health checks that have IP address must not have a fully qualified domain name specified.",
      );
    if (input.cloudwatchAlarmName !== undefined || input.cloudwatchAlarmRegion !== undefined)
      invalid("Invalid parameter : Basic health checks must not have an metric region specified.");
    if (input.childHealthchecks !== undefined)
      invalid("Invalid parameter : Basic health checks must not have child health checks specified.");
    if (type === "TCP" && input.enableSni === true)
      invalid("Invalid parameter : EnableSNI cannot be specified for TCP health checks.");
  }
  const matching = type.endsWith("STR_MATCH");
  if (matching && (input.searchString ?? "") === "")
    invalid("Invalid parameter : SearchString must be specified for string matching health checks.");
  if (!matching && input.searchString !== undefined)
    invalid(`Invalid parameter : SearchString cannot be specified for ${type} health checks.`);
  if (input.regions !== undefined && input.regions.length > 0 && input.regions.length < 3)
    invalid("Invalid parameter : At least three regions must be specified.");
  for (const child of input.childHealthchecks ?? []) {
    if (world.get(healthCheck, child) === undefined)
      invalid(`Invalid parameter : Child health check ${child} does not exist.`);
  }
}
