import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import { serveKubernetes } from "../../sim/kubernetes/index.ts";
import { secretKeys } from "../../sim/server/values.ts";
import { ApiServer } from "../apiServer.ts";
import { Engine, plain, type Resource, urnOf } from "./engine.ts";
import { configMap, deployment, route, routeDefinition, storedAs } from "./objects.ts";

let server: ApiServer;
let close = () => {};
let port = 0;
let engine: Engine;

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const ROUTE = "kubernetes:test.novacron.example/v1:Route";

/** Changes an object as somebody else, as `kubectl` would. */
async function others<Answer>(path: string, body: unknown, manager = "kubectl-edit"): Promise<Answer> {
  const client = server.connect();
  try {
    return await client.merge<Answer>(path, body, { fieldManager: manager });
  } finally {
    client.close();
  }
}

const refreshed = async (resource: Resource): Promise<Resource> => {
  const now = await engine.read(resource);
  assert.ok(now !== undefined, `${resource.id} is gone`);
  return now;
};

describe("objects in a real API server", { concurrency: 1 }, () => {
  before(async () => {
    server = await ApiServer.start();
    server.startControllers();
    const served = await serveKubernetes({ connect: (kubeconfig) => new ClusterClient(clusterConfig(kubeconfig)) });
    ({ port, close } = served);
    engine = new Engine(port);
    await engine.configure({ kubeconfig: server.kubeconfig, enableConfigMapMutable: "true" });
  });
  after(async () => {
    engine?.close();
    close();
    await server?.stop();
  });

  test("an object is created, left alone while nothing changes, updated in place, drift is seen and repaired, and it goes", async () => {
    const urn = urnOf(CONFIG_MAP, "life");
    const created = await engine.create(urn, configMap("life", { stage: "10" }));
    assert.equal(created.id, "default/life");
    assert.deepEqual(await engine.diff(created, configMap("life", { stage: "10" })), {
      changes: false,
      paths: [],
      replaces: [],
      deleteBeforeReplace: false,
    });
    const raised = await engine.diff(created, configMap("life", { stage: "50" }));
    assert.deepEqual([raised.paths, raised.replaces], [["data.stage"], []]);
    const updated = await engine.update(created, configMap("life", { stage: "50" }));

    // The same manager, as an operator's tool acts: the program then finds its wish fulfilled.
    const client = server.connect();
    await client.apply("/api/v1/namespaces/default/configmaps/life", configMap("life", { stage: "100" }), {
      fieldManager: String(updated.outputs.__fieldManager),
    });
    client.close();
    assert.equal((await engine.diff(updated, configMap("life", { stage: "100" }))).changes, false);
    const drifted = await refreshed(updated);
    assert.deepEqual(drifted.inputs.data, { stage: "100" });
    assert.deepEqual((await engine.diff(drifted, configMap("life", { stage: "50" }))).paths, ["data.stage"]);

    await engine.delete(drifted);
    assert.equal(await engine.read(drifted), undefined);
  });

  test("without enableConfigMapMutable new contents make a new object, as pods expect", async () => {
    const strict = new Engine(port);
    await strict.configure({ kubeconfig: server.kubeconfig });
    const created = await strict.create(urnOf(CONFIG_MAP, "strict"), configMap("strict", { a: "1" }));
    const changed = await strict.diff(created, configMap("strict", { a: "2" }));
    assert.deepEqual([changed.replaces, changed.deleteBeforeReplace], [["data"], true]);
    strict.close();
  });

  test("a resource without a name gets one, and keeps it", async () => {
    const program = { data: { a: "1" } };
    const created = await engine.create(urnOf(CONFIG_MAP, "unnamed"), program);
    assert.match(created.id, /^default\/unnamed-[0-9a-f]{8}$/);
    assert.equal((await engine.diff(created, program)).changes, false);
  });

  test("a creation never takes over what is there already", async () => {
    await assert.rejects(
      engine.create(urnOf(CONFIG_MAP, "root"), configMap("strict", { a: "1" })),
      /ConfigMap default\/strict already exists/,
    );
  });

  test("what is imported shows no difference", async () => {
    const urn = urnOf(CONFIG_MAP, "adopted");
    const client = server.connect();
    await client.create("/api/v1/namespaces/default/configmaps", configMap("adopted", { a: "1" }));
    client.close();
    const imported = await engine.read({ urn, id: "default/adopted" });
    assert.ok(imported);
    assert.deepEqual(imported.inputs, configMap("adopted", { a: "1" }));
    assert.equal((await engine.diff(imported, imported.inputs)).changes, false);
  });

  test("a misspelt field is refused in the preview", async () => {
    const program = { ...configMap("misspelt", {}), date: { a: "1" } };
    await assert.rejects(
      engine.create(urnOf(CONFIG_MAP, "misspelt"), program, 0, true),
      /date.*not declared in schema/,
    );
  });

  test("weights that another controller has set stay, show no difference, and the rest of the object still changes", async () => {
    const definition = await engine.create(
      urnOf("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "routes"),
      routeDefinition,
    );
    // By this DEL-046 knows in a preview that objects would be stored in another version.
    const shown = await engine.update(definition, storedAs("v2"), { preview: true });
    assert.deepEqual((plain(shown.outputs).status as { storedVersions: string[] }).storedVersions, ["v1", "v2"]);
    const ignoreChanges = ["spec.services"];
    const created = await engine.create(urnOf(ROUTE, "route"), route("route", 0));
    const path = "/apis/test.novacron.example/v1/namespaces/default/routes/route";
    await others(path, { spec: { services: route("", 10).spec.services } }, "rollouts-controller");

    assert.equal((await engine.diff(created, route("route", 0), ignoreChanges)).changes, false);
    assert.deepEqual((await engine.diff(created, route("route", 0, true), ignoreChanges)).paths, ["spec.sticky"]);
    const updated = await engine.update(created, route("route", 0, true), { ignoreChanges });
    assert.deepEqual(plain(updated.outputs).spec, route("route", 10, true).spec);

    // Before the controller has ever set them they are ours, and must not vanish for being ignored.
    const fresh = await engine.create(urnOf(ROUTE, "fresh"), route("fresh", 0));
    const kept = await engine.update(fresh, route("fresh", 0, true), { ignoreChanges });
    assert.deepEqual(plain(kept.outputs).spec, route("fresh", 0, true).spec);
  });

  test("a conflict names the other manager and the field", async () => {
    const urn = urnOf(CONFIG_MAP, "contested");
    const created = await engine.create(urn, configMap("contested", { a: "1" }));
    await others("/api/v1/namespaces/default/configmaps/contested", { data: { a: "theirs" } });
    const wish = configMap("contested", { a: "2" });
    assert.deepEqual((await engine.diff(created, wish)).paths, ["data.a"]);
    for (const preview of [true, false]) {
      await assert.rejects(
        engine.update(created, wish, { preview }),
        /\.data\.a is held by "kubectl-edit".*patchForce/,
      );
    }
    const forced = { ...wish, metadata: { ...wish.metadata, annotations: { "pulumi.com/patchForce": "true" } } };
    assert.deepEqual(plain(await engine.update(created, forced).then(({ outputs }) => outputs)).data, { a: "2" });
  });

  test("a field that cannot change replaces the object, old one first", async () => {
    const waiting = { "pulumi.com/skipAwait": "true" };
    const program = (app: string) => {
      const object = deployment("fixed", "registry.example/fixed@sha256:1", app);
      return { ...object, metadata: { ...object.metadata, annotations: waiting } };
    };
    const created = await engine.create(urnOf(DEPLOYMENT, "fixed"), program("one"));
    const changed = await engine.diff(created, program("two"));
    assert.deepEqual([changed.replaces, changed.deleteBeforeReplace], [["spec"], true]);
    assert.ok(changed.paths.includes("spec.selector.matchLabels.app"), changed.paths.join());
  });

  test("a Deployment that does not become ready says which pod, and why; and stays in the state", async () => {
    const urn = urnOf(DEPLOYMENT, "stuck");
    const making = engine.create(urn, deployment("stuck", "registry.example/stuck@sha256:1"), 6);
    const client = server.connect();
    const pods = "/api/v1/namespaces/default/pods";
    let name: string | undefined;
    while (name === undefined) {
      const { items } = await client.get<{ items: { metadata: { name: string } }[] }>(pods, {
        labelSelector: "app=stuck",
      });
      name = items[0]?.metadata.name;
    }
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } };
    const lastState = { terminated: { exitCode: 3, reason: "Error" } };
    const common = { name: "main", image: "i", imageID: "", ready: false, restartCount: 4 };
    await client.merge(`${pods}/${name}/status`, { status: { containerStatuses: [{ ...common, state, lastState }] } });
    client.close();
    const stuck = await making;
    assert.equal(stuck.id, "default/stuck");
    assert.match(stuck.initErrors.join(), /Deployment default\/stuck is not ready: 0 of 1 replicas available/);
    assert.match(
      stuck.initErrors.join(),
      new RegExp(`pod ${name}: container main: CrashLoopBackOff: back-off 10s \\(last exit code 3\\).*within 6 s`),
    );
    await engine.delete(stuck);
  });

  test("secrets stay secret in the state, whatever the server adds to them", async () => {
    const SECRET = "kubernetes:core/v1:Secret";
    const program = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "key", namespace: "default" },
      stringData: { key: "s3cret" },
    };
    const created = await engine.create(urnOf(SECRET, "key"), program);
    assert.ok(secretKeys(created.outputs).includes("data"));
    const read = await refreshed(created);
    assert.deepEqual(secretKeys(read.inputs), ["stringData"]);
    assert.deepEqual(plain(read.inputs).stringData, { key: "s3cret" });
    assert.ok(secretKeys(read.outputs).includes("data"));
    assert.equal((await engine.diff(read, program)).changes, false);
  });

  test("an object held by a finalizer is reported with it, and not taken for gone", async () => {
    const program = configMap("held", {});
    const held = { ...program, metadata: { ...program.metadata, finalizers: ["novacron.example/hold"] } };
    const created = await engine.create(urnOf(CONFIG_MAP, "held"), held);
    await assert.rejects(engine.delete(created, 1), /ConfigMap default\/held still exists.*novacron\.example\/hold/);
    await others("/api/v1/namespaces/default/configmaps/held", { metadata: { finalizers: null } });
    await engine.delete(created);
  });

  test("a cluster that cannot be reached is an error, never a deletion, unless that is asked for", async () => {
    const created = await engine.create(urnOf(CONFIG_MAP, "faraway"), configMap("faraway", { a: "1" }));
    await server.stopServer();
    await assert.rejects(engine.read(created), /cannot be reached.*stay in the state.*PULUMI_K8S_DELETE_UNREACHABLE/);
    await assert.rejects(engine.diff(created, configMap("faraway", { a: "2" })), /cannot be reached/);
    await assert.rejects(engine.delete(created), /cannot be reached/);
    assert.equal((await engine.create(urnOf(CONFIG_MAP, "planned"), configMap("planned", {}), 0, true)).id, "");
    const giving = new Engine(port);
    await giving.configure({ kubeconfig: server.kubeconfig, deleteUnreachable: "true" });
    assert.equal(await giving.read(created), undefined);
    giving.close();
    await server.startServer();
    assert.deepEqual((await refreshed(created)).inputs.data, { a: "1" });
  });
});
