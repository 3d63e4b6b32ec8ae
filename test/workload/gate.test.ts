import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { readGates } from "../../ops/delivery/gates.ts";
import type { ConfigMap } from "../../ops/delivery/objects.ts";
import { deny } from "../../ops/delivery/record.ts";
import { type RegionState, readRegion } from "../../ops/delivery/region.ts";
import { rollBack } from "../../ops/delivery/rollback.ts";
import { paths, serviceNamed } from "../../ops/delivery/services.ts";
import { setDigest } from "../../ops/delivery/switchTraffic.ts";
import { abortedRelease } from "../../workload/abortedReleases.ts";
import { gate } from "../../workload/gate.ts";
import type { RunningRole } from "../../workload/role.ts";
import type { ApiServer } from "../apiServer.ts";
import { declaredBy } from "../k8s/declared.ts";
import { declareServices } from "../k8s/stagingRegion.ts";
import { startApiServer, startArgo, startPods } from "../ops-delivery/argo.ts";
import { applyService, digest, PULUMI, REPOSITORY, rollout } from "../ops-delivery/service.ts";
import { context } from "./context.ts";

const [good, bad, newer, latest] = [digest("a"), digest("b"), digest("c"), digest("d")];
// No gateway runs here.
const { probe: _, ...service } = serviceNamed("dwcp-v3");
const path = paths(service);
const folder = mkdtempSync(join(tmpdir(), "novacron-gate-"));
let server: ApiServer;
let client: ClusterClient;
let pods: { stop: () => Promise<void> };
let gates: RunningRole[] = [];

before(async () => {
  server = await startApiServer();
  client = server.connect();
  server.startControllers();
  startArgo(server);
  await applyService(client, `${REPOSITORY}@${good}`, { gates: false });
  pods = await startPods(client);
  await declareRights();
  await until("the first version runs", async () => (await state()).phase === "stable");
  gates = await startGates();
});
after(async () => {
  for (const role of gates) role.kill();
  await pods.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const state = () => readRegion(client, service);

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50))
    if (await holds().catch(() => false)) return;
  assert.fail(`not within a minute: ${what}; the Rollout says ${JSON.stringify((await state()).rollout.status)}`);
}

/** What the program declares for the gate and against denied digests; the gate gets a token of its own account. */
async function declareRights(): Promise<void> {
  const { objects } = await declaredBy((options) => declareServices(options));
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/dwcp";
  const admission = "/apis/admissionregistration.k8s.io/v1";
  const declare = async (kind: string, name: string, at: string): Promise<void> => {
    const found = objects.find(
      ({ kind: own, metadata }) =>
        own === kind && metadata.name === name && (metadata.namespace ?? "dwcp") === service.namespace,
    );
    assert.ok(found, `${kind} ${name}`);
    await client.apply(`${at}/${name}`, found, { fieldManager: PULUMI });
  };
  await declare("ServiceAccount", "gate", "/api/v1/namespaces/dwcp/serviceaccounts");
  await declare("Role", "gate", `${rbac}/roles`);
  await declare("RoleBinding", "gate", `${rbac}/rolebindings`);
  await declare("ConfigMap", "dwcp-v3-denied", path.configMaps);
  await declare("ValidatingAdmissionPolicy", "novacron-denied-dwcp-v3", `${admission}/validatingadmissionpolicies`);
  await declare(
    "ValidatingAdmissionPolicyBinding",
    "novacron-denied-dwcp-v3",
    `${admission}/validatingadmissionpolicybindings`,
  );
  const { status } = await client.create<{ status?: { token: string } }>(
    "/api/v1/namespaces/dwcp/serviceaccounts/gate/token",
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} } as object,
  );
  const { clusters } = JSON.parse(server.kubeconfig) as {
    clusters: { cluster: { "certificate-authority-data": string } }[];
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "token"), status?.token ?? "");
  writeFileSync(
    join(folder, "ca.crt"),
    Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64"),
  );
}

/** Both replicas. */
const startGates = (): Promise<RunningRole[]> => {
  const { hostname, port } = new URL(client.server);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, GATE_NAMESPACES: "dwcp" };
  return Promise.all([1, 2].map(() => gate({ ...context(env), file: (name) => join(folder, basename(name)) })));
};

/** Starts a release, and has Argo abort it as a failed analysis does. */
async function releaseAndAbort(image: string): Promise<void> {
  await setDigest(client, service, image);
  await abort(image);
}

async function abort(image: string): Promise<void> {
  await until(`a canary of ${image}`, async () => {
    const { phase, digest: runs, rollout } = await state();
    return (
      phase === "canary" && runs === image && rollout.status?.observedGeneration === `${rollout.metadata.generation}`
    );
  });
  await tellArgo({ abort: true }, ({ rollout: { status } }) => status?.abortedAt !== undefined);
}

