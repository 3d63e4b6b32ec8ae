import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import type { Rollout, TraefikService } from "../../ops/delivery/objects.ts";
import { untilObserved } from "../../ops/delivery/observed.ts";
import { readDenied } from "../../ops/delivery/record.ts";
import { readRegion } from "../../ops/delivery/region.ts";
import { rollBack } from "../../ops/delivery/rollback.ts";
import type { RollbackOptions } from "../../ops/delivery/rollbackOptions.ts";
import { serviceNamed } from "../../ops/delivery/services.ts";
import { Standby } from "../../ops/delivery/standby.ts";
import { setDigest } from "../../ops/delivery/switchTraffic.ts";
import { waitUntil } from "../../ops/delivery/waiting.ts";
import type { ApiServer } from "../apiServer.ts";
import { startApiServer, startArgo, startPods } from "./argo.ts";
import { applyService, digest, PATHS, REPOSITORY } from "./service.ts";

const [good, bad, worse] = [digest("a"), digest("b"), digest("c")];
// No gateway runs here: what is not verified is not looked at.
const { probe: _, ...service } = serviceNamed("dwcp-v3");
let server: ApiServer;
let client: ClusterClient;
let argo: ReturnType<ApiServer["start"]>;

const killArgo = async (): Promise<void> => {
  const ended = new Promise((resolve) => argo.once("exit", resolve));
  argo.kill("SIGKILL");
  await ended;
};

let pods: { stop: () => Promise<void> };

before(async () => {
  server = await startApiServer();
  client = server.connect();
  server.startControllers();
  argo = startArgo(server);
  await applyService(client, `${REPOSITORY}@${good}`, { gates: false });
  pods = await startPods(client);
  await until("the first version runs", async () => (await state()).phase === "stable");
});
after(async () => {
  await pods.stop();
  await server.stop();
});

const state = () => readRegion(client, service);

const until = (what: string, holds: () => Promise<boolean>, seconds = 60): Promise<number> =>
  waitUntil(what, () => holds().catch(() => false), {
    seconds,
    every: 50,
    state: async () => {
      const { conditions: _c, ...status } = (await state()).rollout.status as Record<string, unknown>;
      return `the Rollout says ${JSON.stringify(status)}`;
    },
  });

const weightsNow = async (of = PATHS.weights): Promise<Record<string, number>> => {
  const { spec } = await client.get<TraefikService>(of);
  return Object.fromEntries(spec.weighted.services.map(({ name, weight = 0 }) => [name, weight]));
};

const selected = async (suffix: string): Promise<string | undefined> =>
  (await client.get<{ spec: { selector: Record<string, string> } }>(PATHS.service(suffix))).spec.selector[
    "rollouts-pod-template-hash"
  ];

/** Lets Argo go over a pause, which these tests use in place of gates, and waits until it has. */
async function goOnFrom(step: number): Promise<void> {
  await client.merge(`${PATHS.rollout}/status`, { status: { pauseConditions: null } });
  for (let waited = 0; waited < 1500; waited += 100) {
    await sleep(100);
    if ((await state()).rollout.status?.currentStepIndex !== step) return;
  }
  // Argo may have overlooked the change (ops/delivery/observed.ts).
  await client.merge(PATHS.rollout, { metadata: { annotations: { "test/reminder": new Date().toISOString() } } });
}

/** To the given stage, or all the way. */
async function releaseUpTo(image: string, stage: "10" | "50" | "100" | "done"): Promise<void> {
  await setDigest(client, service, image);
  assert.ok(await untilObserved(client, service));
  await until(`${image} is taken up`, async () => (await state()).phase === "canary");
  await until(`${image} at ${stage}`, async () => {
    const now = await state();
    if (now.stage === stage || (stage === "done" && now.phase === "stable" && now.digest === image)) return true;
    const step = now.rollout.status?.currentStepIndex ?? 0;
    if (now.phase === "canary" && step % 2 === 0) await goOnFrom(step);
    return false;
  });
}

function rollBackNow(options: Partial<RollbackOptions> = {}) {
  const decided = performance.now();
  return rollBack([{ region: "aws-use1", name: "test", client }], {
    service,
    decided,
    who: "tester@here",
    reason: "test",
    whole: true,
    ...options,
  });
}

test("status tells the stage and the weight that the gateway has", async () => {
  await releaseUpTo(bad, "10");
  await until("weight 10", async () => (await weightsNow())["dwcp-v3-canary"] === 10);
  const now = await state();
  assert.deepEqual([now.phase, now.stage, now.weight, now.digest, now.stable], ["canary", "10", 10, bad, good]);
});

