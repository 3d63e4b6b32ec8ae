import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import type { ChartRelease } from "../../sim/charts/chart.ts";
import { serveKubernetes } from "../../sim/kubernetes/index.ts";
import { ApiServer } from "../apiServer.ts";
import { Engine, plain, type Resource, urnOf } from "./engine.ts";
import { deployment, route, routeDefinition } from "./objects.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";
let server: ApiServer;
let engine: Engine;
let close = () => {};

/** A chart with a kind of its own, an object of it and a workload, which nothing here ever makes ready. */
function render({ releaseName, values }: ChartRelease) {
  const names = Array.isArray(values.routes) ? values.routes.map(String) : [];
  return {
    crds: [routeDefinition],
    objects: [deployment(releaseName, "registry.example/chart@sha256:1"), ...names.map((name) => route(name, 0))].map(
      ({ metadata: { name }, ...object }) => ({ ...object, metadata: { name } }),
    ),
    problems: values.unknown === undefined ? [] : ["unknown is not a value of this chart"],
  };
}

const release = (values: Record<string, unknown>, skipAwait = true) => ({
  chart: "demo",
  version: "1.0.0",
  name: "demo",
  namespace: "default",
  timeout: 2,
  values,
  skipAwait,
});

async function exists(path: string): Promise<boolean> {
  const client = server.connect();
  try {
    await client.get(path);
    return true;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

const routePath = (name: string) => `/apis/test.novacron.example/v1/namespaces/default/routes/${name}`;

describe("Helm releases", { concurrency: 1 }, () => {
  let made: Resource;
  const urn = urnOf(RELEASE, "demo");

  before(async () => {
    server = await ApiServer.start();
    server.startControllers();
    const connect = (kubeconfig: string) => new ClusterClient(clusterConfig(kubeconfig));
    const served = await serveKubernetes({ connect, render });
    close = served.close;
    engine = new Engine(served.port);
    await engine.configure({ kubeconfig: server.kubeconfig });
  });
  after(async () => {
    engine?.close();
    close();
    await server?.stop();
  });

  test("a value that the chart does not know is refused before anything is made", async () => {
    await assert.rejects(engine.check(urn, release({ unknown: 1 })), /values: unknown is not a value of this chart/);
  });

  test("a release whose workload does not start is reported with it, kept in the state, and tried again", async () => {
    made = await engine.create(urn, release({ routes: ["a"] }, false));
    assert.match(made.initErrors.join(), /Deployment default\/demo is not ready.*within 2 s/);
    assert.equal(made.id, "default/demo");
    assert.equal((await engine.diff(made, release({ routes: ["a"] }, false))).changes, true);
    made = await engine.update(made, release({ routes: ["a", "b"] }));
    assert.deepEqual(made.initErrors, []);
    const { status } = plain(made.outputs) as { status: Record<string, unknown> };
    assert.deepEqual([status.revision, status.status], [2, "deployed"]);
    assert.equal((await engine.diff(made, release({ routes: ["a", "b"] }))).changes, false);
  });

  test("its objects carry Helm's marks, and what a new revision leaves out goes", async () => {
    const client = server.connect();
    const { metadata } = await client.get<{ metadata: { labels: object; annotations: object } }>(routePath("a"));
    client.close();
    assert.deepEqual(metadata.labels, { "app.kubernetes.io/managed-by": "Helm" });
    assert.deepEqual(metadata.annotations, {
      "meta.helm.sh/release-name": "demo",
      "meta.helm.sh/release-namespace": "default",
    });
    made = await engine.update(made, release({ routes: ["b"] }));
    assert.deepEqual([await exists(routePath("a")), await exists(routePath("b"))], [false, true]);
  });

  test("a refresh finds it, an import knows its values", async () => {
    const imported = await engine.read({ urn, id: "default/demo" });
    assert.deepEqual(imported?.inputs.values, { routes: ["b"] });
    assert.deepEqual((await engine.read(made))?.inputs, made.inputs);
  });

  test("deleting it removes what it made, but no definitions", async () => {
    await engine.delete(made);
    assert.equal(await exists(routePath("b")), false);
    assert.equal(await exists("/apis/apps/v1/namespaces/default/deployments/demo"), false);
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert.equal(await exists(`${definitions}/routes.test.novacron.example`), true);
    assert.equal(await engine.read(made), undefined);
  });
});
