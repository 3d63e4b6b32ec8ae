import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EngineEvent } from "../../ops/eventLog.ts";
import { FORMATS, written } from "../../ops/review/formats.ts";
import { reviewOf } from "../../ops/review/review.ts";
import { reviewSchema } from "../../ops/review/schema.ts";
import { UNKNOWN } from "../../ops/review/steps.ts";
import type { Exemption } from "../../policies/exemptions.ts";
import {
  account,
  ENGINE_SECRET,
  replace,
  resourcesOf,
  reviewed,
  step,
  summary,
  update,
  urnOf,
} from "./engineEvents.ts";

const POOL = "gcp:container/nodePool:NodePool";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TOPIC = "aws:sns/topic:Topic";
const ENGINE_DRIFT = (before: object, after: object | undefined): EngineEvent => {
  const { resourcePreEvent } = step("refresh", TOPIC, "aws-use1-topic", {
    old: { inputs: { ...before } },
    new: after === undefined ? null : { inputs: { ...after } },
  });
  return { resOutputsEvent: resourcePreEvent as NonNullable<typeof resourcePreEvent> };
};

test("a replacement is one change: what forces it, which of both comes first, what is made from it", () => {
  const resources = [
    { urn: urnOf(POOL, "gcp-aso1-pool"), type: POOL, custom: true },
    { urn: urnOf(TOPIC, "gcp-aso1-a"), type: TOPIC, custom: true, dependencies: [urnOf(POOL, "gcp-aso1-pool")] },
    {
      urn: urnOf(TOPIC, "gcp-aso1-b"),
      type: TOPIC,
      custom: true,
      propertyDependencies: { x: [urnOf(TOPIC, "gcp-aso1-a")] },
    },
    { urn: urnOf(TOPIC, "gcp-aso1-c"), type: TOPIC, custom: true },
  ];
  const events = replace(
    POOL,
    "gcp-aso1-pool",
    { machineType: "n2-standard-4", labels: { a: "1" } },
    { machineType: "n2-standard-8", labels: { a: "2" } },
    ["machineType"],
  );
  const review = reviewed(events, resources);
  assert.deepEqual(resourcesOf(review), [
    {
      urn: urnOf(POOL, "gcp-aso1-pool"),
      type: POOL,
      name: "gcp-aso1-pool",
      action: "replace",
      marks: ["nodes"],
      properties: [
        { path: "machineType", change: "changed", from: "n2-standard-4", to: "n2-standard-8", forces: true },
        { path: "labels.a", change: "changed", from: "1", to: "2" },
      ],
      replacement: { forcedBy: ["machineType"], order: "new one first" },
      dependents: { count: 2, names: ["Topic gcp-aso1-a", "Topic gcp-aso1-b"] },
    },
  ]);
  assert.equal(review.sentence, "gcp-aso1: 1 replacement of a node pool; no data-bearing resource touched");
  const first = reviewed(events.toReversed().map((event) => event));
  assert.equal(resourcesOf(first)[0]?.replacement?.order, "old one first");
});

test("an alias makes a rename of what would be a deletion and a creation", () => {
  const old = { urn: urnOf(TOPIC, "aws-use1-old"), custom: true, inputs: { a: 1 } };
  const review = reviewed([step("same", TOPIC, "aws-use1-new", { old, new: { inputs: { a: 1 } } })]);
  const [change] = resourcesOf(review);
  assert.equal(change?.action, "rename");
  assert.equal(change?.renamedFrom, "aws-use1-old");
  assert.deepEqual(review.dangers, []);
  assert.equal(review.sentence, "aws-use1: 1 rename; no data-bearing resource touched");
  const without = reviewed([
    step("delete", LOG_GROUP, "aws-use1-old", { old }),
    step("create", LOG_GROUP, "aws-use1-new", { new: { inputs: {} } }),
  ]);
  assert.deepEqual(
    without.dangers.map((danger) => danger.class),
    ["delete-data"],
  );
});

test("a resource that stays in the cloud is forgotten, not deleted, and no danger", () => {
  const review = reviewed([step("delete", LOG_GROUP, "aws-use1-logs", { old: { inputs: {}, retainOnDelete: true } })]);
  assert.equal(resourcesOf(review)[0]?.action, "forget");
  assert.deepEqual(review.dangers, []);
});

test("a protection that the engine calls no change at all is shown, and lowering it is a danger", () => {
  const protection = (before: boolean, after: boolean) =>
    reviewed([
      step("same", TOPIC, "aws-use1-a", { old: { inputs: {}, protect: before }, new: { inputs: {}, protect: after } }),
    ]);
  assert.deepEqual(
    protection(true, false).dangers.map((danger) => danger.class),
    ["lower-protection"],
  );
  assert.deepEqual(resourcesOf(protection(true, false))[0]?.properties, [
    { path: "(protect)", change: "changed", from: "true", to: "false" },
  ]);
  assert.deepEqual(protection(false, true).dangers, []);
  assert.equal(protection(true, true).counts.unchanged, 1);
});

test("what an output of another resource makes unknown is said to be so", () => {
  const [change] = resourcesOf(reviewed([update(TOPIC, "aws-use1-a", { id: "vpc-1" }, { id: UNKNOWN })]));
  assert.deepEqual(change?.properties, [{ path: "id", change: "changed", from: "vpc-1", unknown: true }]);
});

