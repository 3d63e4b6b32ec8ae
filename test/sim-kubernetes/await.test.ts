import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { service } from "../../sim/kubernetes/await/others.ts";
import type { Occasion } from "../../sim/kubernetes/await/verdict.ts";
import { waitFor } from "../../sim/kubernetes/await/waitFor.ts";
import { deployment, rollout, statefulSet } from "../../sim/kubernetes/await/workloads.ts";
import { Cluster, type Manifest } from "../../sim/kubernetes/cluster.ts";

const nowhere = new Cluster(
  new ClusterClient({ server: "https://127.0.0.1:1", certificateAuthority: "", token: async () => "" }),
);

const object = (kind: string, spec: object, status: object): Manifest => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "it", namespace: "dwcp", generation: 4 },
  spec,
  status,
});

const stateOf = async (rule: typeof rollout, manifest: Manifest, occasion: Occasion) =>
  (await rule(manifest, occasion, nowhere)).state;

describe("when an update goes on", () => {
  test("in the middle of a canary it does not hang, but a change that Argo has not seen is waited for", async () => {
    const paused = { observedGeneration: "4", phase: "Paused", replicas: 4, updatedReplicas: 1, availableReplicas: 4 };
    assert.equal(await stateOf(rollout, object("Rollout", { replicas: 3 }, paused), "update"), "ready");
    const stale = { ...paused, observedGeneration: "3" };
    assert.equal(await stateOf(rollout, object("Rollout", { replicas: 3 }, stale), "update"), "waiting");
  });

  test("a rollback does not break the next update, an invalid Rollout does", async () => {
    const aborted = { observedGeneration: "4", phase: "Degraded", abort: true };
    for (const occasion of ["update", "read"] as const) {
      assert.equal(await stateOf(rollout, object("Rollout", {}, aborted), occasion), "ready");
    }
    const conditions = [{ type: "InvalidSpec", status: "True", message: "spec.strategy is empty" }];
    assert.equal(await stateOf(rollout, object("Rollout", {}, { ...aborted, conditions }), "update"), "failed");
  });

  test("a new Rollout must become healthy", async () => {
    const starting = { observedGeneration: "4", phase: "Progressing", replicas: 3, updatedReplicas: 3 };
    assert.equal(await stateOf(rollout, object("Rollout", { replicas: 3 }, starting), "create"), "waiting");
    const healthy = { ...starting, phase: "Healthy" };
    assert.equal(await stateOf(rollout, object("Rollout", { replicas: 3 }, healthy), "create"), "ready");
  });

  test("a Deployment's old replicas are waited for, as are a StatefulSet's last updates", async () => {
    const counts = { observedGeneration: 4, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3 };
    const spec = { replicas: 3 };
    assert.equal(
      await stateOf(deployment, object("Deployment", spec, { ...counts, replicas: 4 }), "update"),
      "waiting",
    );
    assert.equal(await stateOf(deployment, object("Deployment", spec, { ...counts, replicas: 3 }), "update"), "ready");
    const behind = { ...counts, updatedReplicas: 2 };
    assert.equal(await stateOf(statefulSet, object("StatefulSet", spec, behind), "update"), "waiting");
    assert.equal(await stateOf(statefulSet, object("StatefulSet", spec, counts), "update"), "ready");
  });

  test("the Service of a canary without pods never holds anything up, a load balancer without address does", async () => {
    const canary = object("Service", { selector: { app: "dwcp" }, clusterIP: "10.0.0.9" }, {});
    assert.equal(await stateOf(service, canary, "update"), "ready");
    const balancer = object("Service", { type: "LoadBalancer" }, { loadBalancer: {} });
    assert.equal(await stateOf(service, balancer, "update"), "waiting");
  });

  test("pulumi.com/waitFor is judged as kubectl would", () => {
    const conditions = [
      { type: "Synced", status: "False" },
      { type: "Ready", status: "True" },
    ];
    const manifest = object("Thing", {}, { conditions, phase: "Up", "a.b": { list: [{ n: 1 }] } });
    const holds: Record<string, boolean> = {
      "condition=Ready": true,
      "condition=Synced": false,
      "condition=Synced=False": true,
      "jsonpath={.status.phase}": true,
      "jsonpath={.status.phase}=Down": false,
      "jsonpath={.status.a\\.b.list[0].n}=1": true,
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}=True': true,
      "jsonpath={.status.conditions[*].status}=False": true,
      '["condition=Ready","jsonpath={.status.missing}"]': false,
    };
    for (const [annotation, expected] of Object.entries(holds)) {
      assert.equal(waitFor(manifest, annotation).state === "ready", expected, annotation);
    }
    assert.throws(() => waitFor(manifest, "ready"), /pulumi\.com\/waitFor is 'ready'; allowed are/);
  });
});
