import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Informer } from "../../client/informer.ts";
import { startClusterNetwork } from "../../sim/network/cluster/index.ts";
import { Kubelet } from "../../sim/pods/kubelet.ts";
import type { Programs } from "../../sim/pods/launch.ts";
import type { ContainerStatus, Pod } from "../../sim/pods/objects.ts";
import { Provisioner } from "../../sim/pods/provisioner.ts";
import type { Outside, RegionContext } from "../../sim/region/context.ts";
import { startControlPlane, stopControlPlane } from "../../sim/region/controlPlane.ts";
import { adminClient } from "../../sim/region/credentials.ts";
import { enterNetwork } from "../../sim/region/namespace.ts";
import { Nodes } from "../../sim/region/nodes.ts";
import { prepareRegion } from "../../sim/region/pki.ts";
import { Processes } from "../../sim/region/processes.ts";
import type { RegionSpec } from "../../sim/region/spec.ts";
import { setUpRegionTools } from "../../tools/regionTools.ts";
import { pathOf } from "./objects.ts";

/** Whether this process is the first of a region's namespaces, where its tests can run. */
export const isInside = process.pid === 1;

/** Runs a test file again inside namespaces of its own, and passes when it does there. */
export function runInside(file: string): void {
  test("inside a region of its own", { timeout: 400_000 }, async ({ signal }) => {
    const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const namespaces = ["--net", "--pid", "--mount", "--fork", "--kill-child=KILL", ...asRoot];
    // Without the runner's own variable, the test inside reports in words.
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const child = spawn("unshare", [...namespaces, "--", process.execPath, fileURLToPath(file)], {
      env,
      signal,
      killSignal: "SIGKILL",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const code = await new Promise((resolve) => child.once("error", resolve).once("close", resolve));
    if (code !== 0) assert.fail(`inside the region:\n${output}`);
  });
}

const SPEC: RegionSpec = {
  cluster: "pods-test",
  cloud: "aws",
  location: "us-east-1",
  serviceRange: "10.96.0.0/16",
  podRange: "10.244.0.0/16",
  nodeRange: "10.10.0.0/24",
  serverNames: [],
  serviceAccountIssuer: "https://oidc.example/pods-test",
  pools: [
    {
      name: "main",
      nodes: { "us-east-1a": 1, "us-east-1b": 1 },
      instanceType: "m7g.large",
      labels: {},
      taints: [],
      cpus: 8,
      memoryGiB: 32,
    },
  ],
};

export const OUTSIDE_NAME = "login.example.com";

/** Another region's, which answers whatever it is sent as well. */
export const PEER_ADDRESS = "10.99.194.10";

/** A world outside that gives one load balancer address and knows one name, which answers whatever it is sent. */
const OUTSIDE: Outside = {
  authenticate: async () => ({ authenticated: false }),
  addresses: async () => ["203.0.113.7"],
  resolve: async (name) => (name === OUTSIDE_NAME ? ["198.51.100.9"] : []),
  secret: () => Promise.reject(new Error("no secrets here")),
  signCertificate: () => Promise.reject(new Error("no public authority here")),
  connect: async (host, port) => {
    const isThere = (host === OUTSIDE_NAME && port === 443) || (host === PEER_ADDRESS && port === 8443);
    if (!isThere) throw new Error("nothing is there");
    return new PassThrough();
  },
};

export interface TestRegion {
  context: RegionContext;
  kubelet: Kubelet;
  /** Another kubelet in the first one's place, as after a restart of the region. */
  restartKubelet: () => Promise<Kubelet>;
  /** Pods of a service, as last seen. */
  podsOf: (service: string) => Pod[];
  /** That many ready pods of a service, and no others that are. */
  ready: (service: string, count: number) => Promise<Pod[]>;
  /** Deletes an object and waits until its pods are gone. */
  remove: (kind: string, name: string) => Promise<void>;
  stop: () => Promise<void>;
}

/** A whole control plane with nodes, pods and network in this process's namespaces. */
export async function startRegion(programs: Programs): Promise<TestRegion> {
  const tools = process.env.NOVACRON_TOOLS ?? (await setUpRegionTools());
  const folder = mkdtempSync(join(tmpdir(), "novacron-pods-"));
  await prepareRegion(folder, SPEC);
  await enterNetwork(folder, SPEC);
  const log = (line: string): void => console.error(`# ${line}`);
  const client = adminClient(folder);
  const processes = new Processes(folder, log);
  const context: RegionContext = { spec: SPEC, client, folder, tools, outside: OUTSIDE, log, processes };
  await startControlPlane(context);
  const nodes = new Nodes(context);
  await nodes.start();
  const network = await startClusterNetwork(context);
  const provisioner = new Provisioner(context);
  await provisioner.start();
  let kubelet = new Kubelet(context, programs);
  await kubelet.start();
  const pods = new Informer<Pod>({ client, path: "/api/v1/pods" });
  await pods.start();
  const podsOf = (service: string): Pod[] =>
    pods.all().filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === service);
  return {
    context,
    kubelet,
    restartKubelet: async () => {
      await kubelet.stop();
      kubelet = new Kubelet(context, programs);
      await kubelet.start();
      return kubelet;
    },
    podsOf,
    ready: (service, count) =>
      until(`${count} ready pods of ${service}`, () => {
        const found = podsOf(service).filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
        return found.length === count && found;
      }),
    remove: async (kind, name) => {
      await client.remove(pathOf(kind, name), { propagationPolicy: "Background" });
      await until(`${name} is gone`, () => podsOf(name).length === 0);
    },
    stop: async () => {
      await Promise.all([pods.stop(), kubelet.stop(), provisioner.stop(), network.stop(), nodes.stop()]);
      await stopControlPlane(context);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;

/** Status of a pod's first container. */
export const stateOf = (pod: Pod | undefined): ContainerStatus | undefined => pod?.status.containerStatuses?.[0];

export const get = async (url: string): Promise<string> => (await fetch(url)).text();

/** Asks until the answer is neither undefined nor false. */
export async function until<Found>(
  what: string,
  ask: () => Found | Promise<Found>,
  seconds = 60,
): Promise<Exclude<Found, undefined | false>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found as Exclude<Found, undefined | false>;
    if (Date.now() > end) throw new Error(`after ${seconds} s still not: ${what}`);
    await sleep(20);
  }
}
