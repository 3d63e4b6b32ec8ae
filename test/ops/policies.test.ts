import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { explain } from "../../ops/commands/policies.ts";
import type { EngineEvent } from "../../ops/eventLog.ts";
import { conclude } from "../../ops/judgement.ts";
import { judgeOf } from "../../ops/judgementRecord.ts";
import { OperatorError } from "../../ops/operatorError.ts";
import { describeFinding, policyRun } from "../../ops/policyFindings.ts";
import { assertJudged, describePolicies, packIdentity } from "../../ops/policyVerdict.ts";
import { ownEvents } from "../../ops/runReport.ts";
import { sarif } from "../../ops/sarif.ts";
import { accountText } from "../../policies/account.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { checkout, novactl } from "./novactl.ts";

const URN = "urn:pulumi:staging::novacron::novacron:aws:Storage$aws:s3/bucket:Bucket::aws-use1-artifacts";
const FAULT = "no companion names it. Fix: Add one. Why: `novactl policies explain STO-003`";

const said = (policyName: string, message: string, enforcementLevel = "mandatory"): EngineEvent => ({
  policyEvent: {
    resourceUrn: URN,
    policyName,
    enforcementLevel,
    severity: "critical",
    message: `<{%fg 1%}>The title of the rule\n${message}<{%reset%}>\n`,
  },
});
const ended = (isPreview: boolean, packs: Record<string, string>): EngineEvent => ({
  summaryEvent: { isPreview, result: "succeeded", durationSeconds: 1, resourceChanges: {}, PolicyPacks: packs },
});
const accountOf = (rules: number): EngineEvent => {
  const judged = { pack: "novacron", version: "0.1.0", rules, resources: 5 };
  return said("SUMMARY", accountText({ ...judged, exempted: [], deferred: [], deferredResources: 0 }), "advisory");
};
const account = accountOf(10);
const pack = { name: "novacron", version: "0.1.0", rules: 10 };
const packs = { "novacron|local|policies": "0.1.0" };

test("a finding is one line: level, rule, URN, fault and fix", () => {
  const { findings } = policyRun([said("STO-003", FAULT)]);
  assert.deepEqual(findings.map(describeFinding), [`refused STO-003 ${URN} ${FAULT}`]);
});

test("the pack's own account is told last and is no finding", () => {
  const run = policyRun([account, said("TAG-001", "tags lacks owner", "advisory"), ended(true, packs)]);
  assert.deepEqual(
    run.findings.map(({ rule }) => rule),
    ["TAG-001"],
  );
  assert.match(describePolicies(run).at(-1) ?? "", /^policies: novacron 0\.1\.0: 10 rules, 5 resources/);
});

test("of a preview and the up that followed, the findings of the up are told", () => {
  const events = [
    said("ENC-001", "x"),
    account,
    ended(true, packs),
    said("STO-003", "x"),
    account,
    ended(false, packs),
  ];
  assert.deepEqual(
    policyRun(ownEvents(events)).findings.map(({ rule }) => rule),
    ["STO-003"],
  );
});

test("a run that succeeded counts only if this pack, in this version, judged it by all of its rules", () => {
  assertJudged(policyRun([account, ended(true, packs)]), pack);
  const skipped: [events: EngineEvent[], found: RegExp][] = [
    [[ended(true, {})], /no pack ran/],
    [[account, ended(true, { "novacron|local|policies": "0.0.9" })], /what ran: novacron 0\.0\.9/],
    [[account, ended(true, { "other|local|policies": "0.1.0" })], /what ran: other 0\.1\.0/],
    [[accountOf(9), ended(true, packs)], /9 rules/],
    // A pack whose policies were all switched off says nothing.
    [[ended(true, packs)], /novacron 0\.1\.0/],
  ];
  for (const [events, found] of skipped) {
    assert.throws(
      () => assertJudged(policyRun(events), pack),
      (error: unknown) => error instanceof OperatorError && found.test(error.message),
    );
  }
});

