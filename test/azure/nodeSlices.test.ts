import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodePoolSlices, nodeSlices } from "../../infra/azure/nodeSlices.ts";
import type { NodePoolPlan } from "../../infra/plan/topology.ts";
import { regionPlan } from "./mockedRegion.ts";

const sizes = fc.tuple(fc.integer({ min: 3, max: 200 }), fc.integer({ min: 0, max: 200 }));
const nats = fc.constantFrom("none", "single", "per-zone" as const);

test("however nodes are laid out, a pool has as many of them as the plan says, and each zone its share", () => {
  fc.assert(
    fc.property(sizes, nats, ([least, extra], nat) => {
      const plan = regionPlan({ nat: nat as "none" });
      const nodePools = plan.nodePools.map(
        (pool): NodePoolPlan => ({ ...pool, minSize: least, maxSize: least + extra }),
      );
      const slices = nodePoolSlices({ ...plan, nodePools }).filter((slice) => slice.name === "workload");
      const sum = (of: (slice: NodePoolPlan) => number) => slices.reduce((total, slice) => total + of(slice), 0);
      assert.equal(
        sum((slice) => slice.minSize),
        least,
      );
      assert.equal(
        sum((slice) => slice.maxSize),
        least + extra,
      );
      assert.ok(slices.every(({ minSize, maxSize }) => minSize >= 1 && minSize <= maxSize));
      assert.deepEqual(slices.flatMap(({ slice }) => slice.zones).sort(), ["1", "2", "3"]);
    }),
  );
});

test("pool names are ones that AKS takes", () => {
  for (const nat of ["single", "per-zone"] as const) {
    const names = nodePoolSlices(regionPlan({ nat })).map(({ poolName }) => poolName);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z][a-z0-9]{0,11}$/);
  }
});

test("the loss of a zone takes no other zone's way out: each has a subnet of its own", () => {
  const plan = regionPlan();
  assert.deepEqual(
    nodeSlices(plan).map(({ name, range, zones }) => [name, range, zones]),
    [
      ["nodes-1", "10.4.0.0/20", ["1"]],
      ["nodes-2", "10.4.16.0/20", ["2"]],
      ["nodes-3", "10.4.32.0/20", ["3"]],
    ],
  );
  assert.deepEqual(nodeSlices({ ...plan, nat: "single" }), [
    { name: "nodes", range: "10.4.0.0/17", zones: ["1", "2", "3"], suffix: "" },
  ]);
});
