import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTo } from "./account.ts";
import { baseline, T } from "./baseline.ts";

const given = await baseline();
const { account, vpc, zone } = given;

const record = (more: object) => ({
  zoneId: zone.id,
  name: "api",
  type: "A",
  ttl: 60,
  records: ["198.51.100.2"],
  ...more,
});
const check = (more: object) => ({ type: "HTTPS", fqdn: "api.novacron.example", ...more });

const refused: [why: string, said: RegExp, type: string, inputs: Record<string, unknown>][] = [
  ["a zone of no domain", /InvalidDomainName/, T.zone, { name: "nova cron" }],
  ["the zone that AWS keeps", /InvalidDomainName: example\.com is reserved by AWS!/, T.zone, { name: "example.com" }],
  ["a private zone in no VPC", /InvalidVPCId/, T.zone, { name: "new.internal", vpcs: [{ vpcId: "vpc-0dead" }] }],
  [
    "a private zone in a VPC elsewhere",
    /InvalidVPCId/,
    T.zone,
    { name: "new.internal", vpcs: [{ vpcId: vpc.id, vpcRegion: "us-west-2" }] },
  ],
  [
    "two private zones of one name in a VPC",
    /ConflictingDomainExists: The VPC .* has already been associated/,
    T.zone,
    { name: "internal.novacron.example", vpcs: [{ vpcId: vpc.id }] },
  ],
  [
    "a record in no zone",
    /NoSuchHostedZone: No hosted zone found with ID: Z0NONE/,
    T.record,
    record({ zoneId: "Z0NONE" }),
  ],
  [
    "a record twice",
    /Tried to create resource record set \[name='www\.novacron\.example\.', type='A'\] but it already exists/,
    T.record,
    record({ name: "www" }),
  ],
  ["an address that is none", /ARRDATAIllegalIPv4Address/, T.record, record({ records: ["example.com"] })],
  [
    "a record without values",
    /InvalidInput: Invalid request: Expected exactly one of/,
    T.record,
    record({ records: undefined }),
  ],
  [
    "an alias name for the zone itself",
    /is not permitted at apex in zone novacron\.example/,
    T.record,
    record({ name: "", type: "CNAME", records: ["x.example"] }),
  ],
  [
    "an alias name beside an address",
    /conflicts with other records with the same DNS name/,
    T.record,
    record({ name: "www", type: "CNAME", records: ["x.example"] }),
  ],
  ["a weight without an identifier", /SetIdentifier/, T.record, record({ weightedRoutingPolicies: [{ weight: 1 }] })],
  [
    "a weight of 256",
    /weight to be in the range \(0 - 255\)/,
    T.record,
    record({ setIdentifier: "a", weightedRoutingPolicies: [{ weight: 256 }] }),
  ],
  [
    "a weighted record beside a plain one",
    /cannot be created as other RRSets exist with the same name and type/,
    T.record,
    record({ name: "www", setIdentifier: "a", weightedRoutingPolicies: [{ weight: 1 }] }),
  ],
  [
    "a record with a check that does not exist",
    /No health check found with ID: none/,
    T.record,
    record({ healthCheckId: "none" }),
  ],
  ["a record of an unknown type", /type to be one of/, T.record, record({ type: "ANAME" })],
  [
    "a check every 20 seconds",
    /requestInterval to be one of \[10, 30\]/,
    T.healthCheck,
    check({ requestInterval: 20 }),
  ],
  [
    "a check that never fails",
    /failureThreshold to be in the range \(1 - 10\)/,
    T.healthCheck,
    check({ failureThreshold: 11 }),
  ],
  ["a check of nothing", /Either IPAddress or FullyQualifiedDomainName/, T.healthCheck, { type: "HTTPS" }],
  [
    "a check of a private address",
    /local, private, nonroutable or multicast/,
    T.healthCheck,
    { type: "TCP", port: 443, ipAddress: "10.0.0.1" },
  ],
  [
    "a text to find without a check for text",
    /SearchString cannot be specified/,
    T.healthCheck,
    check({ searchString: "ok" }),
  ],
  ["a check for text without one", /SearchString must be specified/, T.healthCheck, check({ type: "HTTPS_STR_MATCH" })],
  ["a check from two regions", /At least three regions/, T.healthCheck, check({ regions: ["us-east-1", "eu-west-1"] })],
  [
    "a check from where there are no checkers",
    /regions to be one of/,
    T.healthCheck,
    check({ regions: ["eu-central-1", "us-east-1", "eu-west-1"] }),
  ],
];

test("names that Route 53 would not answer are refused", async (t) => {
  for (const [why, said, type, inputs] of refused) {
    await t.test(why, async () => assert.match(await saidTo(() => account.make(type, inputs)), said));
  }
});

test("a zone with records cannot be deleted", async () => {
  assert.match(await saidTo(() => account.remove(T.zone, zone)), /HostedZoneNotEmpty/);
});

test("regions share a global name by weight, each record under its own identifier", async () => {
  const weighted = (setIdentifier: string) =>
    record({
      name: "global",
      setIdentifier,
      weightedRoutingPolicies: [{ weight: 100 }],
      healthCheckId: given.healthCheck.id,
    });
  assert.equal(await saidTo(() => account.make(T.record, weighted("aws"))), "");
  assert.equal(await saidTo(() => account.make(T.record, weighted("gcp"))), "");
  assert.match(await saidTo(() => account.make(T.record, weighted("aws"))), /already exists/);
});
