import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject, ObjectList } from "../client/client.ts";
import { cacheClusters, inEachRegion, openClusters, type RegionCluster } from "../ops/clusters.ts";
import { openEntries, probeAt } from "../ops/delivery/entries.ts";
import { waitUntil } from "../ops/delivery/waiting.ts";
import { request, startSimulator, stopSimulator } from "../ops/simulator.ts";
import type { ClusterSummary } from "../sim/clusters.ts";
import { inTemporaryHome, openProject, timed } from "./engine.ts";
import { type Figures, rounded } from "./figures.ts";

const STACK = "staging";
const PATIENCE = { seconds: 300, every: 250 };

/** Seconds at rest over which processor time is counted. */
const REST_S = 60;

/**
 * What three regions cost on this machine: from nothing running to every pod ready and every public entry answering, with
 * the data of before; then, at rest, memory (proportional set size, so that pages which regions share count once) and
 * processor time.
 */
export const regions = (): Promise<Figures> =>
  inTemporaryHome(
    async (folder) => {
      const stackFile = readFileSync(new URL("../Pulumi.staging.yaml", import.meta.url), "utf8");
      const session = await openProject(folder, { name: STACK, stackFile });
      const { home } = session.project;
      console.error("bringing three regions up …");
      const up = await timed(session, ["up", "--yes", "--skip-preview"]);
      await cacheClusters(session);
      const clusters = await openClusters(session.project, STACK, true);
      await waitUntil("every pod to be ready", () => allReady(clusters), PATIENCE);
      await stopSimulator(home, "stop");

      const began = performance.now();
      const { endpoint } = await startSimulator(home, "0");
      const restarted = await openClusters(session.project, STACK, true);
      const controlPlanes = async () =>
        (await request<ClusterSummary[]>(endpoint, "GET /clusters")).every(({ status }) => status?.ready === true);
      await waitUntil("the control planes", controlPlanes, PATIENCE);
      const controlPlanesReady = (performance.now() - began) / 1000;
      await waitUntil("every pod to be ready", () => allReady(restarted), PATIENCE);
      const entries = await openEntries(session.project, STACK);
      for (const entry of entries) {
        const probe = probeAt(entry, STACK, { rate: 1 });
        const answers = () =>
          probe.once().then(
            () => true,
            () => false,
          );
        await waitUntil(`the entry of ${entry.region}`, answers, PATIENCE);
        await probe.stop();
      }
      const ready = (performance.now() - began) / 1000;

      const running = processesOf(home);
      const before = running.map(processorSecondsOf);
      await sleep(REST_S * 1000);
      const busy = running.map((pids, index) => (processorSecondsOf(pids) - (before[index] ?? 0)) / REST_S);
      return {
        regions: running.length,
        cold_up_s: rounded(up),
        control_planes_ready_s: rounded(controlPlanesReady),
        everything_ready_s: rounded(ready),
        region_memory_mb: rounded(Math.max(...running.map(mebibytesOf))),
        region_processors: rounded(Math.max(...busy)),
      };
    },
    { clusters: true },
  );

interface Pod extends KubernetesObject {
  status?: { conditions?: { type: string; status: string }[] };
}

async function allReady(clusters: readonly RegionCluster[]): Promise<boolean> {
  const outcomes = await inEachRegion(clusters, async ({ client }) => {
    const { items } = await client.request<ObjectList<Pod>>("GET", "/api/v1/pods");
    return items.length > 0 && items.every(isReady);
  });
  return outcomes.every(({ value }) => value === true);
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;

/** Processes of each region, which are alone in the PID namespace of its supervisor. */
function processesOf(home: string): number[][] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const byNamespace = Map.groupBy(all, (pid) => attempt(() => readlinkSync(`/proc/${pid}/ns/pid`)));
  byNamespace.delete(readlinkSync("/proc/self/ns/pid"));
  byNamespace.delete(undefined);
  return [...byNamespace.values()]
    .filter((pids) => pids.some((pid) => attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"))?.includes(home)))
    .map((pids) => pids.map(Number));
}

/** Proportional set size. */
const mebibytesOf = (pids: readonly number[]): number =>
  sum(
    pids.map(
      (pid) =>
        Number(
          /^Pss:\s+(\d+) kB/m.exec(attempt(() => readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? "")?.[1] ?? 0,
        ) / 1024,
    ),
  );

/** Processor time, user's and system's, that processes have used; a clock tick is 10 ms on every Linux of ours. */
const processorSecondsOf = (pids: readonly number[]): number =>
  sum(
    pids.map((pid) => {
      const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8")) ?? "";
      const [user = 0, system = 0] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13)
        .map(Number);
      return (user + system) / 100;
    }),
  );

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Undefined for a process that has just ended. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
