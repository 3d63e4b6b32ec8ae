import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import { simulatedVariables } from "../../ops/environment.ts";
import { layout } from "../../ops/home.ts";
import { findSimulator, request, startSimulator, stopSimulator } from "../../ops/simulator.ts";
import type { ClusterSummary } from "../../sim/clusters.ts";
import type { Endpoint } from "../../sim/main.ts";
import { prepareRegion } from "../../sim/region/pki.ts";
import { Store } from "../../sim/store.ts";
import { clusterWithPool, PROJECT, REGION, Sandbox } from "../sim/gcp/sandbox.ts";

const home = mkdtempSync(join(tmpdir(), "novacron-test-"));
const folder = layout(home).simulator;
const project = { folder: home, name: "novacron", home };

/** A GKE cluster with one pool, in the store of simulated clouds that do not run yet. */
async function prepare(): Promise<string> {
  const google = new Sandbox();
  const gke = await clusterWithPool(google, {
    nodeLocations: [`${REGION}-a`],
    initialNodeCount: 1,
    nodeConfig: { machineType: "n2-standard-4" },
  });
  const store = new Store(join(folder, "clouds.sqlite"));
  for (const { sequence: _, ...resource } of google.store.all()) store.insert(resource);
  store.close();
  return String(gke.state.name);
}

async function start(): Promise<Endpoint> {
  return (await startSimulator(home, "0", true)).endpoint;
}

const summary = async (endpoint: Endpoint): Promise<ClusterSummary> => {
  const [only] = await request<ClusterSummary[]>(endpoint, "GET /clusters");
  assert.ok(only !== undefined, "there is no cluster");
  return only;
};

async function until<Value>(what: string, ask: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    const value = await ask().catch(() => undefined);
    if (value !== undefined) return value;
    await sleep(200);
  }
  throw new Error(`not within 90 s: ${what}`);
}

const ready = (endpoint: Endpoint) =>
  until("the region is ready", async () => {
    const { status } = await summary(endpoint);
    return status?.ready === true ? status : undefined;
  });

/** Processes of this machine whose command line names the home folder. */
const processesOf = (): string[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(join("/proc", entry, "cmdline"), "utf8").includes(home);
      } catch {
        return false;
      }
    });

