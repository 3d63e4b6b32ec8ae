import { gunzipSync, gzipSync } from "node:zlib";
import type { Properties } from "../service.ts";
import type { Cluster, Manifest, Reference } from "./cluster.ts";
import { text } from "./fields.ts";

/** What a cluster remembers of a Helm release. */
export interface ReleaseRecord {
  name: string;
  namespace: string;
  chart: string;
  version: string;
  appVersion: string;
  revision: number;
  status: "deployed" | "failed";
  values: Properties;
  repository: string | undefined;
  /** Everything that the release made and would remove, definitions of kinds apart. */
  objects: Reference[];
}

/** Where Helm keeps it: a Secret per revision, of which only the newest is kept here. */
const reference = (name: string, namespace: string, revision: number): Reference => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: `sh.helm.release.v1.${name}.v${revision}`, namespace },
});

async function secretsOf(cluster: Cluster, name: string, namespace: string): Promise<Manifest[]> {
  const labelSelector = `owner=helm,name=${name}`;
  return cluster.list({ apiVersion: "v1", kind: "Secret" }, namespace, { labelSelector });
}

/** The newest record of a release; undefined when there is no such release. */
export async function readRelease(
  cluster: Cluster,
  name: string,
  namespace: string,
): Promise<ReleaseRecord | undefined> {
  const records = (await secretsOf(cluster, name, namespace)).map((secret) => unpack(text(secret, "data", "release")));
  return records.toSorted((one, other) => other.revision - one.revision)[0];
}

export async function writeRelease(cluster: Cluster, record: ReleaseRecord): Promise<void> {
  const { name, namespace, revision, status } = record;
  const secret: Manifest = {
    ...reference(name, namespace, revision),
    type: "helm.sh/release.v1",
    metadata: {
      ...reference(name, namespace, revision).metadata,
      labels: { owner: "helm", name, status, version: String(revision) },
    },
    data: { release: pack(record) },
  };
  await cluster.apply(secret, { manager: "helm", force: true });
  for (const old of await secretsOf(cluster, name, namespace)) {
    if (text(old, "metadata", "labels", "version") !== String(revision)) await cluster.remove(old, "Background");
  }
}

export async function removeRelease(cluster: Cluster, name: string, namespace: string): Promise<void> {
  for (const secret of await secretsOf(cluster, name, namespace)) await cluster.remove(secret, "Background");
}

const pack = (record: ReleaseRecord): string => gzipSync(JSON.stringify(record)).toString("base64");

const unpack = (data: string): ReleaseRecord =>
  JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8")) as ReleaseRecord;
