import assert from "node:assert/strict";
import { test } from "node:test";
import { companionRule } from "../../policies/companion.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { asStackRuleSees, type Declared, UNKNOWN_TEXT, urnOf } from "./fixtures/fixture.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const COMPANION = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const asked = companionRule({
  id: "TST-001",
  title: "Every bucket has its companion",
  severity: "high",
  why: "It is tried.",
  sources: [{ title: "This test", file: "docs/policies.md" }],
  fix: "Add it.",
  accompanied: BUCKET,
  companion: COMPANION,
  through: "bucket",
});

const resource = (type: string, name: string, bucket?: string, comesFrom?: string): Declared => ({
  type,
  name,
  properties: bucket === undefined ? {} : { bucket },
  ...(comesFrom === undefined ? {} : { comesFrom: { bucket: [comesFrom] } }),
});

function lacking(...declared: Declared[]): (string | undefined)[] {
  const verdict = judgeStack(asked, asStackRuleSees(declared), true);
  return verdict.kind === "fail" ? verdict.findings.map(({ urn }) => urn) : [];
}

const one = resource(BUCKET, "one");
const other = resource(BUCKET, "other");

test("what has its companion is let through, already in a preview that does not know the name", () => {
  assert.deepEqual(lacking(one, resource(COMPANION, "c", UNKNOWN_TEXT, "one")), []);
  assert.deepEqual(lacking(one, resource(COMPANION, "c", "made-1", "one")), []);
});

test("what lacks its companion, or whose companion belongs to another, is named", () => {
  assert.deepEqual(lacking(one), [urnOf(one)]);
  assert.deepEqual(lacking(one, other, resource(COMPANION, "c", UNKNOWN_TEXT, "other")), [urnOf(one)]);
  assert.deepEqual(lacking(one, resource(COMPANION, "c", "elsewhere")), [urnOf(one)]);
});

test("a name that the program wrote out on both sides counts", () => {
  assert.deepEqual(lacking(resource(BUCKET, "named", "artefacts"), resource(COMPANION, "c", "artefacts")), []);
});

test("a stack without such resources passes, and the older generation of both types counts", () => {
  assert.deepEqual(lacking(resource("aws:ec2/vpc:Vpc", "v")), []);
  const older = (type: string) => type.replace(/^(.*):(\w+)$/, "$1V2:$2V2");
  const bucket = resource(older(BUCKET), "old");
  assert.deepEqual(lacking(bucket), [urnOf(bucket)]);
  assert.deepEqual(lacking(bucket, resource(older(COMPANION), "c", UNKNOWN_TEXT, "old")), []);
});
