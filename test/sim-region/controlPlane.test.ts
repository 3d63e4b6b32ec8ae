import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import type { Node } from "../../sim/region/node.ts";
import { CONTROL_PLANE, type NodePoolSpec, type RegionSpec } from "../../sim/region/spec.ts";
import { RunningRegion, smallSpec } from "./region.ts";

const DEADLINE_MS = 60_000;

let region: RunningRegion;
let outside: Server;
const folder = mkdtempSync(join(tmpdir(), "outside-"));

/** Questions to which the cloud's answer gets lost. */
let troubles = 0;

before(async () => {
  const socket = join(folder, "outside.sock");
  outside = await listen(socket);
  region = await RunningRegion.start({ outside: socket });
});

after(async () => {
  outside.close();
  rmSync(folder, { recursive: true });
  await region.remove();
});

test("a user has the rights that roles give and no others; who the user is, the cloud says", async () => {
  const stranger = region.clientWith("not-known-to-the-cloud");
  await assert.rejects(stranger.get("/api/v1/namespaces"), refusedWith(401));
  const viewer = region.clientWith("token-of-viewer");
  await assert.rejects(viewer.get("/api/v1/namespaces/default/configmaps"), refusedWith(403));
  await region.client.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "viewers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "Group", name: "viewers", apiGroup: "rbac.authorization.k8s.io" }],
  });
  await eventually(() => viewer.get("/api/v1/namespaces/default/configmaps"));
  await assert.rejects(viewer.get("/api/v1/namespaces/default/secrets"), refusedWith(403));
  stranger.close();
  viewer.close();
});

test("a cloud that cannot be asked for a moment refuses nobody", async () => {
  // API servers keep what they know of a token for ten seconds.
  await sleep(10_500);
  troubles = 2;
  const viewer = region.clientWith("token-of-viewer");
  await viewer.get("/api/v1/namespaces/default/configmaps");
  assert.equal(troubles, 0);
  viewer.close();
});

test("a pod that breaks its namespace's security level is refused", async () => {
  await region.client.create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "guarded", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  const pod = { name: "root", namespace: "guarded" };
  const spec = { containers: [{ name: "main", image: "example.com/any", securityContext: { privileged: true } }] };
  await assert.rejects(
    // Pods are refused for want of their service account first.
    eventually(
      () =>
        region.client.create("/api/v1/namespaces/guarded/pods", { apiVersion: "v1", kind: "Pod", metadata: pod, spec }),
      (error) => !/serviceaccount/.test(String(error)),
    ),
    /violates PodSecurity "restricted/,
  );
});

test("nodes are where the pools want them, and follow when a pool is scaled, relabelled or given other machines", async () => {
  assert.deepEqual(await shapes(), ["system us-east-1a 4", "workload us-east-1a 4", "workload us-east-1b 4"]);
  const kept = (await nodes()).find(({ metadata: { labels = {} } }) => {
    const { "novacron.io/pool": pool, "topology.kubernetes.io/zone": zone } = labels;
    return pool === "workload" && zone === "us-east-1a";
  });
  assert.ok(kept !== undefined);
  const path = `/api/v1/nodes/${kept.metadata.name}`;
  await region.client.merge(path, { metadata: { labels: { "by-an-operator": "yes" } } });

  await setPools((pool) =>
    pool.name === "system"
      ? { ...pool, instanceType: "m7i.2xlarge", cpus: 8 }
      : { ...pool, nodes: { "us-east-1a": 1, "us-east-1c": 2 }, labels: { ...pool.labels, tier: "gold" } },
  );
  await eventuallyReady();
  const wanted = ["system us-east-1a 8", "workload us-east-1a 4", "workload us-east-1c 4", "workload us-east-1c 4"];
  assert.deepEqual(await shapes(), wanted);
  const { metadata } = await region.client.get<Node>(path);
  assert.equal(metadata.uid, kept.metadata.uid, "a node whose pool only got a label was replaced");
  assert.deepEqual([metadata.labels?.tier, metadata.labels?.["by-an-operator"]], ["gold", "yes"]);

  await region.client.remove(path);
  await eventually(async () => assert.deepEqual(await shapes(), wanted));
  await setPools((pool) => pool);
  await eventuallyReady();
});