test("a rollback at 10 %: weights to stable at once, the digest latched, and the Rollout whole again on the good one", async () => {
  const [outcome] = await rollBackNow();
  assert.equal(outcome?.error, undefined);
  const { done, bad: gone, good: serves, notes } = outcome?.value ?? {};
  assert.deepEqual([done, gone, serves, notes], ["aborted", bad, good, []]);
  // The promise; how much faster it is belongs to the bench.
  assert.ok((outcome?.value?.switchedAfter ?? 9999) < 5000, String(outcome?.value?.switchedAfter));
  assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
  assert.deepEqual(Object.keys(await readDenied(client, service)), [bad]);
  await until("Argo to follow", async () => (await state()).phase === "stable");
  const now = await state();
  assert.deepEqual([now.digest, now.stable], [good, good]);
});

test("a second rollback by a colleague does not go back one version too far", async () => {
  const before = await client.get<Rollout>(PATHS.rollout);
  const [outcome] = await rollBackNow();
  assert.match(outcome?.error?.message ?? outcome?.value?.notes.join() ?? "", /nothing to go back to|is back at/);
  assert.equal((await client.get<Rollout>(PATHS.rollout)).metadata.generation, before.metadata.generation);
});

test("a rollback of other settings under the same image stops them, and does not deny what serves", async () => {
  const denied = await readDenied(client, service);
  await client.merge(PATHS.rollout, { spec: { template: { metadata: { annotations: { "test/setting": "other" } } } } });
  assert.ok(await untilObserved(client, service));
  await until("the settings are taken up", async () => (await state()).phase === "canary");
  const [outcome] = await rollBackNow();
  const { done, good: serves, bad: gone, notes = [] } = outcome?.value ?? {};
  assert.deepEqual([done, serves, gone], ["aborted", good, undefined]);
  assert.match(notes.join(), /nothing is denied/);
  assert.deepEqual(await readDenied(client, service), denied);
  const now = await state();
  assert.deepEqual([now.phase, now.weight, now.stable], ["aborted", 0, good]);
  await client.merge(PATHS.rollout, { spec: { template: { metadata: { annotations: { "test/setting": null } } } } });
  assert.ok(await untilObserved(client, service));
  await until("the settings are taken back", async () => (await state()).phase === "stable");
});

test("a rollback with Argo's controller dead: the weights alone do it, and Argo follows when it is back", async () => {
  await releaseUpTo(worse, "50");
  await until("weight 50", async () => (await weightsNow())["dwcp-v3-canary"] === 50);
  await killArgo();
  const [outcome] = await rollBackNow();
  assert.equal(outcome?.value?.done, "aborted");
  assert.match(outcome?.value?.notes.join() ?? "", /controller has not taken the change up/);
  assert.ok((await state()).rollout.metadata.annotations?.["novacron.io/reminded-at"] !== undefined);
  assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
  argo = startArgo(server);
  await until("Argo follows", async () => (await state()).phase === "stable");
  assert.equal((await state()).stable, good);
  assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
});

test("a rollback after full promotion: the version before takes over within a second, without a step in between", async () => {
  const full = digest("d");
  await releaseUpTo(full, "done");
  await until(
    "services select the new version",
    async () => (await selected("-stable")) === (await selected("-canary")),
  );
  const [outcome] = await rollBackNow();
  assert.deepEqual(
    [outcome?.value?.done, outcome?.value?.bad, outcome?.value?.good, outcome?.value?.notes],
    ["returned", full, good, []],
  );
  const now = await state();
  assert.deepEqual([now.phase, now.digest, now.stable], ["stable", good, good]);
});

test("a rollback after full promotion with Argo dead: the Services and weights alone serve the version before; again does no harm", async () => {
  const full = digest("e");
  await releaseUpTo(full, "done");
  const { replicaSets } = await state();
  await killArgo();
  const [outcome] = await rollBackNow();
  assert.equal(outcome?.value?.done, "returned");
  const previous = replicaSets.find(({ spec }) => spec.template.spec.containers[0]?.image.endsWith(good));
  const serves = async () => {
    assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
    assert.equal(await selected("-stable"), previous?.metadata.labels?.["rollouts-pod-template-hash"]);
  };
  await serves();
  const [again] = await rollBackNow();
  assert.equal(again?.value?.done, "unchanged");
  await serves();
  argo = startArgo(server);
  await until("Argo follows", async () => {
    const now = await state();
    return now.phase === "stable" && now.stable === good && (await weightsNow())["dwcp-v3-stable"] === 100;
  });
  // Argo must never have given the bad version anything again, nor want a release of the good one.
  await serves();
  assert.equal((await state()).rollout.status?.currentStepIndex, 7);
});

