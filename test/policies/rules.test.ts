import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { isAnywhere } from "../../policies/ingress/opening.ts";
import { valuesAt } from "../../policies/path.ts";
import { judge, type Properties } from "../../policies/rule.ts";
import { companionRules, rules } from "../../policies/rules/index.ts";
import { mutations } from "./mutations.ts";
import { asPolicySees, changed, good, goodOne, UNKNOWN_TEXT } from "./resources.ts";

const verdicts = (type: string, properties: Properties, production = true) =>
  rules.map((rule) => ({ rule, verdict: judge(rule, type, asPolicySees(properties), production) }));

/** Ids of the rules that refuse a resource. */
const refusals = (type: string, properties: Properties, production = true): string[] =>
  verdicts(type, properties, production).flatMap(({ rule, verdict }) => (verdict.kind === "fail" ? [rule.id] : []));

test("a resource as it should be is refused by no rule and left undecided by none", () => {
  for (const { type, properties } of good) {
    for (const { rule, verdict } of verdicts(type, properties)) {
      assert.ok(["pass", "not applicable"].includes(verdict.kind), `${rule.id} on ${type}: ${JSON.stringify(verdict)}`);
    }
  }
});

for (const [id, type, place, value] of mutations) {
  test(`${id}, and no other rule, refuses ${type} with ${place} ${JSON.stringify(value) ?? "left out"}`, () => {
    assert.deepEqual(refusals(type, changed(goodOne(type), place, value)), [id]);
  });
}

test("every rule has a resource that it refuses", () => {
  const refused = new Set(mutations.map(([id]) => id));
  assert.deepEqual(
    rules.map(({ id }) => id).filter((id) => !refused.has(id)),
    [],
    "add a line to test/policies/mutations.ts",
  );
});

test("a needed value that a preview cannot know leaves the rule undecided, and a rule that does not need it decides", () => {
  let deferred = 0;
  for (const { type, properties } of good) {
    for (const rule of rules.filter(({ applies }) => applies.includes(type))) {
      for (const { at, value } of rule.needs.flatMap((path) => valuesAt(properties, path))) {
        if (value === undefined) continue;
        const verdict = judge(rule, type, asPolicySees(changed(properties, at, UNKNOWN_TEXT)), true);
        assert.equal(verdict.kind, "deferred", `${rule.id} on ${type} with ${at} unknown`);
        assert.deepEqual(verdict.kind === "deferred" && verdict.waitsFor, [at]);
        deferred += 1;
      }
      const elsewhere = changed(properties, "description", UNKNOWN_TEXT);
      assert.equal(judge(rule, type, asPolicySees(elsewhere), true).kind, "pass", `${rule.id} on ${type}`);
    }
  }
  assert.ok(deferred > 100, `only ${deferred} places were tried`);
});

test("a fault that is known already in a preview is not put off because another value is unknown", () => {
  const type = "aws:ec2/securityGroup:SecurityGroup";
  const rule = (cidrBlocks: string[]) => ({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks });
  const properties = { ...goodOne(type), ingress: [rule([UNKNOWN_TEXT]), rule([UNKNOWN_TEXT, "0.0.0.0/0"])] };
  assert.deepEqual(refusals(type, properties), ["NET-001"]);
});

test("no rule has a say about a type that it does not name", () => {
  for (const { rule, verdict } of verdicts("random:index/randomId:RandomId", { acl: "public-read" })) {
    assert.equal(verdict.kind, "not applicable", rule.id);
  }
});

test("a rule is not escaped by an API version in the type", () => {
  const properties = changed(goodOne("azure-native:storage:StorageAccount"), "allowBlobPublicAccess", true);
  for (const type of [
    "azure-native:storage/v20230101:StorageAccount",
    "azure-native_storage_v20230101:storage:StorageAccount",
  ]) {
    assert.deepEqual(refusals(type, properties), ["STO-001"], type);
  }
  assert.deepEqual(refusals("aws:s3/bucketV2:BucketV2", { ...goodOne("aws:s3/bucket:Bucket"), acl: "public-read" }), [
    "STO-002",
  ]);
});

test("production refuses whatever another stack refuses, and broader operator ranges than another stack does", () => {
  for (const [, type, place, value] of mutations) {
    const properties = changed(goodOne(type), place, value);
    const elsewhere = refusals(type, properties, false);
    const production = refusals(type, properties, true);
    assert.deepEqual(
      elsewhere.filter((id) => !production.includes(id)),
      [],
      `${type} ${place}`,
    );
  }
  const office = changed(goodOne("aws:eks/cluster:Cluster"), "vpcConfig.publicAccessCidrs[0]", "198.51.0.0/20");
  assert.deepEqual(refusals("aws:eks/cluster:Cluster", office, false), []);
  assert.deepEqual(refusals("aws:eks/cluster:Cluster", office, true), ["K8S-001"]);
});

test("no finding repeats a value, since the policy SDK unwraps secrets before a rule sees them", () => {
  const marker = "s3same";
  const conceal = (value: unknown): unknown => {
    if (typeof value === "string") return marker;
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, conceal(member)]));
  };
  const concealed = good.flatMap(({ type, properties }) => verdicts(type, conceal(properties) as Properties));
  const broken = mutations.flatMap(([, type, place]) => verdicts(type, changed(goodOne(type), place, marker)));
  const findings = [...concealed, ...broken].flatMap(({ verdict }) =>
    verdict.kind === "fail" ? verdict.findings : [],
  );
  assert.ok(findings.length > 50);
  for (const finding of findings) assert.doesNotMatch(finding, new RegExp(marker));
});

test("the internet in pieces is still the internet, and a private range is not", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
      assert.equal(isAnywhere(`${address.join(".")}/${prefix}`), prefix < 8);
    }),
  );
  for (const source of ["*", "Any", "Internet", "internet", "AzureCloud", "::/0", "2000::/3", "0::/1"]) {
    assert.ok(isAnywhere(source), source);
  }
  for (const source of ["10.0.0.0/8", "fd00::/8", "fc00::/7", "VirtualNetwork", "AzureLoadBalancer", "203.0.113.7"]) {
    assert.ok(!isAnywhere(source), source);
  }
});

test("every rule file is in the pack, and every rule says what it is, why, and what to do", () => {
  const files = readdirSync(join(import.meta.dirname, "../../policies/rules")).filter((file) => file !== "index.ts");
  const all = [...rules, ...companionRules];
  assert.equal(all.length, files.length, "list the new rule in policies/rules/index.ts");
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length, "two rules have one id");
  for (const { id, title, why, fix } of all) {
    assert.match(id, /^[A-Z0-9]{3}-\d{3}$/);
    assert.doesNotMatch(title, /\.$/);
    assert.match(why, /\.$/);
    assert.match(fix, /\.$/);
  }
});
