import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaps } from "../../sim/ipv4.ts";
import { T, threeClouds } from "./clouds.ts";

const clouds = await threeClouds();
const specOf = (cloud: string) => {
  const found = clouds.clusters().find(({ spec }) => spec.cloud === cloud);
  assert.ok(found !== undefined, `there is no cluster in ${cloud}`);
  return { ...found.spec, region: found.region };
};

test("each cloud's cluster becomes a region under the name that operators know", () => {
  assert.deepEqual(
    clouds.clusters().map(({ region, spec }) => [spec.cloud, spec.cluster, spec.location, region]),
    [
      ["aws", "main", "us-east-1", "it"],
      ["azure", "aks", "westeurope", "azr-weu"],
      ["gcp", clouds.gke.state.name, "asia-south1", "gcp-aso1"],
    ],
  );
});

test("pods, services and nodes never share an address", () => {
  for (const { spec } of clouds.clusters()) {
    const ranges = [spec.podRange, spec.serviceRange, spec.nodeRange];
    for (const [index, range] of ranges.entries())
      for (const other of ranges.slice(index + 1))
        assert.ok(!overlaps(range, other), `${spec.cloud}: ${range}, ${other}`);
  }
});

test("nodes stand in the zones of their pools, with what the pool says of them", () => {
  const pools = Object.fromEntries(
    clouds.clusters().flatMap(({ spec }) => spec.pools.map((pool) => [`${spec.cloud} ${pool.name}`, pool])),
  );
  assert.deepEqual(
    Object.entries(pools).map(([name, { nodes, cpus, memoryGiB }]) => [name, nodes, cpus, memoryGiB]),
    [
      ["aws system", { "us-east-1a": 1, "us-east-1b": 1 }, 2, 8],
      ["azure system", { "westeurope-1": 2, "westeurope-2": 1 }, 2, 8],
      ["azure inference", { "0": 1 }, 4, 16],
      ["gcp workload", { "asia-south1-a": 2, "asia-south1-b": 2 }, 4, 16],
    ],
  );
  assert.deepEqual(pools["azure system"]?.taints, [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }]);
  assert.deepEqual(pools["gcp workload"]?.taints, [{ key: "a", value: "b", effect: "NoSchedule" }]);
  assert.equal(pools["azure inference"]?.labels["novacron.io/pool"], "inference");
  assert.equal(pools["azure inference"]?.labels["kubernetes.azure.com/mode"], "user");
  assert.equal(pools["aws system"]?.labels["eks.amazonaws.com/capacityType"], "ON_DEMAND");
});

test("a kubeconfig's server is a name that the API server's certificate holds", () => {
  const { state } = clouds.aws.cluster;
  assert.deepEqual(specOf("aws").serverNames, [new URL(String(state.endpoint)).hostname]);
  assert.ok(specOf("azure").serverNames.includes(String(clouds.aks.state.fqdn)));
  assert.ok(specOf("gcp").serverNames.includes(String(clouds.gke.state.endpoint)));
});

test("scaling and deleting a node pool changes nodes and nothing else of the region", async () => {
  const before = specOf("aws");
  const { account, nodes, nodeInputs } = clouds.aws;
  const scalingConfig = { minSize: 2, desiredSize: 3, maxSize: 4 };
  const inputs = { ...nodeInputs, nodeGroupName: "system", scalingConfig };
  await account.change(T.nodes, nodes, inputs);
  const scaled = specOf("aws");
  assert.deepEqual(scaled.pools[0]?.nodes, { "us-east-1a": 2, "us-east-1b": 1 });
  assert.deepEqual({ ...scaled, pools: [] }, { ...before, pools: [] });
  await account.remove(T.nodes, nodes);
  assert.deepEqual(specOf("aws"), { ...before, pools: [] });
});