test("a cluster's ranges cannot change while it lives", async () => {
  const changed: RegionSpec = { ...smallSpec, podRange: "10.99.0.0/16" };
  await assert.rejects(region.ask("PUT", "/spec", changed), /'podRange' of a cluster cannot change/);
});

test("a process that was stopped stays so until it is started", async () => {
  await region.ask("POST", "/processes/kube-scheduler/stop");
  await sleep(500);
  const { ready, waitingFor } = await region.status();
  assert.deepEqual({ ready, waitingFor }, { ready: false, waitingFor: ["kube-scheduler"] });
  await region.ask("POST", "/processes/kube-scheduler/start");
  await eventuallyReady();
  await assert.rejects(region.ask("POST", "/processes/kubelet/stop"), /there are etcd, kube-apiserver/);
});

test("whichever process is killed comes back, and nothing that was stored is lost", async () => {
  for (const name of CONTROL_PLANE) {
    await record(name);
    const pid = await region.pid(name);
    process.kill(pid, "SIGKILL");
    await eventually(async () => assert.notEqual(await region.pid(name), pid));
    await eventuallyReady();
    assert.equal((await region.client.get<Recorded>(recordPath(name))).data.before, name);
  }
});

test("a stopped region leaves no process, and a killed one neither; both come back with their data", async () => {
  await record("stopped");
  for (const end of ["stop", "kill"] as const) {
    const pids = (await region.status()).processes.flatMap(({ pid }) => pid ?? []);
    assert.ok(pids.length > CONTROL_PLANE.length);
    await region[end]();
    await eventually(async () => assert.deepEqual(pids.filter(isAlive), []));
    region = await RunningRegion.start({ folder: region.folder, outside: join(folder, "outside.sock") });
    assert.equal((await region.client.get<Recorded>(recordPath("stopped"))).data.before, "stopped");
  }
});

interface Recorded extends KubernetesObject {
  data: { before: string };
}

const recordPath = (name: string): string => `/api/v1/namespaces/default/configmaps/before-${name}`;

const record = (name: string): Promise<Recorded> =>
  region.client.create<Recorded>("/api/v1/namespaces/default/configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `before-${name}` },
    data: { before: name },
  });

const nodes = async (): Promise<Node[]> => (await region.client.get<{ items: Node[] }>("/api/v1/nodes")).items;

/** Pool, zone and CPUs of each node. */
const shapes = async (): Promise<string[]> =>
  (await nodes())
    .map(({ metadata: { labels = {} }, status }) =>
      [labels["eks.amazonaws.com/nodegroup"], labels["topology.kubernetes.io/zone"], status.capacity?.cpu].join(" "),
    )
    .toSorted();

const setPools = (change: (pool: NodePoolSpec) => NodePoolSpec): Promise<unknown> =>
  region.ask("PUT", "/spec", { ...smallSpec, pools: smallSpec.pools.map(change) });

const eventuallyReady = (): Promise<void> =>
  eventually(async () => assert.deepEqual((await region.status()).waitingFor, []));

/** Until it does not throw, or throws what `isFinal` takes for the answer. */
async function eventually<Result>(attempt: () => Promise<Result>, isFinal = (_: unknown) => false): Promise<Result> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (isFinal(error) || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

const refusedWith = (code: number) => (error: unknown) => error instanceof ApiError && error.code === code;

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** A cloud that knows one token. */
async function listen(socket: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { token } = JSON.parse((await request.setEncoding("utf8").toArray()).join("")) as { token: string };
    const known = { authenticated: true, username: "viewer@example.com", groups: ["viewers"] };
    if (troubles > 0) {
      troubles -= 1;
      request.socket.destroy();
      return;
    }
    response.end(JSON.stringify(token === "token-of-viewer" ? known : { authenticated: false }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return server;
}
