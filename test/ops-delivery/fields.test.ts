import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import { applyCeiling } from "../../ops/delivery/carryOut.ts";
import { applyAsOwner } from "../../ops/delivery/edit.ts";
import { serviceNamed } from "../../ops/delivery/services.ts";
import { setDigest } from "../../ops/delivery/switchTraffic.ts";
import type { ApiServer } from "../apiServer.ts";
import { startApiServer } from "./argo.ts";
import { applyService, ceiling, digest, PATHS, PULUMI, REPOSITORY, rollout } from "./service.ts";

const [good, next] = [digest("a"), digest("b")];
const service = serviceNamed("dwcp-v3");
let server: ApiServer;
let client: ClusterClient;

before(async () => {
  server = await startApiServer();
  client = server.connect();
  await applyService(client, `${REPOSITORY}@${good}`);
});
after(() => server.stop());

/** Managers of everything but the status, with how they came to it. */
const managers = ({ metadata }: KubernetesObject): string[] =>
  (metadata.managedFields ?? [])
    .filter(({ subresource }) => (subresource ?? "") === "")
    .map(({ manager, operation }) => `${manager} ${operation}`)
    .toSorted();

/** What an `up` with this wish would do: nothing, if the object is the same before and after. */
async function upChangesNothing(path: string, wanted: KubernetesObject): Promise<void> {
  const live = await client.get<KubernetesObject>(path);
  const upped = await client.apply<KubernetesObject>(path, wanted, { fieldManager: PULUMI });
  assert.equal(upped.metadata.resourceVersion, live.metadata.resourceVersion);
}

test("a promotion leaves the ceiling Pulumi's alone, so that the next up neither conflicts nor finds anything to do", async () => {
  await applyCeiling(client, service, { digest: next, stage: "50", denied: [good] });
  const live = await client.get<KubernetesObject & { data: object }>(PATHS.release);
  assert.deepEqual(live.data, { digest: next, stage: "50", denied: good });
  assert.deepEqual(managers(live), [`${PULUMI} Apply`]);
  await upChangesNothing(PATHS.release, ceiling(next, "50", good));
});

test("a release changes image, environment and annotations of the Rollout and nothing else, as Pulumi would", async () => {
  await setDigest(client, service, next);
  const live = await client.get<KubernetesObject>(PATHS.rollout);
  assert.deepEqual(managers(live), [`${PULUMI} Apply`]);
  assert.equal(JSON.stringify(live).includes(good), false);
  await upChangesNothing(PATHS.rollout, rollout(`${REPOSITORY}@${next}`));
});

test("what the autoscaler and Argo own of a Rollout is not claimed for Pulumi by a release", async () => {
  await client.merge(PATHS.rollout, { spec: { replicas: 7 } }, { fieldManager: "autoscaler" });
  await client.merge(
    PATHS.rollout,
    { metadata: { annotations: { "rollout.argoproj.io/revision": "3" } } },
    { fieldManager: "rollouts-controller" },
  );
  await setDigest(client, service, good);
  const live = await client.get<KubernetesObject & { spec: { replicas: number } }>(PATHS.rollout);
  assert.equal(live.spec.replicas, 7);
  assert.equal(live.metadata.annotations?.["rollout.argoproj.io/revision"], "3");
  const own = live.metadata.managedFields?.find(({ manager }) => manager === PULUMI);
  assert.equal(JSON.stringify(own?.fieldsV1).includes("f:replicas"), false);
  assert.equal(JSON.stringify(own?.fieldsV1).includes("argoproj.io/revision"), false);
});

test("a value that somebody changed by hand is Pulumi's again after a promotion, instead of a conflict in every later up", async () => {
  await client.merge(PATHS.release, { data: { stage: "100" } }, { fieldManager: "kubectl-edit" });
  await applyCeiling(client, service, { digest: good, stage: "10", denied: [] });
  await upChangesNothing(PATHS.release, ceiling(good, "10"));
});

test("two operators at once: the second looks again and wins, and one who loses each time is told so", async () => {
  let disturbances = 0;
  const disturb = async () => {
    disturbances += 1;
    await client.merge(
      PATHS.release,
      { metadata: { labels: { round: `${disturbances}` } } },
      { fieldManager: "other" },
    );
  };
  const promoteWhile = (times: number, stage: string) => {
    const interfering: ClusterClient = Object.assign(Object.create(client) as ClusterClient, {
      request: async (...args: Parameters<ClusterClient["request"]>) => {
        const answer = await client.request(...args);
        if (args[0] === "GET" && disturbances < times) await disturb();
        return answer;
      },
      apply: client.apply.bind(client),
    });
    return applyAsOwner(interfering, PATHS.release, ["data", "stage"], (applied) => ({
      ...applied,
      data: { stage },
    }));
  };
  await promoteWhile(1, "50");
  await assert.rejects(promoteWhile(Number.POSITIVE_INFINITY, "100"), (error: Error) => {
    assert.equal(error instanceof ApiError, false);
    return /somebody else is changing the same object/.test(error.message);
  });
});
