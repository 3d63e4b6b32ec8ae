import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import type { ClusterSummary } from "../../sim/clusters.ts";
import type { RegionStatus } from "../../sim/region/spec.ts";
import { accessTests } from "./access.ts";
import { ask, hostOf } from "./entry.ts";
import { type Environment, REGIONS, type RegionName, until } from "./environment.ts";
import { kill, memoryOf, processesBelow } from "./hostProcesses.ts";
import { allReady, has, type Node, type Pod, podsOf, restrictedPod } from "./pods.ts";

/** Where pods and nodes are ended, and where the control plane itself is: the first wave's region is left to releases. */
const PODS_REGION: RegionName = "gcp-aso1";
const CONTROL_REGION: RegionName = "azr-weu";

/** Of a region: control plane, controllers, three gateways, Prometheus and its services, thirty pods in all. */
const MOST_MEBIBYTES = 1536;

/** Until a node that says nothing is given up: 40 s in the controller, and half as much again for a busy machine. */
const LOST_NODE_SECONDS = 60;

/** How the simulated regions take the loss of their parts. */
export function regionsTests(environment: () => Environment): void {
  accessTests(environment);
  describe("regions", () => {
    test("nodes are those of the declared pools, one of each in every zone, with labels and capacity", async () => {
      for (const region of REGIONS) {
        const { items } = await (await environment().cluster(region)).get<ObjectList<Node>>("/api/v1/nodes");
        const places = new Set<string>();
        for (const { metadata, status } of items) {
          const { labels = {} } = metadata;
          places.add(`${labels["novacron.io/pool"]}/${labels["topology.kubernetes.io/zone"]}`);
          assert.ok(Number(status.capacity.cpu) >= 2 && status.capacity.memory !== undefined, metadata.name);
          assert.ok(labels["node.kubernetes.io/instance-type"], metadata.name);
        }
        assert.equal(places.size, 9, `${region}: ${[...places].join(", ")}`);
        for (const pool of ["system", "workload", "inference"])
          assert.equal([...places].filter((place) => place.startsWith(`${pool}/`)).length, 3, `${region}: ${pool}`);
      }
    });

    test("`novactl logs` shows what a pod has written", async () => {
      const shown = await environment().succeed(
        "logs",
        "staging",
        PODS_REGION,
        "argo-rollouts",
        "--sim",
        "--namespace",
        "argo-rollouts",
        "--tail",
        "5",
      );
      const lines = shown.trim().split("\n");
      assert.equal(lines.filter((line) => line.startsWith("--- argo-rollouts-")).length, 2);
      assert.ok(lines.length > 2, shown);
      const { code, stderr } = await environment().novactl("logs", "staging", PODS_REGION, "dwpc-state", "--sim");
      assert.equal(code, 1);
      assert.match(stderr, /has no pod 'dwpc-state'.*did you mean dwcp-state/);
    });

    test("a state replica whose process is killed comes back with every acknowledged operation", async (context) => {
      const pod = "dwcp-state-1";
      const cluster = await environment().cluster(PODS_REGION);
      const restarts = async () => (await podOf(PODS_REGION, pod)).status.containerStatuses?.[0]?.restartCount ?? 0;
      const before = await restarts();
      const probe = await environment().probe(PODS_REGION, 20);
      probe.start();
      try {
        await sleep(2_000);
        const process = processesBelow(await supervisorOf(PODS_REGION)).find(
          ({ commandLine, environment: { POD_NAME } }) => commandLine.includes("state") && POD_NAME === pod,
        );
        assert.ok(process !== undefined, `${pod} has no process`);
        kill(process.pid);
        await until(`a restart of ${pod}`, 60, async () => (await restarts()) > before);
        await until(`${pod} to be ready`, 60, async () => has((await podOf(PODS_REGION, pod)).status, "Ready"));
        await sleep(2_000);
      } finally {
        await probe.stop();
      }
      context.diagnostic(`${probe.total.requests} requests, ${probe.acknowledged.size} acknowledged writes`);
      assert.equal(probe.total.failed, 0, JSON.stringify(probe.failures.slice(0, 5)));
      assert.deepEqual(await probe.lost(), []);
      // Not only the majority has them: the replica itself has fetched what it missed.
      const held = await cluster.text("GET", `/api/v1/namespaces/dwcp/pods/${pod}:8080/proxy/operations`);
      const ids = held
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id);
      assert.deepEqual(
        [...probe.acknowledged].filter((id) => !ids.includes(id)),
        [],
      );
    });

    test("a node that loses its power costs few requests, for a short time, and has its pods again when it is back", async (context) => {
      const cluster = await environment().cluster(PODS_REGION);
      const { items } = await cluster.get<ObjectList<Pod>>("/api/v1/namespaces/dwcp/pods", {
        labelSelector: "app.kubernetes.io/name=dwcp-v3",
      });
      const node = items[0]?.spec.nodeName ?? "";
      const isReady = async () => has((await cluster.get<Node>(`/api/v1/nodes/${node}`)).status, "Ready");
      const probe = await environment().probe(PODS_REGION, 40);
      probe.start();
      try {
        await sleep(1_000);
        await environment().succeed("sim", "node", PODS_REGION, node, "off");
        const off = performance.now();
        const seconds = () => `${((performance.now() - off) / 1000).toFixed(0)} s`;
        // The cluster takes a pod for ready until it misses the node's heartbeats; the gateway goes round it, but if the node
        // had a gateway itself, that is asked until then.
        await until("a few seconds in which nothing fails", LOST_NODE_SECONDS, async () => {
          probe.window();
          await sleep(3_000);
          return probe.window().failed === 0;
        });
        const { failed, requests } = probe.total;
        context.diagnostic(`power lost: ${failed} of ${requests} requests failed within ${seconds()}`);
        await until(`the cluster to notice that ${node} is gone`, 150, async () => !(await isReady()));
        context.diagnostic(`noticed after ${seconds()}`);
        await until("pods of the node out of service", 30, async () =>
          (await podsOf(environment(), PODS_REGION, node)).every(({ status }) => !has(status, "Ready")),
        );
        await answers(PODS_REGION);
      } finally {
        await environment().succeed("sim", "node", PODS_REGION, node, "on");
        await probe.stop();
      }
      await until(`${node} ready`, 60, isReady);
      await allReady(environment(), PODS_REGION, 120);
      assert.deepEqual(await probe.lost(), [], "acknowledged writes are gone");
    });

    test("a scheduler that was stopped on purpose stays down until it is started, and nothing else notices", async () => {
      const cluster = await environment().cluster(CONTROL_REGION);
      const path = "/api/v1/namespaces/dwcp/pods";
      const name = "trial-pod";
      const state = async () =>
        (await statusOf(CONTROL_REGION)).processes.find((of) => of.name === "kube-scheduler")?.state;
      await environment().succeed("sim", "stop", CONTROL_REGION, "kube-scheduler");
      try {
        await cluster.create(path, restrictedPod(name));
        await sleep(4_000);
        assert.equal(await state(), "stopped");
        assert.equal((await podOf(CONTROL_REGION, name)).spec.nodeName, undefined);
        await answers(CONTROL_REGION);
      } finally {
        await environment().succeed("sim", "start", CONTROL_REGION, "kube-scheduler");
      }
      try {
        await until(
          `${name} on a node`,
          60,
          async () => (await podOf(CONTROL_REGION, name)).spec.nodeName !== undefined,
        );
      } finally {
        await cluster.remove(`${path}/${name}`, undefined, { gracePeriodSeconds: 0 });
      }
    });

    test("an API server that is killed comes back with its data; requests of users do not notice", async (context) => {
      const uid = await identityOf(CONTROL_REGION);
      const probe = await environment().probe(CONTROL_REGION, 20);
      probe.start();
      try {
        await sleep(1_000);
        const { pid = 0, restarts } = await apiServer();
        kill(pid);
        const took = await until("an API server again", 90, async () => {
          const server = await apiServer();
          return server.restarts > restarts && server.state === "running";
        });
        context.diagnostic(`the API server answered again after ${(took / 1000).toFixed(1)} s`);
        assert.equal(await identityOf(CONTROL_REGION), uid);
      } finally {
        await probe.stop();
      }
      context.diagnostic(`${probe.total.requests} requests`);
      assert.equal(probe.total.failed, 0, JSON.stringify(probe.failures.slice(0, 5)));
      assert.deepEqual(await probe.lost(), []);
    });

    test("a region whose supervisor is killed comes back whole, with its objects and its operations", async (context) => {
      const uid = await identityOf(CONTROL_REGION);
      const probe = await environment().probe(CONTROL_REGION, 20);
      probe.start();
      await sleep(2_000);
      await probe.stop();
      assert.ok(probe.acknowledged.size > 0, JSON.stringify(probe.failures));
      const old = await supervisorOf(CONTROL_REGION);
      const ended = processesBelow(old).map(({ pid }) => pid);
      kill(old);
      const began = performance.now();
      const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
      await until("a supervisor again", 120, async () => {
        const { status } = await summaryOf(CONTROL_REGION);
        return status?.ready === true && status.processes.every(({ pid }) => pid === undefined || !ended.includes(pid));
      });
      context.diagnostic(`ready after ${seconds()} s`);
      await until("answers at the entry", 120, async () => (await entryStatus(CONTROL_REGION)) === 200);
      context.diagnostic(`the entry answers after ${seconds()} s`);
      await allReady(environment(), CONTROL_REGION, 120);
      context.diagnostic(`every pod is ready after ${seconds()} s`);
      assert.equal(await identityOf(CONTROL_REGION), uid);
      assert.deepEqual(await probe.lost(), []);
    });

    test("a region with all that runs in it stays within its memory", async (context) => {
      for (const region of REGIONS) {
        const { own, resident } = memoryOf(await supervisorOf(region));
        context.diagnostic(
          `${region}: ${own} MiB, pages that are shared counted by their share; RSS in sum ${resident} MiB`,
        );
        assert.ok(own <= MOST_MEBIBYTES, `${region} holds ${own} MiB`);
      }
    });
  });

  const entryStatus = async (region: RegionName): Promise<number> => {
    const token = await environment().token();
    return ask(environment(), hostOf(region), "/v1/version", { token }).then(
      ({ status }) => status,
      () => 0,
    );
  };

  const answers = async (region: RegionName): Promise<void> => assert.equal(await entryStatus(region), 200);

  const statusOf = (region: RegionName): Promise<RegionStatus> =>
    environment().control(`GET /regions/${region}/status`);

  async function summaryOf(region: RegionName): Promise<ClusterSummary> {
    const summaries = await environment().control<ClusterSummary[]>("GET /clusters");
    const found = summaries.find((summary) => summary.region === region);
    assert.ok(found !== undefined, region);
    return found;
  }

  async function supervisorOf(region: RegionName): Promise<number> {
    const { pid } = (await statusOf(region)).processes.find(({ name }) => name === "supervisor") ?? {};
    assert.ok(pid !== undefined, `${region} has no supervisor`);
    return pid;
  }

  async function apiServer(): Promise<RegionStatus["processes"][number]> {
    const found = (await statusOf(CONTROL_REGION)).processes.find(({ name }) => name === "kube-apiserver");
    assert.ok(found !== undefined);
    return found;
  }

  /** What a cluster would lose with its data: the number that it drew at its first start. */
  const identityOf = async (region: RegionName): Promise<string | undefined> =>
    (await (await environment().cluster(region)).get<KubernetesObject>("/api/v1/namespaces/kube-system")).metadata.uid;

  const podOf = async (region: RegionName, name: string): Promise<Pod> =>
    (await environment().cluster(region)).get<Pod>(`/api/v1/namespaces/dwcp/pods/${name}`);
}