test("SARIF names every rule, and each finding's rule, level and resource; the same finding is known again", () => {
  const events = [said("STO-003", FAULT), said("TAG-001", "tags lacks owner", "advisory")];
  const all = [...rules, ...stackRules];
  const of = (stack: string) => sarif(policyRun(events).findings, all, { version: "0.1.0", stack });
  const [run] = of("staging").runs;
  assert.equal(run?.tool.driver.rules.length, all.length);
  assert.deepEqual(
    run?.results.map(({ ruleId, level }) => [ruleId, level]),
    [
      ["STO-003", "error"],
      ["TAG-001", "warning"],
    ],
  );
  const [result] = run?.results ?? [];
  assert.equal(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id, "STO-003");
  assert.equal(result?.locations[0]?.logicalLocations[0]?.fullyQualifiedName, URN);
  assert.equal(result?.message.text, FAULT);
  const described = run?.tool.driver.rules ?? [];
  for (const { id, sources } of all) {
    const told = described.find((each) => each.id === id);
    assert.equal(told?.helpUri, sources.flatMap((source) => ("url" in source ? [source.url] : []))[0], id);
    assert.ok(told?.help.text.includes(sources[0].title), id);
  }
  const again = of("staging").runs[0]?.results[0];
  assert.deepEqual(again?.partialFingerprints, result?.partialFingerprints);
  // GitHub refuses an upload in which two runs have the same, and takes what stands before the last slash as the category.
  const ids = ["staging", "prod"].flatMap((stack) =>
    of(stack).runs.map(({ automationDetails }) => automationDetails.id),
  );
  assert.deepEqual(ids, ["novacron-policies/staging/", "novacron-policies/prod/"]);
});

test("novactl lists every rule, and explains each with its reason, sources and fix", async () => {
  const { code, stdout } = await novactl(["policies", "--json"]).ended;
  assert.equal(code, 0);
  const listed = JSON.parse(stdout) as { rules: { id: string }[] };
  assert.deepEqual(
    listed.rules.map(({ id }) => id).toSorted(),
    [...rules, ...stackRules].map(({ id }) => id).toSorted(),
  );
  const explained = await novactl(["policies", "explain", "sto-003"]).ended;
  assert.match(explained.stdout, /^STO-003 \(critical\): .*\n\nWhy: .*\nFix: .*/);
  assert.match(explained.stdout, /aws:s3\/bucket:Bucket/);
  assert.match(
    explained.stdout,
    /\nSources:\n {2}AWS: .*\n {4}https:\/\/docs\.aws\.amazon\.com\/.*\n {2}CIS AWS Foundations .*\n/,
  );
  assert.match(explained.stdout, /\n\nNothing is exempt\.\n$/);
  const unknown = await novactl(["policies", "explain", "STO-999"]).ended;
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no rule 'STO-999'/);
});

test("novactl tells who is exempt from a rule, until when, by whom and why", async (t) => {
  // Before any of the shipped exemptions ends.
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-11-28") });
  const printed = t.mock.method(console, "log", () => {});
  assert.equal(await explain.start(["TLS-001"]), 0);
  assert.match(
    String(printed.mock.calls[0]?.arguments[0]),
    /\n\nExempt:\n {2}azure-native:\S+::\S+ in staging, prod until 20\d\d-\d\d-\d\d \(platform-team\): \S.+/,
  );
});

test("findings of a run that failed are written for code hosts all the same, as of one that succeeded", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const project = { name: "novacron", folder, home: folder };
  const session = { policyPack: join(checkout, "policies"), project, stack: "staging" };
  const identity = await packIdentity(session.policyPack);
  const judged = { ...identity, pack: identity.name, resources: 5, exempted: [], deferred: [], deferredResources: 0 };
  const told = said("SUMMARY", accountText(judged), "advisory");
  const end = ended(true, { "novacron|local|policies": identity.version });
  for (const [code, events, judge] of [
    [1, [said("STO-003", FAULT)], undefined],
    [0, [said("STO-003", FAULT, "advisory"), told, end], identity],
    // What fails after all has been judged was judged.
    [1, [said("STO-003", FAULT), told, end], identity],
  ] as const) {
    const file = join(folder, "found.sarif");
    assert.deepEqual(await conclude(session, policyRun(events), { code, file }), judge);
    const { runs } = JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof sarif>;
    assert.deepEqual(
      runs[0]?.results.map(({ ruleId }) => ruleId),
      ["STO-003"],
    );
    rmSync(file);
  }
  await assert.rejects(conclude(session, policyRun([said("STO-003", FAULT)]), { code: 0 }), /was not judged/);
});

test("a record of the pack speaks for the `up` that it follows, and for none that began later", () => {
  const judgement = { ...pack, at: "2026-11-28T12:00:30.000Z" };
  assert.deepEqual(judgeOf({ startTime: "2026-11-28T12:00:00.000Z" }, judgement), pack);
  assert.equal(judgeOf({ startTime: "2026-11-28T12:00:31.000Z" }, judgement), undefined);
  assert.equal(judgeOf({ startTime: "2026-11-28T12:00:00.000Z" }, undefined), undefined);
});

test("novactl lets no flag of Pulumi's put another pack or another level in the place of the project's", async () => {
  for (const flag of ["--policy-pack=elsewhere", "--policy-pack-config=loose.json"]) {
    const { code, stderr } = await novactl(["preview", "staging", "--sim", "--", flag]).ended;
    assert.equal(code, 1);
    assert.match(stderr, /always judges by the project's own pack/);
  }
});
