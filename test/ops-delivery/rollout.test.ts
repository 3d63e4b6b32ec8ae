import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, ObjectList, RequestInput } from "../../client/client.ts";
import { drainStreams } from "../../ops/delivery/drainStreams.ts";
import type { PodTemplate, Rollout, TraefikService } from "../../ops/delivery/objects.ts";
import { readDenied } from "../../ops/delivery/record.ts";
import { readRegion } from "../../ops/delivery/region.ts";
import { type RollbackOptions, rollBack } from "../../ops/delivery/rollback.ts";
import { serviceNamed } from "../../ops/delivery/services.ts";
import { setDigest } from "../../ops/delivery/switchTraffic.ts";
import { waitUntil } from "../../ops/delivery/waiting.ts";
import { type ApiServer, startApiServer } from "./apiServer.ts";
import { startArgo, startPods } from "./argo.ts";
import { applyService, digest, PATHS, REPOSITORY } from "./service.ts";

const [good, bad, worse] = [digest("a"), digest("b"), digest("c")];
// No gateway runs here: what is not verified is not looked at, and no streams are drained.
const { probe: _, streams: __, ...service } = serviceNamed("dwcp-v3");
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
  client = server.client;
  server.startControllers();
  argo = startArgo(server);
  await applyService(client, `${REPOSITORY}@${good}`, { gates: false });
  pods = startPods(client);
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

const weightsNow = async (): Promise<Record<string, number>> => {
  const { spec } = await client.get<TraefikService>(PATHS.weights);
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
  // Argo now and then overlooks a change of the status alone.
  await client.merge(PATHS.rollout, { metadata: { annotations: { "test/nudge": new Date().toISOString() } } });
}

/** To the given stage, or all the way. */
async function releaseUpTo(image: string, stage: "10" | "50" | "100" | "done"): Promise<void> {
  await setDigest(client, service, image);
  await until(`${image} is taken up`, async () => (await state()).phase === "canary");
  await until(`${image} at ${stage}`, async () => {
    const now = await state();
    if (now.stage === stage || (stage === "done" && now.phase === "stable" && now.digest === image)) return true;
    const step = now.rollout.status?.currentStepIndex ?? 0;
    if (now.phase === "canary" && step % 2 === 0) await goOnFrom(step);
    return false;
  });
}

/** Pods by uid, with the digest that they run. */
async function podDigests(): Promise<Record<string, string>> {
  const { items } = await client.get<ObjectList<KubernetesObject & { spec: PodTemplate["spec"] }>>(PATHS.pods);
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [metadata.uid ?? "", spec.containers[0]?.image.split("@")[1] ?? ""]),
  );
}

/** What a gateway would answer with, by weights and selectors; the canary's, as long as it may get anything. */
async function served(): Promise<{ digest: string | undefined }> {
  const { replicaSets, weight } = await state();
  const hash = await selected(weight > 0 ? "-canary" : "-stable");
  const set = replicaSets.find(({ metadata }) => metadata.labels?.["rollouts-pod-template-hash"] === hash);
  return { digest: set?.spec.template.spec.containers[0]?.image.split("@")[1] };
}

