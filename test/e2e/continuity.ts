import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import type { Probe } from "../../ops/delivery/probe.ts";
import { PROMISE_MS } from "../../ops/delivery/timedRollback.ts";
import { type Environment, REGIONS, type RegionName, STACK, until } from "./environment.ts";
import { atFullPace } from "./pace.ts";
import type { Node, Pod } from "./pods.ts";
import { nothingLost, stateOf, underLoad } from "./releases.ts";

const REGION = "gcp-aso1";

/** Requests per second and region. */
const RATE = 20;

export function continuityTests(environment: () => Environment): void {
  test("the kill switch moves every request to v1 within 5 s, and back", (t) => {
    const to = (version: "v1" | "v3") =>
      environment().succeed("switch", STACK, version, "--sim", "--reason", `a test of ${version}`);
    return atFullPace(t, async () => {
      let onV1 = false;
      const work = async (probes: ReadonlyMap<RegionName, Probe>): Promise<void> => {
        await sleep(1_500);
        const stable = new Map(
          await Promise.all(
            REGIONS.map(async (region) => [region, (await stateOf(environment(), region)).stable ?? ""] as const),
          ),
        );
        const decision = performance.now();
        onV1 = true;
        await to("v1");
        await sleep(Math.max(0, decision + PROMISE_MS + 1_000 - performance.now()));
        const times = [...probes].map(([region, probe]) => {
          const last = probe.lastAnswer(stable.get(region) ?? "")?.at ?? decision;
          return [region, Math.round(last - decision)] as const;
        });
        t.diagnostic(`kill switch: ${times.map(([region, ms]) => `${region} ${ms} ms`).join(", ")}`);
        for (const [region, ms] of times) assert.ok(ms < PROMISE_MS, `${region}: ${ms} ms`);
        for (const probe of probes.values()) probe.window();
        await sleep(2_000);
        for (const [region, probe] of probes)
          assert.equal(probe.window().answers[stable.get(region) ?? ""], undefined, region);
        await to("v3");
        onV1 = false;
        await sleep(2_000);
        for (const probe of probes.values()) probe.window();
        await sleep(2_000);
        for (const [region, probe] of probes) {
          const { answers, requests } = probe.window();
          assert.equal(answers[stable.get(region) ?? ""], requests, region);
        }
      };
      await underLoad(environment(), RATE, work, async () => {
        if (onV1) await to("v3");
      });
    });
  });

  test("a node and then a zone are drained as disruption budgets allow: no request fails", async () => {
    const client = await environment().cluster(REGION);
    const nodes = (await client.get<{ items: Node[] }>("/api/v1/nodes")).items.filter(
      ({ metadata }) => metadata.labels?.["novacron.io/pool"] === "workload",
    );
    const [first] = nodes;
    assert.ok(first !== undefined);
    const zone = first.metadata.labels?.["topology.kubernetes.io/zone"];
    const ofZone = nodes.filter(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"] === zone);
    const probe = await environment().probe(REGION, RATE);
    probe.start();
    try {
      await drain(client, [first.metadata.name]);
      await sleep(2_000);
      await drain(
        client,
        ofZone.map(({ metadata }) => metadata.name),
      );
      await sleep(5_000);
    } finally {
      for (const { metadata } of nodes)
        await client.merge(`/api/v1/nodes/${metadata.name}`, { spec: { unschedulable: null } });
      await nothingLost(new Map([[REGION, probe]]));
    }
  });
}

/** As `kubectl drain` does: cordons, then evicts until nothing but DaemonSets is left; the API refuses what a budget forbids. */
async function drain(client: ClusterClient, nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await client.merge(`/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
  const left = async (): Promise<Pod[]> =>
    (await client.get<{ items: Pod[] }>("/api/v1/pods")).items.filter(
      ({ spec, metadata }) =>
        nodes.includes(spec.nodeName ?? "") && metadata.ownerReferences?.[0]?.kind !== "DaemonSet",
    );
  await until(
    `${nodes.join(", ")} to be empty`,
    240,
    async () => {
      const pods = await left();
      for (const { metadata } of pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)) {
        const { name, namespace } = metadata;
        try {
          await client.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
            apiVersion: "policy/v1",
            kind: "Eviction",
            metadata: { name, namespace },
          });
        } catch (error) {
          // 429: the budget says not yet.
          const { code } = error as { code?: number };
          if (code !== 429 && !isNotFound(error)) throw error;
        }
      }
      return pods.length === 0;
    },
    async () => (await left()).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
}
