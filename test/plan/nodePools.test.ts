import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planNodePools } from "../../infra/plan/nodePools.ts";
import { place } from "./arbitraries.ts";

const tier = fc.constantFrom("staging" as const, "production" as const);

test("every pool has a node in each zone by default, so the loss of a zone leaves all three pools served", () => {
  fc.assert(
    fc.property(place, tier, (region, of) => {
      const pools = planNodePools({ ...region, tier: of });
      assert.deepEqual(
        pools.map(({ name }) => name),
        ["system", "workload", "inference"],
      );
      for (const { minSize, maxSize, labels, name } of pools) {
        assert.ok(minSize >= region.zones.length * (of === "production" ? 2 : 1));
        assert.ok(maxSize > minSize);
        assert.equal(labels["novacron.io/pool"], name);
      }
    }),
  );
});

test("inference nodes are kept for inference, and all other pods find nodes without a toleration", () => {
  fc.assert(
    fc.property(place, tier, (region, of) => {
      for (const { name, taints } of planNodePools({ ...region, tier: of })) {
        assert.equal(taints.length, name === "inference" ? 1 : 0);
      }
    }),
  );
});

test("machine types are names of the region's own cloud", () => {
  const form = { aws: /^[a-z0-9]+\.\d*x?large$/, azure: /^Standard_D\d+s_v\d$/, gcp: /^n2-standard-\d+$/ };
  fc.assert(
    fc.property(place, tier, (region, of) => {
      for (const { machineType } of planNodePools({ ...region, tier: of }))
        assert.match(machineType, form[region.cloud]);
    }),
  );
});

test("what the config says of one pool changes that pool only", () => {
  const region = { cloud: "aws" as const, zones: ["us-east-1a", "us-east-1b"], tier: "staging" as const };
  const plain = planNodePools(region);
  const changed = planNodePools(region, { workload: { machineType: "m7i.2xlarge", maxSize: 40 } });
  assert.deepEqual(changed, [plain[0], { ...plain[1], machineType: "m7i.2xlarge", maxSize: 40 }, plain[2]]);
});
