import assert from "node:assert/strict";
import { test } from "node:test";
import { planQuorum } from "../../infra/plan/quorum.ts";
import type { Side } from "../../ops/review/sides.ts";
import { statementsOf } from "../../ops/review/statements.ts";

const OLD = `sha256:${"a".repeat(64)}`;
const NEW = `sha256:${"b".repeat(64)}`;
const WAVES = [["aws-use1"], ["azr-weu", "gcp-aso1"]];

const ceiling = (region: string, before?: Record<string, string>, after?: Record<string, string>): Side => {
  const state = (data: Record<string, string>) => ({
    inputs: { metadata: { name: "dwcp-v3-release", namespace: "dwcp" }, data },
  });
  const type = "kubernetes:core/v1:ConfigMap";
  return {
    urn: `urn:pulumi:staging::novacron::novacron:dwcp:CanaryService$${type}::${region}-dwcp-v3-release`,
    type,
    ...(before === undefined ? {} : { before: state(before) }),
    ...(after === undefined ? {} : { after: state(after) }),
  };
};

const rollout = (service: string, before: object, after: object): Side => {
  const type = "kubernetes:argoproj.io/v1alpha1:Rollout";
  const state = (spec: object) => ({ inputs: { metadata: { name: service }, spec } });
  return {
    urn: `urn:pulumi:staging::novacron::${type}::azr-weu-${service}-rollout`,
    type,
    before: state(before),
    after: state(after),
  };
};

const statements = (sides: Side[], waves: readonly (readonly string[])[] = WAVES) =>
  statementsOf({ sides, outputs: { before: {}, after: {} }, mesh: undefined, waves });

test("a raised ceiling says in which wave and what may happen then", () => {
  const [statement, ...rest] = statements([
    ceiling("aws-use1", { digest: OLD, stage: "10", denied: "" }, { digest: OLD, stage: "50", denied: "" }),
    ceiling("azr-weu", { digest: OLD, stage: "0", denied: "" }, { digest: OLD, stage: "0", denied: "" }),
  ]);
  assert.deepEqual(rest, []);
  assert.equal(statement?.kind, "canary");
  assert.equal(statement?.short, "canary ceiling 10 → 50 in wave 1");
  assert.match(statement?.text ?? "", /once the gates allow it, the canary answers half of the requests/);
});

test("regions that are no whole wave are named", () => {
  const sides = [ceiling("gcp-aso1", { digest: OLD, stage: "0" }, { digest: OLD, stage: "10" })];
  assert.equal(statements(sides)[0]?.short, "canary ceiling 0 → 10 in gcp-aso1");
  assert.equal(statements(sides, [])[0]?.short, "canary ceiling 0 → 10 in gcp-aso1");
});

test("nobody takes a lowered ceiling for a rollback", () => {
  const [statement] = statements([ceiling("aws-use1", { digest: OLD, stage: "50" }, { digest: OLD, stage: "10" })]);
  assert.match(statement?.text ?? "", /takes nothing back that runs already: `novactl rollback` does/);
});

test("a new digest says where it starts, and where it does not yet", () => {
  const [statement] = statements([
    ceiling("aws-use1", { digest: OLD, stage: "10" }, { digest: NEW, stage: "10" }),
    ceiling("azr-weu", { digest: OLD, stage: "0" }, { digest: NEW, stage: "0" }),
  ]);
  assert.equal(statement?.kind, "digest");
  assert.match(
    statement?.text ?? "",
    /digest `aaaaaaaa` → `bbbbbbbb` in aws-use1, azr-weu; it starts as a canary in aws-use1/,
  );
  const [waiting] = statements([ceiling("azr-weu", { digest: OLD, stage: "0" }, { digest: NEW, stage: "0" })]);
  assert.match(waiting?.text ?? "", /it starts nowhere yet/);
});

test("denied digests are said, and so are those that may start again", () => {
  const [denied] = statements([
    ceiling("aws-use1", { digest: OLD, stage: "done" }, { digest: OLD, stage: "done", denied: NEW }),
  ]);
  assert.match(denied?.text ?? "", /digest `bbbbbbbb` denied: it never starts again/);
  const [allowed] = statements([
    ceiling("aws-use1", { digest: OLD, stage: "done", denied: NEW }, { digest: OLD, stage: "done", denied: "" }),
  ]);
  assert.match(allowed?.text ?? "", /may start again/);
});

test("the kill switch says that `up` moves no requests", () => {
  const judged = { strategy: { canary: { analysis: { templates: [] } } } };
  const [statement] = statements([
    rollout("dwcp-v3", judged, { strategy: { canary: {} } }),
    rollout("dwcp-v1", { strategy: { canary: {} } }, judged),
  ]);
  assert.equal(statement?.short, "kill switch v3 → v1");
  assert.match(statement?.text ?? "", /`novactl switch` alone, never by `up`/);
});

test("another model is a canary too", () => {
  const serving = (value: string) => ({
    template: { spec: { containers: [{ name: "pba", env: [{ name: "PBA_MODEL_DIGEST", value }] }] } },
  });
  const [statement] = statements([rollout("pba", serving(OLD), serving(NEW))]);
  assert.equal(statement?.short, "new model of pba");
  assert.match(statement?.text ?? "", /model `aaaaaaaa` → `bbbbbbbb` in azr-weu/);
});

test("what stays and what is altogether new needs no sentence", () => {
  assert.deepEqual(
    statements([
      ceiling("aws-use1", { digest: OLD, stage: "done" }, { digest: OLD, stage: "done" }),
      ceiling("gcp-usc1", undefined, { digest: OLD, stage: "10" }),
      ceiling("azr-weu", { digest: OLD, stage: "done" }),
    ]),
    [],
  );
});

test("a lost guarantee of a quorum comes with its arithmetic", () => {
  const plan = (replicas: Record<string, number>) =>
    planQuorum({
      regions: [
        { name: "aws-use1", cloud: "aws", zones: ["a", "b"] },
        { name: "azr-weu", cloud: "azure", zones: ["1", "2"] },
        { name: "gcp-aso1", cloud: "gcp", zones: ["a", "b"] },
      ],
      roundTrips: [{ between: ["aws-use1", "azr-weu"], milliseconds: 80 }],
      quorum: {
        raft: { replicas, survive: ["region"] },
        pbft: { replicas, survive: [], timeoutMilliseconds: 5000 },
        sync: { intervalMilliseconds: 1000, stalenessTargetMilliseconds: 5000 },
      },
    });
  const change = (before: unknown, after: unknown) =>
    statementsOf({
      sides: [],
      outputs: { before: { quorum: before }, after: { quorum: after } },
      mesh: undefined,
      waves: [],
    });
  const spread = plan({ "aws-use1": 1, "azr-weu": 1, "gcp-aso1": 1 });
  const together = plan({ "aws-use1": 2, "azr-weu": 1 });
  const lost = change(spread, together).find(({ short }) => short === "Raft no longer survives the loss of a region");
  assert.match(lost?.text ?? "", /region aws-use1 lost takes 2 and leaves 1 < 2/);
  assert.ok(change(together, spread).some(({ short }) => short === "Raft now survives the loss of a region"));
  assert.deepEqual(change(spread, spread), []);
  assert.deepEqual(change("04da6b54-80e4-46f7-96ec-b56ff0331ba9", spread), [], "an output that is not known yet");
  assert.deepEqual(change(undefined, spread), [], "a stack that is new");
});