test("drift is apart from what is intended, and a change that only takes it back says so", () => {
  const review = reviewed([
    ENGINE_DRIFT({ owner: "team" }, { owner: "else" }),
    update(TOPIC, "aws-use1-topic", { owner: "else" }, { owner: "team" }),
  ]);
  assert.deepEqual(review.drift, [
    {
      urn: urnOf(TOPIC, "aws-use1-topic"),
      type: TOPIC,
      name: "aws-use1-topic",
      region: "aws-use1",
      deleted: false,
      properties: [{ path: "owner", change: "changed", from: "team", to: "else" }],
      repaired: true,
    },
  ]);
  assert.equal(resourcesOf(review)[0]?.repairsDrift, true);
  // Secrets are alike on both sides: that a new one looks like the old one is no sign that anything was changed outside.
  const rotated = [ENGINE_DRIFT({ key: ENGINE_SECRET }, { key: ENGINE_SECRET })];
  rotated.push(update(TOPIC, "aws-use1-topic", { key: ENGINE_SECRET }, { key: ENGINE_SECRET }));
  assert.equal(resourcesOf(reviewed(rotated))[0]?.repairsDrift, undefined);
  const ignored = reviewed([ENGINE_DRIFT({ owner: "team" }, undefined)]);
  assert.deepEqual([ignored.drift[0]?.deleted, ignored.drift[0]?.repaired], [true, false]);
  assert.equal(ignored.sentence, "nothing changes, 0 resources stay as they are; 1 resource changed outside");
});

test("what the policies say: the packs, refusals, and the checks that wait for `up`", () => {
  const policy = (message: string, enforcementLevel = "advisory"): EngineEvent => ({
    policyEvent: { policyName: "NET-001", resourceUrn: urnOf(TOPIC, "aws-use1-a"), enforcementLevel, message },
  });
  const { policies, sentence } = reviewed([
    update(TOPIC, "aws-use1-a", { a: 1 }, { a: 2 }),
    policy("<{%fg 1%}>open to all<{%reset%}>", "mandatory"),
    account({ deferred: [{ rule: "NET-001", checks: 2 }], deferredResources: 1 }),
  ]);
  assert.deepEqual(policies, {
    packs: { novacron: "1.0.0" },
    violations: [{ rule: "NET-001", level: "mandatory", urn: urnOf(TOPIC, "aws-use1-a"), message: "open to all" }],
    deferred: { checks: 2, resources: 1, rules: [{ rule: "NET-001", checks: 2 }] },
    exemptions: [],
  });
  assert.match(sentence, /1 policy violation; 2 checks deferred to `up`$/);
});

test("exemptions are shown where the pack has let a resource of theirs off, with their last day", () => {
  const exemption = (rule: string, resource = "aws:sns/topic:Topic::aws-*"): Exemption => ({
    rule,
    resource,
    reason: "topics of this kind cannot do it",
    owner: "platform-team",
    expiry: "2027-06-30",
  });
  const review = reviewOf({
    stack: "staging",
    events: [
      step("same", TOPIC, "aws-use1-topic", { old: { inputs: {} }, new: { inputs: {} } }),
      step("delete", TOPIC, "gcp-aso1-topic", { old: { inputs: {} } }),
      account({ exempted: [{ rule: "NET-001", resources: 1 }] }),
      summary(),
    ],
    resources: [],
    exemptions: [
      exemption("NET-001"),
      exemption("ENC-001"),
      exemption("NET-001", "aws:sns/topic:Topic::azr-*"),
      exemption("NET-001", "aws:sns/topic:Topic::gcp-*"),
      exemption("NET-001", "aws:sqs/queue:Queue::aws-*"),
    ],
  });
  assert.deepEqual(
    review.policies.exemptions.map(({ rule, resource, expires }) => [rule, resource, expires]),
    [["NET-001", "aws:sns/topic:Topic::aws-*", "2027-06-30"]],
  );
  assert.match(written(review, "terminal"), /exempted NET-001 .*until 2027-06-30/);
});

test("a preview without a policy pack says that nothing was judged", () => {
  const events = [update(TOPIC, "aws-use1-a", { a: 1 }, { a: 2 })];
  assert.match(reviewed(events, [], {}).sentence, /; no policy pack ran$/);
  assert.match(written(reviewed(events, [], {}), "terminal"), /no policy pack ran: nothing was judged/);
  assert.doesNotMatch(reviewed(events).sentence, /no policy pack/);
});

const events = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^(aws-use1|azr-weu|gcp-aso1|entry)-[a-z]{1,6}$/),
      type: fc.constantFrom(POOL, LOG_GROUP, TOPIC, "kubernetes:core/v1:ConfigMap", "aws:ec2/subnet:Subnet"),
      op: fc.constantFrom("create", "update", "delete", "same"),
      before: fc.dictionary(fc.string(), fc.jsonValue()),
      after: fc.dictionary(fc.string(), fc.jsonValue()),
    }),
    { selector: ({ name, type }) => `${type} ${name}`, maxLength: 12 },
  )
  .map((made) =>
    made.map(({ op, type, name, before, after }) =>
      step(op, type, name, {
        old: op === "create" ? null : { inputs: before as Record<string, unknown> },
        new: op === "delete" ? null : { inputs: after as Record<string, unknown> },
      }),
    ),
  );

test("the same preview gives the same bytes in every format, whatever order its events came in", () => {
  fc.assert(
    fc.property(
      events.chain((made) => fc.tuple(fc.constant(made), fc.shuffledSubarray(made, { minLength: made.length }))),
      ([made, shuffled]) => {
        for (const format of FORMATS)
          assert.equal(written(reviewed(shuffled), format), written(reviewed(made), format));
      },
    ),
    { numRuns: 40 },
  );
});

test("every review keeps the published schema", () => {
  fc.assert(
    fc.property(events, (made) => {
      const review = reviewed(made);
      assert.deepEqual(reviewSchema.parse(JSON.parse(written(review, "json"))), review);
    }),
    { numRuns: 60 },
  );
});
