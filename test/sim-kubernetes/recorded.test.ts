import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { recordIn, serveKubernetes } from "../../sim/kubernetes/index.ts";
import { Store } from "../../sim/store.ts";
import { Engine, urnOf } from "./engine.ts";
import { configMap } from "./objects.ts";

const store = new Store(":memory:");
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
let engine: Engine;
let close = () => {};

describe("without control planes", { concurrency: 1 }, () => {
  before(async () => {
    const connect = () => assert.fail("there is no cluster to connect to");
    const served = await serveKubernetes({ connect, record: recordIn(store) });
    close = served.close;
    engine = new Engine(served.port);
    await engine.configure({ kubeconfig: "of a cluster that does not run" });
  });
  after(() => {
    engine.close();
    close();
    store.close();
  });

  test("a stack still comes up, changes and goes whole, each cluster's objects apart from the others'", async () => {
    const [first, second] = await Promise.all(
      ["one", "two"].map((region) => engine.create(urnOf(CONFIG_MAP, region), configMap("same", { region }))),
    );
    assert.ok(first && second);
    assert.equal(first.id, "default/same");
    assert.equal(store.all().length, 2);
    assert.deepEqual((await engine.read(first))?.inputs.data, { region: "one" });
    const changed = await engine.update(first, configMap("same", { region: "three" }));
    assert.deepEqual((await engine.read(changed))?.inputs.data, { region: "three" });
    await engine.delete(changed);
    assert.equal(await engine.read(changed), undefined);
    assert.deepEqual((await engine.read(second))?.inputs.data, { region: "two" });
  });

  test("a release counts as deployed", async () => {
    const urn = urnOf("kubernetes:helm.sh/v3:Release", "traefik");
    const made = await engine.create(urn, { chart: "traefik", version: "39.0.0", namespace: "traefik", values: {} });
    assert.match(made.id, /^traefik\/traefik-[0-9a-f]{8}$/);
    assert.equal((made.outputs.status as { status: string }).status, "deployed");
  });
});