/** A client behind which a gateway seems to run; notes what was served when the first pod was deleted. */
function behindGateway() {
  const servedAtDeletion: (string | undefined)[] = [];
  // Those who ask at the same time get one answer: a verification asks sixty times, and each costs several requests.
  let answering: ReturnType<typeof served> | undefined;
  const answer = (): ReturnType<typeof served> => {
    answering ??= served().finally(() => {
      answering = undefined;
    });
    return answering;
  };
  const request = async (method: string, path: string, input?: RequestInput): Promise<unknown> => {
    if (path.includes("/proxy/probe/")) return answer();
    if (method === "DELETE") servedAtDeletion.push((await served()).digest);
    return client.request(method, path, input);
  };
  const proxy = new Proxy(client, {
    get: (target, key: keyof ClusterClient) => {
      if (key === "request") return request;
      const value = target[key];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { client: proxy, servedAtDeletion };
}

/** Rolls back with streams; they must leave the bad version after the requests have, and nothing else may end. */
async function rollBackWithStreams(gone: string) {
  const before = await podDigests();
  const gateway = behindGateway();
  const [outcome] = await rollBackNow(serviceNamed("dwcp-v3"), gateway.client);
  const drain = await outcome?.value?.draining;
  assert.equal(drain?.problem, undefined);
  const running = await podDigests();
  const ended = Object.entries(before).filter(([uid]) => !(uid in running));
  const expected = Object.entries(before).filter(([, version]) => version === gone);
  assert.ok(expected.length > 0);
  assert.deepEqual(ended, expected);
  assert.deepEqual([drain?.pods, gateway.servedAtDeletion], [ended.length, ended.map(() => good)]);
  const { verification } = outcome?.value ?? {};
  assert.ok((drain?.after ?? 0) > (verification?.after ?? Number.POSITIVE_INFINITY));
  return outcome;
}

function rollBackNow(of: RollbackOptions["service"] = service, from = client) {
  const decided = performance.now();
  return rollBack([{ region: "aws-use1", name: "test", client: from }], {
    service: of,
    decided,
    who: "tester@here",
    reason: "test",
    whole: true,
  });
}

test("status tells the stage and the weight that the gateway has", async () => {
  await releaseUpTo(bad, "10");
  await until("weight 10", async () => (await weightsNow())["dwcp-v3-canary"] === 10);
  const now = await state();
  assert.deepEqual([now.phase, now.stage, now.weight, now.digest, now.stable], ["canary", "10", 10, bad, good]);
});

test("a rollback at 10 %: weights to stable at once, the digest latched, its streams moved, and the Rollout whole again on the good one", async () => {
  const outcome = await rollBackWithStreams(bad);
  assert.equal(outcome?.error, undefined);
  assert.deepEqual([outcome?.value?.done, outcome?.value?.bad, outcome?.value?.good], ["aborted", bad, good]);
  // The promise; how much faster it is belongs to the bench.
  assert.ok((outcome?.value?.switchedAfter ?? 9999) < 5000, String(outcome?.value?.switchedAfter));
  assert.deepEqual(await weightsNow(), { "dwcp-v3-stable": 100, "dwcp-v3-canary": 0 });
  assert.deepEqual(Object.keys(await readDenied(client, service)), [bad]);
  await until("Argo to follow", async () => (await state()).phase === "stable");
  const now = await state();
  assert.deepEqual([now.digest, now.stable], [good, good]);
});

test("no pod ends that serves, or of which it was not seen that requests have left it, or that cannot be known", async () => {
  const before = await podDigests();
  const clear = { clear: true, answers: 60, lastSeen: undefined, after: 500 };
  const drain = (of: string, verification: { clear: boolean }, from = client) =>
    drainStreams(
      from,
      { service: serviceNamed("dwcp-v3"), bad: of, decided: performance.now(), region: "aws-use1" },
      Promise.resolve({ ...clear, ...verification }),
    );
  const unreachable = new Proxy(client, {
    get: () => () => Promise.reject(new Error("cannot be reached")),
  });
  for (const [result, expected] of [
    [await drain(good, { clear: true }), /requests may still go to it/],
    [await drain(bad, { clear: false }), /not seen that requests have left/],
    [await drain(bad, { clear: true }, unreachable), /cannot be reached/],
  ] as const) {
    assert.deepEqual([result?.pods, result?.after], [0, undefined]);
    assert.match(result?.problem ?? "", expected);
  }
  assert.deepEqual(Object.keys(await podDigests()).toSorted(), Object.keys(before).toSorted());
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
  await until("the settings are taken up", async () => (await state()).phase === "canary");
  const [outcome] = await rollBackNow();
  const { done, good: serves, bad: gone, draining, notes = [] } = outcome?.value ?? {};
  assert.deepEqual([done, serves, gone, draining], ["aborted", good, undefined, undefined]);
  assert.match(notes.join(), /nothing is denied/);
  assert.deepEqual(await readDenied(client, service), denied);
  const now = await state();
  assert.deepEqual([now.phase, now.weight, now.stable], ["aborted", 0, good]);
  await client.merge(PATHS.rollout, { spec: { template: { metadata: { annotations: { "test/setting": null } } } } });
  await until("the settings are taken back", async () => (await state()).phase === "stable");
});

test("a rollback with Argo's controller dead: the weights alone do it, and Argo follows when it is back", async () => {
  await releaseUpTo(worse, "50");
  await until("weight 50", async () => (await weightsNow())["dwcp-v3-canary"] === 50);
  await killArgo();
  const [outcome] = await rollBackNow();
  assert.equal(outcome?.value?.done, "aborted");
  assert.match(outcome?.value?.notes.join() ?? "", /controller has not taken the change up/);
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
  const outcome = await rollBackWithStreams(full);
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
