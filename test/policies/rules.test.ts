import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { isAnywhere } from "../../policies/ingress/opening.ts";
import { isAbout, judge, type Properties } from "../../policies/rule.ts";
import { areas, rules, stackRules } from "../../policies/rules/index.ts";
import { asRuleSees, changedExample, type Example, UNKNOWN_TEXT } from "./fixtures/fixture.ts";
import { good, goodOne, mutations, stackCases, wrong } from "./fixtures/index.ts";
import { TWOFOLD_CHANGES } from "./twofold.ts";

const verdicts = (example: Example, production = true) =>
  rules.map((rule) => ({ rule, verdict: judge(rule, asRuleSees(example), production) }));

/** Ids of the rules that refuse a resource. */
const refusals = (example: Example, production = true): string[] =>
  verdicts(example, production).flatMap(({ rule, verdict }) => (verdict.kind === "fail" ? [rule.id] : []));

test("a resource as it should be is refused by no rule and left undecided by none", () => {
  for (const example of good) {
    for (const { rule, verdict } of verdicts(example)) {
      assert.ok(
        ["pass", "not applicable"].includes(verdict.kind),
        `${rule.id} on ${example.type}: ${JSON.stringify(verdict)}`,
      );
    }
  }
});

for (const [id, type, place, value] of mutations) {
  const { others = [] } = TWOFOLD_CHANGES[`${id} ${type} ${place}`] ?? {};
  const also = others.length === 0 ? "no other rule" : others.join(", ");
  test(`${id}, and ${also}, refuses ${type} with ${place} ${JSON.stringify(value) ?? "left out"}`, () => {
    assert.deepEqual(refusals(changedExample(goodOne(type), place, value)), [id, ...others]);
  });
}

for (const { rule, ...example } of wrong) {
  test(`${rule}, and no other rule, refuses ${example.type}, whatever it says`, () => {
    assert.deepEqual(refusals(example), [rule]);
  });
}

test("each type of each rule is tried: on resources that it lets pass, and on some that it refuses", () => {
  const untried = [
    ...rules.flatMap(({ id, applies }) =>
      tokensIn(applies)
        .filter((type) => ![...good, ...wrong].some((each) => each.type === type))
        .map((type) => `${id} ${type}`),
    ),
    ...stackRules.flatMap(({ id, applies }) =>
      tokensIn(applies)
        .filter(
          (type) => !stackCases.some((each) => each.rule === id && each.resources.some((one) => one.type === type)),
        )
        .map((type) => `${id} ${type}`),
    ),
  ];
  assert.deepEqual(untried, [], "add examples or cases of these to test/policies/fixtures");
  const refused = new Set([
    ...mutations.map(([id, type]) => `${id} ${type.split(" ")[0]}`),
    ...wrong.map(({ rule, type }) => `${rule} ${type}`),
  ]);
  assert.deepEqual(
    rules
      .flatMap(({ id, applies }) => tokensIn(applies).map((type) => `${id} ${type}`))
      .filter((each) => !refused.has(each)),
    [],
    "add mutations of these to test/policies/fixtures",
  );
});

/** Without those that stand for more than one type. */
const tokensIn = (applies: readonly string[]): string[] => applies.filter((type) => !type.endsWith("*"));

test("every rule has a resource that it refuses", () => {
  const refused = new Set(mutations.map(([id]) => id));
  assert.deepEqual(
    rules.map(({ id }) => id).filter((id) => !refused.has(id)),
    [],
    "add a line to the mutations of its area in test/policies/fixtures",
  );
});

test("a fault that is known already in a preview is not put off because another value is unknown", () => {
  const type = "aws:ec2/securityGroup:SecurityGroup";
  const rule = (cidrBlocks: string[]) => ({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks });
  const ingress = [rule([UNKNOWN_TEXT]), rule([UNKNOWN_TEXT, "0.0.0.0/0"])];
  assert.deepEqual(refusals(changedExample(goodOne(type), "ingress", ingress)), ["NET-001"]);
});

test("no rule has a say about a type that it does not name", () => {
  for (const { rule, verdict } of verdicts({
    type: "random:index/randomId:RandomId",
    properties: { acl: "public-read" },
  })) {
    const expected = isAbout(rule.applies, "random:index/randomId:RandomId") ? "pass" : "not applicable";
    assert.equal(verdict.kind, expected, rule.id);
  }
});

test("a rule is not escaped by an API version in the type", () => {
  const account = changedExample(goodOne("azure-native:storage:StorageAccount"), "allowBlobPublicAccess", true);
  for (const type of [
    "azure-native:storage/v20230101:StorageAccount",
    "azure-native_storage_v20230101:storage:StorageAccount",
  ]) {
    assert.deepEqual(refusals({ ...account, type }), ["STO-001"], type);
  }
  const bucket = changedExample(goodOne("aws:s3/bucket:Bucket"), "acl", "public-read");
  assert.deepEqual(refusals({ ...bucket, type: "aws:s3/bucketV2:BucketV2" }), ["STO-002"]);
});

test("production refuses whatever another stack refuses, and broader operator ranges than another stack does", () => {
  for (const [, type, place, value] of mutations) {
    const example = changedExample(goodOne(type), place, value);
    const elsewhere = refusals(example, false);
    const production = refusals(example, true);
    assert.deepEqual(
      elsewhere.filter((id) => !production.includes(id)),
      [],
      `${type} ${place}`,
    );
  }
  const office = changedExample(goodOne("aws:eks/cluster:Cluster"), "vpcConfig.publicAccessCidrs[0]", "198.51.0.0/20");
  assert.deepEqual(refusals(office, false), []);
  assert.deepEqual(refusals(office, true), ["K8S-001"]);
});

test("no finding repeats a value, since the policy SDK unwraps secrets before a rule sees them", () => {
  const marker = "s3same";
  const conceal = (value: unknown): unknown => {
    if (typeof value === "string") return marker;
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, conceal(member)]));
  };
  const concealed = good.flatMap((example) =>
    verdicts({ ...example, properties: conceal(example.properties) as Properties }),
  );
  const broken = mutations.flatMap(([, type, place]) => verdicts(changedExample(goodOne(type), place, marker)));
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
  const folder = join(import.meta.dirname, "../../policies/rules");
  const files = globSync("*/*.ts", { cwd: folder }).filter((file) => !file.endsWith("/index.ts"));
  const all = [...rules, ...stackRules];
  assert.equal(all.length, files.length, "list the new rule in the index.ts of its area");
  assert.equal(areas.length, globSync("*/index.ts", { cwd: folder }).length, "list the new area in rules/index.ts");
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length, "two rules have one id");
  for (const { id, title, why, fix } of all) {
    assert.match(id, /^[A-Z0-9]{3}-\d{3}$/);
    assert.doesNotMatch(title, /\.$/, id);
    assert.match(why, /\.$/, id);
    assert.match(fix, /\.$/, id);
  }
});
