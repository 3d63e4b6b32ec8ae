import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { ClusterClient } from "../../client/client.ts";
import { MissingError } from "../../sim/pods/environment.ts";
import type { Pod, Secret } from "../../sim/pods/objects.ts";
import { PodVolumes } from "../../sim/pods/volumes.ts";

const HOUR_MS = 3_600_000;
const [CONFIG, TOKEN, KUBECONFIG] = ["volumes/config/file", "volumes/account/token", "volumes/kubeconfig.d/kubeconfig"];

/** A pod that reads two secrets and asks for a token of its service account. */
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "prometheus-0", namespace: "monitoring" },
  spec: {
    containers: [
      {
        name: "prometheus",
        image: "quay.io/prometheus/prometheus:v3.12.0",
        volumeMounts: [
          { name: "config", mountPath: "/etc/prometheus/config" },
          { name: "account", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
        ],
      },
    ],
    volumes: [
      { name: "config", secret: { secretName: "config" } },
      { name: "assets", secret: { secretName: "assets" } },
      { name: "account", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
    ],
  },
  status: {},
};

let folder: string;
let secrets: Map<string, Secret>;
let volumes: PodVolumes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  secrets = new Map();
  setSecret("config", "first");
  setSecret("assets", "one");
  const client = {
    server: "https://api",
    create: async () => ({
      status: { token: "a token", expirationTimestamp: new Date(Date.now() + HOUR_MS).toISOString() },
    }),
  } as unknown as ClusterClient;
  const sources = { configMap: () => undefined, secret: (_: string, name: string) => secrets.get(name) };
  volumes = new PodVolumes(pod, folder, { client, sources, claimFolder: () => undefined }, true);
});

afterEach(() => rmSync(folder, { recursive: true }));

const setSecret = (name: string, text: string): void => {
  const data = { file: Buffer.from(text).toString("base64") };
  secrets.set(name, { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "monitoring" }, data });
};

/** Every file below the pod's folder, with what would differ had it been written to. */
const files = (): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const { ino, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
        return [relative(folder, file), `${ino} ${mtimeNs} ${ctimeNs}`];
      }),
  );

const config = (): string => readFileSync(join(folder, CONFIG), "utf8");

// A Prometheus that finds its kubeconfig empty while it reads its configuration discovers nothing until it is told to read again.
test("a write with nothing new touches no file, the kubeconfig among them", async () => {
  assert.equal(await volumes.write(), true);
  const before = files();
  assert.deepEqual([...before.keys()].sort(), [CONFIG, TOKEN, KUBECONFIG, "volumes/assets/file"].sort());
  assert.equal(await volumes.write(), false);
  assert.deepEqual(files(), before);
});

test("a file that changes is replaced, and the others are left as they are", async () => {
  await volumes.write();
  const before = files();
  setSecret("config", "second");
  assert.equal(await volumes.write(), true);
  assert.equal(config(), "second");
  const after = files();
  for (const name of [KUBECONFIG, TOKEN]) assert.equal(after.get(name), before.get(name), name);
});

test("a change that was written before something was missing is told once that is there", async () => {
  await volumes.write();
  setSecret("config", "second");
  secrets.delete("assets");
  await assert.rejects(volumes.write(), MissingError);
  assert.equal(config(), "second");
  setSecret("assets", "one");
  assert.equal(await volumes.write(), true);
  assert.equal(await volumes.write(), false);
});
