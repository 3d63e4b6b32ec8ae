import assert from "node:assert/strict";
import { test } from "node:test";
import { driftOf, valueAt } from "../../ops/drift.ts";
import type { Step } from "../../ops/eventLog.ts";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
const urn = "urn:pulumi:staging::novacron::novacron:aws:Network$aws:ec2/vpc:Vpc::aws-use1-network-vpc";

const step = (fields: Partial<Step>) => ({
  resOutputsEvent: { metadata: { op: "update", urn, type: "aws:ec2/vpc:Vpc", ...fields } },
});

test("drift names region, resource, property and both values", () => {
  const event = step({
    old: { inputs: { tags: { owner: "team" }, rules: [{ port: 22 }] }, outputs: { arn: "a" } },
    new: { inputs: { tags: { owner: "else" }, rules: [{ port: 22 }, { port: 23 }] }, outputs: { arn: "b" } },
    detailedDiff: {
      "tags.owner": { diffKind: "update", inputDiff: true },
      "rules[1]": { diffKind: "add", inputDiff: true },
      arn: { diffKind: "update", inputDiff: false },
    },
  });
  assert.deepEqual(driftOf([event]), [
    {
      region: "aws-use1",
      type: "aws:ec2/vpc:Vpc",
      name: "aws-use1-network-vpc",
      urn,
      deleted: false,
      properties: [
        { path: "tags.owner", from: "team", to: "else" },
        { path: "rules[1]", to: { port: 23 } },
        { path: "arn", from: "a", to: "b" },
      ],
    },
  ]);
});

test("a resource that is gone is reported as deleted", () => {
  const [drift] = driftOf([step({ op: "delete", old: { inputs: { a: 1 } }, new: null, detailedDiff: null })]);
  assert.equal(drift?.deleted, true);
  assert.deepEqual(drift?.properties, []);
});

test("what a refresh finds unchanged is no drift", () => {
  assert.deepEqual(driftOf([step({ op: "same" }), step({ op: "refresh" }), {}]), []);
});

test("a provider that says no more than `it differs` still shows what differs", () => {
  const [drift] = driftOf([
    step({ old: { outputs: { a: 1, b: 2 } }, new: { outputs: { a: 1, c: 3 } }, detailedDiff: null }),
  ]);
  assert.deepEqual(drift?.properties, [
    { path: "b", from: 2 },
    { path: "c", to: 3 },
  ]);
});

test("secrets are never shown, whichever side and depth they stand at", () => {
  const shown = (before: unknown, after: unknown, path: string) =>
    driftOf([
      step({
        old: { inputs: { key: before } },
        new: { inputs: { key: after } },
        detailedDiff: { [path]: { diffKind: "update", inputDiff: true } },
      }),
    ])[0]?.properties[0];
  assert.deepEqual(shown(SECRET, "plain", "key"), { path: "key", from: "[secret]", to: "[secret]" });
  assert.deepEqual(shown("plain", SECRET, "key"), { path: "key", from: "[secret]", to: "[secret]" });
  assert.deepEqual(shown({ a: "x" }, SECRET, "key.a"), { path: "key.a", from: "[secret]", to: "[secret]" });
  assert.deepEqual(shown([{ a: SECRET }], [{ a: 1 }], "key"), {
    path: "key",
    from: [{ a: "[secret]" }],
    to: [{ a: 1 }],
  });
});

test("paths with quoted keys and indices are followed", () => {
  const value = { tags: { "a.b": { c: [10, 20] } } };
  assert.equal(valueAt(value, 'tags["a.b"].c[1]'), 20);
  assert.equal(valueAt(value, "tags.absent.deeper"), undefined);
});
