import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EngineEvent, Step } from "../../ops/eventLog.ts";
import { FORMATS, written } from "../../ops/review/formats.ts";
import { findSecrets, maskSecrets } from "../../ops/review/secretFormats.ts";
import { ENGINE_SECRET, replace, resourcesOf, reviewed, step, update } from "./engineEvents.ts";
import { plantedSecrets, publicValues } from "./plantedSecrets.ts";

const ROLE = "aws:iam/role:Role";

/** A change that has a value in every place where the engine may put one. */
const places: Record<string, (value: string) => EngineEvent[]> = {
  "a new input": (value) => [update(ROLE, "aws-use1-a", { a: "x" }, { a: value })],
  "an old input": (value) => [update(ROLE, "aws-use1-a", { a: value }, { a: "x" })],
  "both, otherwise": (value) => [update(ROLE, "aws-use1-a", { a: value }, { a: `${value} ` })],
  "a list": (value) => [update(ROLE, "aws-use1-a", { a: ["x"] }, { a: ["x", value] })],
  "a map's key": (value) => [update(ROLE, "aws-use1-a", { a: {} }, { a: { [value]: 1 } })],
  "an embedded document": (value) => [
    update(ROLE, "aws-use1-a", { policy: "{}" }, { policy: JSON.stringify({ env: [{ name: "X", value }] }) }),
  ],
  "a whole new map": (value) => [update(ROLE, "aws-use1-a", {}, { env: { deep: { deeper: [{ value }] } } })],
  "an old state's nested output": (value) => [
    step("update", ROLE, "aws-use1-a", {
      old: { inputs: {}, outputs: { status: { connection: { text: value } } } },
      new: { inputs: {} },
      detailedDiff: { "status.connection.text": { diffKind: "update", inputDiff: false } },
    }),
  ],
  "a replacement's cause": (value) => replace(ROLE, "aws-use1-a", { name: value }, { name: "x" }, ["name"]),
  "a key in a path that the provider reports": (value) => [
    step("update", ROLE, "aws-use1-a", {
      old: { inputs: {}, outputs: { status: { [value]: 1 } } },
      new: { inputs: {} },
      detailedDiff: { [`status[${JSON.stringify(value)}]`]: { diffKind: "update", inputDiff: false } },
    }),
  ],
  "a key in the path of a replacement's cause": (value) =>
    replace(ROLE, "aws-use1-a", { tags: {} }, { tags: { [value]: "x" } }, [`tags[${JSON.stringify(value)}]`]),
  "a key in the path of a replacement's cause, as the engine escapes it": (value) =>
    replace(ROLE, "aws-use1-a", {}, {}, [`tags["${value.replaceAll('"', '\\"')}"]`]),
  "what a refresh found": (value) => [
    {
      resOutputsEvent: {
        metadata: {
          ...(step("refresh", ROLE, "aws-use1-a", { old: { inputs: { a: "x" } }, new: { inputs: { a: value } } })
            .resourcePreEvent?.metadata as NonNullable<EngineEvent["resourcePreEvent"]>["metadata"]),
        },
      },
    },
  ],
  "a policy's message": (value) => [
    { policyEvent: { policyName: "SEC-001", enforcementLevel: "mandatory", message: `found ${value} in a` } },
  ],
  "an output of the stack": (value) => [
    {
      resOutputsEvent: {
        metadata: {
          op: "same",
          urn: "urn:pulumi:staging::novacron::pulumi:pulumi:Stack::novacron-staging",
          type: "pulumi:pulumi:Stack",
          old: { outputs: { table: { a: "x" } } },
          new: { outputs: { table: { a: value } } },
        },
      },
    },
  ],
};

for (const [place, events] of Object.entries(places)) {
  test(`no secret of any kind is shown in any format when it stands in ${place}`, () => {
    for (const { kind, value, secret } of plantedSecrets("one")) {
      const review = reviewed(events(value));
      for (const format of FORMATS) {
        const text = written(review, format);
        assert.ok(!text.includes(secret), `${kind} in ${place}, ${format}:\n${text.slice(0, 2000)}`);
        assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), `${kind} in ${place}, ${format}`);
      }
    }
  });
}

test("what is no secret is shown in each of these places: else the tests above would look where nothing ever is", () => {
  for (const [place, events] of Object.entries(places)) {
    for (const format of FORMATS) {
      assert.match(written(reviewed(events("harmless")), format), /harmless/, `${place}, ${format}`);
    }
  }
});

