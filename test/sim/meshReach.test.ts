import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudCluster } from "../../sim/clouds/cluster.ts";
import { MeshReach } from "../../sim/mesh.ts";

const clusterOf = (stack: string, region: string): CloudCluster =>
  ({ region, resource: { urn: `urn:pulumi:${stack}::novacron::t::${region}` } }) as CloudCluster;

test("who reaches whom follows the clouds as they are now, and no way leads from one stack to another", () => {
  const store = {
    revision: 1,
    looked: 0,
    all: () => {
      store.looked += 1;
      return [];
    },
  };
  const reach = new MeshReach(store);
  const [one, two] = [clusterOf("staging", "aws-use1"), clusterOf("staging", "azr-weu")];
  assert.match(reach.whyApart(one, two) ?? "", /no link joins aws-use1 and azr-weu/);
  reach.whyApart(two, one);
  assert.equal(store.looked, 1, "every connection would work the whole mesh out");
  store.revision += 1;
  reach.whyApart(two, one);
  assert.equal(store.looked, 2, "a tunnel that was cut would still carry connections");
  assert.match(reach.whyApart(one, clusterOf("prod", "azr-weu")) ?? "", /different stacks/);
});