/** What is stable stands by, as `novactl release` has it before it changes the image. */
async function standBy(): Promise<Standby> {
  const hash = (await state()).rollout.status?.stableRS ?? "";
  await (await Standby.read(client, service))?.standFor(hash);
  let standby: Standby | undefined;
  await until("the version before to stand by", async () => {
    standby = await Standby.read(client, service);
    return standby?.isReady(hash) === true;
  });
  assert.ok(standby !== undefined);
  return standby;
}

const ROUTED = { "dwcp-v3": 100, "dwcp-v1": 0, "dwcp-v3-previous": 0 };
const PAST = { "dwcp-v3": 0, "dwcp-v1": 0, "dwcp-v3-previous": 100 };

for (const [stage, letter, done] of [
  ["50", "f", "aborted"],
  ["done", "1", "returned"],
] as const) {
  test(`where the version before stands by, a rollback at ${stage} sends requests past Argo at once, and back when Argo has settled`, async () => {
    await standBy();
    const image = digest(letter);
    await releaseUpTo(image, stage);
    let atSwitch: Promise<unknown[]> | undefined;
    const [outcome] = await rollBackNow({
      tell: (_, news) => {
        if (news.startsWith("switched"))
          atSwitch ??= Promise.all([weightsNow(PATHS.route), state().then(({ digest: runs }) => runs)]);
      },
    });
    assert.deepEqual([outcome?.value?.done, outcome?.value?.good, outcome?.value?.notes], [done, good, []]);
    assert.deepEqual(await atSwitch, [PAST, image], "nothing else has changed yet");
    assert.deepEqual(await weightsNow(PATHS.route), ROUTED);
    assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
    const now = await state();
    assert.deepEqual([now.phase, now.digest, now.stable], ["stable", good, good]);
    assert.equal(await selected("-stable"), await selected("-previous"));
  });
}

test("with Argo's controller dead the requests come back to the same pods, by Services and weights that hold without it", async () => {
  await standBy();
  await releaseUpTo(digest("2"), "done");
  await killArgo();
  const [outcome] = await rollBackNow();
  assert.match(outcome?.value?.notes.join() ?? "", /^Argo's controller has not taken the change up/);
  assert.deepEqual(await weightsNow(PATHS.route), ROUTED);
  assert.equal(await selected("-stable"), await selected("-previous"));
  argo = startArgo(server);
  await until("Argo follows", async () => (await state()).phase === "stable" && (await state()).stable === good);
});

test("a rollback that was killed once requests went past Argo: another one ends it", async () => {
  const standby = await standBy();
  await releaseUpTo(digest("3"), "50");
  assert.ok(await standby.takeOver());
  assert.deepEqual(await weightsNow(PATHS.route), PAST);
  const [outcome] = await rollBackNow();
  assert.deepEqual([outcome?.value?.done, outcome?.value?.notes], ["aborted", []]);
  assert.deepEqual(await weightsNow(PATHS.route), ROUTED);
  // Killed before its record, too: it must not go back one version more.
  const before = await client.get<Rollout>(PATHS.rollout);
  const [again] = await rollBackNow();
  assert.match(again?.error?.message ?? again?.value?.notes.join() ?? "", /nothing to go back to|is back at/);
  assert.equal((await client.get<Rollout>(PATHS.rollout)).metadata.generation, before.metadata.generation);
});

test("the kill switch stands: a rollback of v3 leaves the requests with v1", async () => {
  await standBy();
  await releaseUpTo(digest("4"), "50");
  const { spec } = await client.get<TraefikService>(PATHS.route);
  const toV1 = spec.weighted.services.map((each) => ({ ...each, weight: each.name === "dwcp-v1" ? 100 : 0 }));
  await client.merge(PATHS.route, { spec: { weighted: { services: toV1 } } });
  const [outcome] = await rollBackNow();
  assert.equal(outcome?.value?.done, "aborted");
  assert.deepEqual(await weightsNow(PATHS.route), { "dwcp-v3": 0, "dwcp-v1": 100, "dwcp-v3-previous": 0 });
});