describe("a cluster of the simulated clouds", { concurrency: 1 }, () => {
  let endpoint: Endpoint;
  let cluster: string;

  /** The cluster as its kubeconfig leads to it: certificate, credential plugin and proxy, as for kubectl. */
  const connect = () => {
    const store = new Store(join(folder, "clouds.sqlite"));
    const [found] = store.all().filter(({ type }) => type === "gcp:container/cluster:Cluster");
    store.close();
    assert.ok(found !== undefined);
    const { endpoint: address, masterAuth } = found.state as {
      endpoint: string;
      masterAuth: { clusterCaCertificate: string };
    };
    const variables = simulatedVariables(project, "staging", "/nowhere/pulumi", endpoint);
    const kubeconfig = JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
      clusters: [
        {
          name: "c",
          cluster: { server: `https://${address}`, "certificate-authority-data": masterAuth.clusterCaCertificate },
        },
      ],
      users: [
        {
          name: "c",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "gke-gcloud-auth-plugin",
              provideClusterInfo: true,
            },
          },
        },
      ],
    });
    const environment = { ...process.env, PATH: variables.PATH };
    return new ClusterClient({ ...clusterConfig(kubeconfig, environment), proxy: variables.HTTPS_PROXY ?? "" });
  };

  before(async () => {
    cluster = await prepare();
    endpoint = await start();
    await ready(endpoint);
  });

  after(async () => {
    await stopSimulator(home, "stop");
    rmSync(home, { recursive: true });
  });

  test("its kubeconfig leads to it as an administrator, whose objects are there", async () => {
    const client = connect();
    await client.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "kept" } });
    const { items } = await client.get<{ items: { metadata: { labels: Record<string, string> } }[] }>("/api/v1/nodes");
    assert.deepEqual(
      items.map(({ metadata: { labels } }) => [
        labels["topology.kubernetes.io/zone"],
        labels["cloud.google.com/gke-nodepool"],
      ]),
      [[`${REGION}-a`, "workload"]],
    );
    client.close();
  });

  test("a kill -9 of all that it is brings it back with its data", async () => {
    const supervisor = (await ready(endpoint)).processes.find(({ name }) => name === "supervisor");
    assert.ok(supervisor?.pid !== undefined);
    process.kill(supervisor.pid, "SIGKILL");
    await until("another supervisor", async () => {
      const { status } = await summary(endpoint);
      return status?.processes.some(({ name, pid }) => name === "supervisor" && pid !== supervisor.pid) || undefined;
    });
    await ready(endpoint);
    const client = connect();
    await client.get("/api/v1/namespaces/kept");
    client.close();
  });

  test("a killed simulator finds it again as it runs", async () => {
    const supervisorOf = async () => (await ready(endpoint)).processes.find(({ name }) => name === "supervisor")?.pid;
    const before = await supervisorOf();
    await stopSimulator(home, "kill");
    endpoint = await start();
    assert.equal(await supervisorOf(), before);
    const client = connect();
    await client.get("/api/v1/namespaces/kept");
    client.close();
  });

  test("a process that an operator stops stays down until it is started, and is named", async () => {
    await request(endpoint, "POST /regions/gcp-aso1/processes/kube-scheduler/stop", {});
    const { status } = await summary(endpoint);
    assert.deepEqual([status?.ready, status?.waitingFor], [false, ["kube-scheduler"]]);
    await request(endpoint, `POST /regions/${cluster}/processes/kube-scheduler/start`, {});
    await ready(endpoint);
    await assert.rejects(
      request(endpoint, "POST /regions/gcp-nowhere/crash", {}),
      /no region or cluster 'gcp-nowhere'; there are gcp-aso1/,
    );
  });

  test("a pool scaled in the cloud has more nodes, with or without Pulumi's knowing", async () => {
    const id = `projects/${PROJECT}/locations/${REGION}/clusters/${cluster}/nodePools/workload`;
    const pool = { package: "gcp", type: "gcp:container/nodePool:NodePool", id };
    await request(endpoint, "POST /change", { ...pool, property: "nodeCount", value: 2 });
    const client = connect();
    const { items } = await client.get<{ items: unknown[] }>("/api/v1/nodes");
    assert.equal(items.length, 2);
    client.close();
    await ready(endpoint);
  });

  test("a simulator in the other mode is refused with what to do", async () => {
    await assert.rejects(startSimulator(home, "0", false), /the simulator runs with clusters; leave out --no-clusters/);
  });

  test("the end of the simulator leaves no process, a deleted cluster no folder", async () => {
    await stopSimulator(home, "stop");
    assert.deepEqual(processesOf(), []);
    assert.equal(await findSimulator(home), undefined);
    const spec = JSON.parse(readFileSync(join(folder, "regions", cluster, "spec.json"), "utf8"));
    await prepareRegion(join(folder, "regions", "orphan"), { ...spec, cluster: "orphan" });
    endpoint = await start();
    assert.deepEqual(readdirSync(join(folder, "regions")), [cluster]);
  });

  test("what runs ends by itself when its folder is removed, with and without the simulator", async () => {
    await stopSimulator(home, "kill");
    assert.ok(processesOf().length > 0, "the region does not outlive the simulator");
    rmSync(folder, { recursive: true });
    await until("the region has ended", async () => processesOf().length === 0 || undefined);
    await start();
    rmSync(folder, { recursive: true });
    await until("the simulator has ended", async () => processesOf().length === 0 || undefined);
    assert.ok(!existsSync(folder));
  });
});
