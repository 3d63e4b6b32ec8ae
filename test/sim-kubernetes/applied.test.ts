import assert from "node:assert/strict";
import { test } from "node:test";
import type { Manifest } from "../../sim/kubernetes/cluster.ts";
import { isApplied } from "../../sim/kubernetes/fieldManager.ts";

const wanted: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "gate", namespace: "dwcp", labels: { app: "gate" } },
  spec: {
    template: { spec: { containers: [{ name: "gate", image: "gate:1", resources: { limits: { cpu: "1" } } }] } },
  },
};

/** What a server holds of it: with defaults of its own, and with replicas that an autoscaler has set. */
const live = {
  ...wanted,
  metadata: {
    ...wanted.metadata,
    uid: "1",
    resourceVersion: "7",
    managedFields: [
      {
        manager: "ours",
        operation: "Apply",
        fieldsV1: {
          "f:metadata": { "f:labels": { "f:app": {} } },
          "f:spec": {
            "f:template": {
              "f:spec": {
                "f:containers": {
                  'k:{"name":"gate"}': {
                    ".": {},
                    "f:name": {},
                    "f:image": {},
                    "f:resources": { "f:limits": { "f:cpu": {} } },
                  },
                },
              },
            },
          },
        },
      },
      { manager: "autoscaler", operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ],
  },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [{ name: "gate", image: "gate:1", resources: { limits: { cpu: "1" } }, imagePullPolicy: "Always" }],
      },
    },
  },
  status: { replicas: 3 },
} satisfies Manifest;

/** The object with one text in place of another. */
const changed = <Value>(value: Value, from: string, to: string): Value =>
  JSON.parse(JSON.stringify(value).replace(from, to)) as Value;

test("an unchanged object costs a preview no dry run, whatever the server and others have added", () => {
  assert.equal(isApplied(wanted, live, "ours"), true);
});

test("no change goes unseen: of the program, of the live object, of who applied it", () => {
  const label = { ...wanted, metadata: { name: "gate", namespace: "dwcp" } };
  const differences: [string, Manifest, Manifest, string][] = [
    ["the program has another value", changed(wanted, "gate:1", "gate:2"), live, "ours"],
    ["the program has no label any more", label, live, "ours"],
    ["the program sets replicas too", { ...wanted, spec: { ...(wanted.spec as object), replicas: 3 } }, live, "ours"],
    ["somebody has changed the image by hand", wanted, changed(live, "gate:1", "gate:0"), "ours"],
    ["somebody has taken the label away", wanted, changed(live, '"app":"gate"', '"other":"x"'), "ours"],
    ["somebody else applied it", wanted, live, "theirs"],
  ];
  for (const [what, manifest, held, manager] of differences)
    assert.equal(isApplied(manifest, held, manager), false, what);
});