test("whatever the secret's characters are, none of it is shown", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom(...Object.keys(places)), (seed, place) => {
      for (const { kind, value, secret } of plantedSecrets(seed)) {
        const json = written(reviewed(places[place]?.(value) ?? []), "json");
        assert.ok(
          !json.includes(secret) && !json.includes(JSON.stringify(secret).slice(1, -1)),
          `${kind} in ${place}: ${value}\n${json.slice(0, 1500)}`,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test("a secret that changed is shown as changed, whoever says that it is one", () => {
  const changes = (before: unknown, after: unknown, property = "value") =>
    resourcesOf(
      reviewed([
        update(
          ROLE,
          "aws-use1-a",
          { [property]: before },
          { [property]: after },
          {
            detailedDiff: { [property]: { diffKind: "update", inputDiff: true } },
          },
        ),
      ]),
    )[0]?.properties;
  const secret = [{ path: "value", change: "changed", secret: true }];
  assert.deepEqual(changes(ENGINE_SECRET, ENGINE_SECRET), secret);
  assert.deepEqual(changes(ENGINE_SECRET, "plain"), secret);
  assert.deepEqual(changes("plain", ENGINE_SECRET), secret);
  assert.deepEqual(changes("hunter22", "hunter23", "sharedKey"), [
    { path: "sharedKey", change: "changed", secret: true },
  ]);
});

test("a secret that changed is shown as changed where the provider only names the property, and in drift", () => {
  const [before, after] = [
    { key: ENGINE_SECRET, note: "a" },
    { key: ENGINE_SECRET, note: "b" },
  ];
  const shown = [{ path: "key", change: "changed", secret: true }];
  const [change] = resourcesOf(reviewed([update(ROLE, "aws-use1-a", before, after, { diffs: ["key", "note"] })]));
  assert.deepEqual(change?.properties, [...shown, { path: "note", change: "changed", from: "a", to: "b" }]);
  const [other] = resourcesOf(reviewed([update(ROLE, "aws-use1-a", before, after, { diffs: ["note"] })]));
  assert.deepEqual(other?.properties, [{ path: "note", change: "changed", from: "a", to: "b" }]);
  const refreshed = (detailedDiff: Step["detailedDiff"]) => {
    const { resourcePreEvent } = step("refresh", ROLE, "aws-use1-a", {
      old: { inputs: before },
      new: { inputs: before },
      detailedDiff: detailedDiff ?? null,
    });
    return reviewed([{ resOutputsEvent: resourcePreEvent as NonNullable<typeof resourcePreEvent> }]).drift;
  };
  assert.deepEqual(refreshed({ key: { diffKind: "update", inputDiff: true } })[0]?.properties, shown);
  assert.deepEqual(refreshed({ arn: { diffKind: "update", inputDiff: false } }), []);
  assert.deepEqual(refreshed(null), []);
});

test("a secret of the engine's that is plain elsewhere in the same resource is hidden there too", () => {
  const plain = "correct-horse";
  const events = [
    step("update", ROLE, "aws-use1-a", {
      old: { inputs: { psk: ENGINE_SECRET, note: `use ${plain}` }, outputs: { psk: plain } },
      new: { inputs: { psk: ENGINE_SECRET, note: `use ${Buffer.from(plain).toString("base64")}` } },
    }),
    { policyEvent: { policyName: "X-1", enforcementLevel: "advisory", message: `seen: ${plain}` } },
  ];
  const json = written(reviewed(events), "json");
  assert.ok(!json.includes(plain) && !json.includes(Buffer.from(plain).toString("base64").replace(/=+$/, "")), json);
});

test("every value of a Kubernetes Secret is hidden, however harmless it looks", () => {
  const type = "kubernetes:core/v1:Secret";
  const json = written(
    reviewed([update(type, "aws-use1-a", { data: { user: "alice" } }, { data: { user: "robert" } })]),
    "json",
  );
  assert.ok(!json.includes("alice") && !json.includes("robert"), json);
  assert.match(json, /"secret": true/);
});

test("digests, ids, ranges and names stay readable", () => {
  for (const value of publicValues) assert.equal(maskSecrets(value), value);
});

test("what issuers give a form is known by it, however little random it is", () => {
  const formless = /^(?:AWS secret access key|pre-shared key|mesh secret)$|base64/;
  for (const { kind, value, secret } of plantedSecrets("one")) {
    if (formless.test(kind)) continue;
    assert.ok(!maskSecrets(value, { entropy: false }).includes(secret), kind);
  }
});

test("masking twice masks no more than once, and findings do not overlap", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...plantedSecrets("x").map(({ value }) => value)))),
      (parts) => {
        const text = parts.join(" ");
        const masked = maskSecrets(text);
        assert.equal(maskSecrets(masked), masked);
        const found = findSecrets(text);
        for (const [index, { start, end }] of found.entries()) {
          assert.ok(start < end && end <= (found[index + 1]?.start ?? text.length), JSON.stringify(found));
        }
      },
    ),
  );
});