/** Changes the Rollout's status until Argo has followed, which may overlook it (ops/delivery/observed.ts). */
const tellArgo = (status: object, followed: (now: RegionState) => boolean): Promise<void> =>
  until(`Argo to follow ${JSON.stringify(status)}`, async () => {
    if (followed(await state())) return true;
    await client.merge(`${path.rollout}/status`, { status });
    await client.merge(path.rollout, { metadata: { annotations: { "test/reminder": new Date().toISOString() } } });
    await sleep(500);
    return followed(await state());
  });

const denials = async (): Promise<Record<string, string>> => (await client.get<ConfigMap>(path.denied)).data ?? {};
const keyOf = (of: string): string => of.replace("sha256:", "");

test("what Argo aborts is denied with Argo's reason, and operators read why", async () => {
  await releaseAndAbort(bad);
  await until("the denial", async () => keyOf(bad) in (await denials()));
  const now = await state();
  const { who, at, reason } = JSON.parse((await denials())[keyOf(bad)] ?? "") as Record<string, string>;
  assert.deepEqual([who, at], ["release gate", now.rollout.status?.abortedAt]);
  assert.match(reason ?? "", /^RolloutAborted: /);
  assert.deepEqual(Object.keys(await denials()), [keyOf(bad)]);
  // One reason, not one for each thing that follows from it.
  assert.deepEqual(await readGates(client, service, now, "10"), [
    { name: "denied", pass: false, reason: `${reason} (release gate, ${at})` },
  ]);
});

test("a rollback after an abort puts the Rollout right, and the first reason stays", async () => {
  const before = await denials();
  const options = { service, decided: performance.now(), who: "tester@here", reason: "to be sure", whole: true };
  const [outcome] = await rollBack([{ region: "aws-use1", name: "test", client }], options);
  assert.deepEqual([outcome?.value?.done, outcome?.value?.bad, outcome?.value?.notes], ["aborted", bad, []]);
  await until("the good version alone", async () => (await state()).phase === "stable");
  assert.equal((await state()).digest, good);
  assert.deepEqual(await denials(), before);
});

test("an `up` from an old checkout does not bring back what aborted, once a newer version is stable", async () => {
  await setDigest(client, service, newer);
  await until("the newer version to be taken up", async () => (await state()).current === newer);
  await tellArgo({ promoteFull: true }, ({ stable }) => stable === newer);
  await assert.rejects(
    client.apply(path.rollout, rollout(`${REPOSITORY}@${bad}`, { gates: false }), { fieldManager: PULUMI }),
    /sha256:b+ is denied and must not run again: .*RolloutAborted/,
  );
  assert.equal((await state()).digest, newer);
});

test("a changed setting that aborts denies no image: stable runs the same one", async () => {
  await client.merge(path.rollout, {
    spec: { template: { metadata: { annotations: { "test/setting": "changed" } } } },
  });
  await abort(newer);
  await sleep(2_500);
  assert.equal(keyOf(newer) in (await denials()), false);
});

test("what aborts while no gate runs is denied when one is back, unless an operator has done it", async () => {
  for (const role of gates) role.kill();
  await releaseAndAbort(latest);
  await deny(client, service, latest, { who: "tester@here", at: "now", reason: "looks wrong" });
  const before = await denials();
  gates = await startGates();
  await sleep(2_500);
  assert.deepEqual(await denials(), before);
  await client.merge(path.denied, { data: { [keyOf(latest)]: null } });
  await until("the gate's denial", async () => keyOf(latest) in (await denials()));
});

test("an image that was not aborted is never taken for one that was", () => {
  const status = {
    abort: true,
    abortedAt: "2026-11-22T10:00:00Z",
    observedGeneration: "3",
    currentPodHash: "new",
    stableRS: "old",
  };
  const rollout = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "pba", namespace: "ml", generation: 3 },
    spec: { template: { spec: { containers: [{ name: "pba", image: `registry/pba@${bad}` }] } } },
    status,
  };
  assert.equal(abortedRelease(rollout)?.digest, bad);
  const others: Record<string, Partial<typeof status>> = {
    "another image was set since": { observedGeneration: "2" },
    "the abort is not Argo's yet": { abortedAt: undefined as never },
    "a release under way": { abort: false },
    "back at stable": { currentPodHash: "old" },
    "the first version of all": { stableRS: "" },
  };
  for (const [what, other] of Object.entries(others))
    assert.equal(abortedRelease({ ...rollout, status: { ...status, ...other } }), undefined, what);
});
