import type { Record as DnsRecord, RecordArgs } from "@pulumi/aws/route53/record.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseAddress } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { route53 } from "./api.ts";
import { regionNames } from "./regions.ts";
import { atMostOne, awsService, between, oneOf } from "./resource.ts";
import { healthCheck, plainName, zoneOf } from "./route53.ts";

const TYPES = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SPF",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
];
const POLICIES = [
  ...["cidrRoutingPolicy", "failoverRoutingPolicies", "geolocationRoutingPolicies", "geoproximityRoutingPolicy"],
  ...["latencyRoutingPolicies", "multivalueAnswerRoutingPolicy", "weightedRoutingPolicies"],
];

type Input = Unwrap<RecordArgs>;

export const record = awsService<RecordArgs, DnsRecord>("aws:route53/record:Record", {
  api: route53("Record", {
    create: "ChangeResourceRecordSets",
    update: "ChangeResourceRecordSets",
    remove: "ChangeResourceRecordSets",
  }),
  scope: "global",
  tagged: false,
  replaceOn: ["name", "zoneId"],
  seconds: { create: 40, update: 40, remove: 40 },
  check: (input) => [
    ...oneOf("type", input.type, TYPES),
    ...between("ttl", input.ttl, 0, 2_147_483_647),
    ...atMostOne(input, ["records", "aliases"]),
    ...atMostOne(input, ["ttl", "aliases"]),
    ...atMostOne(input, POLICIES),
    ...(input.weightedRoutingPolicies ?? []).flatMap(({ weight }) =>
      between("weightedRoutingPolicies.weight", weight, 0, 255),
    ),
    ...(input.failoverRoutingPolicies ?? []).flatMap(({ type }) =>
      oneOf("failoverRoutingPolicies.type", type, ["PRIMARY", "SECONDARY"]),
    ),
    ...(input.latencyRoutingPolicies ?? []).flatMap(({ region }) =>
      oneOf("latencyRoutingPolicies.region", region, regionNames),
    ),
  ],
  create: (input, world) => {
    const fqdn = checkRecord(input, undefined, world);
    const parts = [input.zoneId, fqdn, input.type, ...(input.setIdentifier === undefined ? [] : [input.setIdentifier])];
    return { id: parts.join("_"), fqdn, allowOverwrite: input.allowOverwrite ?? false };
  },
  update: (input, current, world) => ({ fqdn: checkRecord(input, current.id, world) }),
  remove: () => {},
});

const policyOf = (input: Partial<Input>): string | undefined =>
  POLICIES.find((policy) => (input as Record<string, unknown>)[policy] !== undefined);

/** Refuses a record set that its zone cannot hold; returns its full name. */
function checkRecord(input: Input, own: string | undefined, world: World): string {
  const zone = plainName(zoneOf(input.zoneId, world).state.name);
  const given = plainName(input.name);
  // The provider completes names that do not end in the zone's.
  const fqdn = given === "" ? zone : given === zone || given.endsWith(`.${zone}`) ? given : `${given}.${zone}`;
  const invalid = (message: string) => refuse("InvalidChangeBatch", `[${message}]`);
  const { type } = input;

  if (fqdn.length > 255 || fqdn.split(".").some((label) => label.length < 1 || label.length > 63))
    invalid(`FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${fqdn}'`);
  if (input.aliases === undefined && ((input.records ?? []).length === 0 || input.ttl === undefined))
    refuse(
      "InvalidInput",
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=${fqdn}., Type=${type}, SetIdentifier=${input.setIdentifier ?? "null"}]`,
    );
  if (policyOf(input) !== undefined && input.setIdentifier === undefined)
    refuse(
      "InvalidInput",
      `Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=${fqdn}., Type=${type}, SetIdentifier=null]`,
    );
  if (type === "CNAME" && fqdn === zone)
    invalid(`RRSet of type CNAME with DNS name ${fqdn}. is not permitted at apex in zone ${zone}.`);
  if (type === "CNAME" && (input.records ?? []).length > 1)
    invalid(`Invalid Resource Record: 'FATAL problem: CNAMERecordCannotHaveMultipleValues'`);
  for (const value of input.records ?? []) checkValue(type, value, invalid);
  if (input.healthCheckId !== undefined && world.get(healthCheck, input.healthCheckId) === undefined)
    invalid(`Invalid request: No health check found with ID: ${input.healthCheckId}`);
  for (const alias of input.aliases ?? []) {
    if (
      alias.zoneId === input.zoneId &&
      world.all(record).every(({ state }) => plainName(state.fqdn) !== plainName(alias.name))
    )
      invalid(
        `Tried to create an alias that targets ${alias.name}., type ${type} in zone ${input.zoneId}, but the alias target name does not lie within the target zone or was not found`,
      );
  }

  const namesakes = world
    .all(record)
    .filter(({ id, state }) => id !== own && state.zoneId === input.zoneId && plainName(state.fqdn) === fqdn);
  if (type === "CNAME" && namesakes.some(({ state }) => state.type !== "CNAME"))
    invalid(
      `RRSet of type CNAME with DNS name ${fqdn}. is not permitted as it conflicts with other records with the same DNS name in zone ${zone}.`,
    );
  if (type !== "CNAME" && namesakes.some(({ state }) => state.type === "CNAME"))
    invalid(
      `RRSet of type ${type} with DNS name ${fqdn}. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone}.`,
    );
  const siblings = namesakes.filter(({ state }) => state.type === type);
  const label = `[name='${fqdn}.', type='${type}'${input.setIdentifier === undefined ? "" : `, set-identifier='${input.setIdentifier}'`}]`;
  if (siblings.some(({ state }) => state.setIdentifier === input.setIdentifier) && input.allowOverwrite !== true)
    invalid(`Tried to create resource record set ${label} but it already exists`);
  const other = siblings.find(({ state }) => policyOf(state as Partial<Input>) !== policyOf(input));
  if (other !== undefined)
    invalid(
      `RRSet with DNS name ${fqdn}., type ${type}, SetIdentifier ${input.setIdentifier ?? "null"} cannot be created as other RRSets exist with the same name and type.`,
    );
  // The zone has these itself.
  if (fqdn === zone && (type === "NS" || type === "SOA") && input.allowOverwrite !== true)
    invalid(`Tried to create resource record set ${label} but it already exists`);
  return fqdn;
}

function checkValue(type: string, value: string, invalid: (message: string) => never): void {
  if (type === "A" && parseAddress(value) === undefined)
    invalid(
      `Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '${value}''`,
    );
  if (type === "AAAA" && !(/^[0-9a-f:.]+$/i.test(value) && value.includes(":")))
    invalid(
      `Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '${value}''`,
    );
  if (type === "MX" && !/^\d{1,5} \S+$/.test(value))
    invalid(
      `Invalid Resource Record: 'FATAL problem: MXRRDATAIncorrectFormat (MX record doesn't have 2 fields) encountered with '${value}''`,
    );
  if (type === "SRV" && !/^\d{1,5} \d{1,5} \d{1,5} \S+$/.test(value))
    invalid(
      `Invalid Resource Record: 'FATAL problem: SRVRRDATANotEnoughFields (SRV record doesn't have 4 fields) encountered with '${value}''`,
    );
  if ((type === "CNAME" || type === "NS" || type === "PTR") && /\s|\//.test(value))
    invalid(
      `Invalid Resource Record: 'FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with '${value}''`,
    );
}
