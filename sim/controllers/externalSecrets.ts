import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../client/client.ts";
import type { Informer } from "../../client/informer.ts";
import { ApiError } from "../../client/problem.ts";
import type { RunningRole } from "../../workload/role.ts";
import type { Secret } from "./certManagerObjects.ts";
import { type ConditionInput, isTrue, withCondition } from "./conditions.ts";
import type { ControllerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import { milliseconds } from "./durations.ts";
import type { ExternalSecret, SecretStore } from "./externalSecretsObjects.ts";
import { selects } from "./labelSelector.ts";
import {
  CLUSTER_SECRET_STORES,
  collectionPath,
  EXTERNAL_SECRETS,
  fromKey,
  keyOf,
  NAMESPACES,
  objectPath,
  ownedBy,
  SECRETS,
} from "./paths.ts";
import { storeProblem, storeReconciler } from "./secretStores.ts";
import { filledIn, secretValues } from "./secretValues.ts";
import { updateStatus } from "./status.ts";

const MANAGER = "external-secrets";
const HASH = "reconcile.external-secrets.io/data-hash";

/** A value that was not there may be added at any time; nothing tells. */
const RETRY_MS = 5_000;

interface Watched {
  externalSecrets: Informer<ExternalSecret>;
  stores: Informer<SecretStore>;
  namespaces: Informer<KubernetesObject>;
  secrets: Informer<Secret>;
}

/**
 * Stands in for External Secrets' controller: copies values from the clouds' simulated secret managers into Secrets. Stores are
 * ClusterSecretStores; others are not simulated.
 */
export async function externalSecrets(context: ControllerContext): Promise<RunningRole> {
  const controller = new Controller(context);
  const queue = controller.reconciles((key) => reconcile(context, watched, key));
  const storeQueue = controller.reconciles((key) => reconcileStore(key));
  const all = controller.watchesOwn<ExternalSecret>(EXTERNAL_SECRETS, queue);
  const watched: Watched = {
    externalSecrets: all,
    stores: controller.watches<SecretStore>(CLUSTER_SECRET_STORES, (store) => {
      storeQueue.add(keyOf(store));
      for (const user of all.all()) if (user.spec.secretStoreRef?.name === store.metadata.name) queue.add(keyOf(user));
    }),
    namespaces: controller.watches(NAMESPACES, () => undefined),
    secrets: controller.watches<Secret>(SECRETS, ({ metadata }) => {
      for (const user of all.all())
        if (user.metadata.namespace === metadata.namespace && targetName(user) === metadata.name)
          queue.add(keyOf(user));
    }),
  };
  const reconcileStore = storeReconciler(context, watched.stores);
  return controller.run(
    context.args.includes("--enable-leader-election=true") ? "external-secrets-controller" : undefined,
  );
}

const targetName = ({ metadata, spec }: ExternalSecret): string => spec.target?.name || metadata.name;

async function reconcile(context: ControllerContext, watched: Watched, key: string): Promise<number | undefined> {
  const { name, namespace } = fromKey(key);
  const wanted = watched.externalSecrets.get(name, namespace);
  if (wanted === undefined || wanted.metadata.deletionTimestamp !== undefined) return undefined;
  const interval = milliseconds(wanted.spec.refreshInterval ?? "1h");
  const { refreshTime, syncedResourceVersion, conditions } = wanted.status ?? {};
  const age = refreshTime === undefined ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(refreshTime);
  const current = watched.secrets.get(targetName(wanted), namespace);
  const intact = current?.metadata.annotations?.[HASH] === hashOf(current?.data);
  // An interval of 0 reads once.
  const due = interval > 0 && age >= interval;
  const done = isTrue(conditions, "Ready") && syncedResourceVersion === versionOf(wanted);
  if (done && intact && !due) return interval > 0 ? interval - age : undefined;

  const report = (condition: Pick<ConditionInput, "status" | "reason" | "message">, further: object = {}) =>
    updateStatus(context.client, EXTERNAL_SECRETS, wanted, {
      conditions: withCondition(conditions, { type: "Ready", ...condition }),
      ...further,
    });
  try {
    const store = usableStore(watched, wanted);
    await apply(context, wanted, await secretValues(context.region, store, wanted.spec));
  } catch (error) {
    // What the API server refuses is its error, not the secret manager's, and is tried again at once.
    if (error instanceof ApiError && error.code === 409) throw error;
    const message = error instanceof Error ? error.message : String(error);
    await report({ status: "False", reason: "SecretSyncedError", message });
    context.log(`${key}: ${message}`);
    return RETRY_MS;
  }
  await report(
    { status: "True", reason: "SecretSynced", message: "secret synced" },
    {
      refreshTime: `${new Date().toISOString().slice(0, 19)}Z`,
      syncedResourceVersion: versionOf(wanted),
      binding: { name: targetName(wanted) },
    },
  );
  return interval > 0 ? interval : undefined;
}

/** Changes with the spec, the labels and the annotations: whatever makes another Secret. */
function versionOf({ metadata: { generation = 0, labels, annotations } }: ExternalSecret): string {
  const hash = createHash("sha256").update(JSON.stringify([labels ?? {}, annotations ?? {}]));
  return `${generation}-${hash.digest("hex").slice(0, 16)}`;
}

const hashOf = (data: Record<string, string> = {}): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");

/** @throws Error when the store is not there, not ready or not for this namespace */
function usableStore({ stores, namespaces }: Watched, { metadata, spec }: ExternalSecret): SecretStore {
  const { name = "", kind = "SecretStore" } = spec.secretStoreRef ?? {};
  const namespace = metadata.namespace ?? "";
  if (kind !== "ClusterSecretStore") throw new Error(`secretStoreRef: ${kind} is not simulated; ClusterSecretStore is`);
  const store = stores.get(name);
  if (store === undefined) throw new Error(`could not get ${kind} "${name}": it does not exist`);
  const problem = storeProblem(store);
  if (problem !== undefined) throw new Error(`${kind} "${name}" is not ready: ${problem}`);
  const labels = namespaces.get(namespace)?.metadata.labels ?? {};
  const { conditions = [] } = store.spec;
  const allowed = conditions.some(
    ({ namespaces: names = [], namespaceRegexes = [], namespaceSelector }) =>
      names.includes(namespace) ||
      namespaceRegexes.some((pattern) => new RegExp(`^(?:${pattern})$`).test(namespace)) ||
      selects(namespaceSelector, labels),
  );
  if (conditions.length > 0 && !allowed)
    throw new Error(`using ${kind} "${name}" is not allowed from namespace "${namespace}": denied by spec.condition`);
  return store;
}

/** Writes the Secret as this controller's own fields, so that keys that are no longer wanted go. */
async function apply({ client }: ControllerContext, wanted: ExternalSecret, values: Record<string, string>) {
  const { target = {} } = wanted.spec;
  const { template, creationPolicy = "Owner" } = target;
  if (creationPolicy === "None") return;
  const namespace = wanted.metadata.namespace ?? "";
  const name = targetName(wanted);
  const texts = template?.data
    ? Object.fromEntries(Object.entries(template.data).map(([key, text]) => [key, filledIn(text, values)]))
    : values;
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      labels: {
        ...(template?.metadata?.labels ?? wanted.metadata.labels),
        "reconcile.external-secrets.io/managed": "true",
      },
      annotations: { ...template?.metadata?.annotations, [HASH]: hashOf(data) },
      ...(creationPolicy === "Owner" && { ownerReferences: ownedBy(wanted) }),
    },
    ...(creationPolicy !== "Merge" && { type: template?.type ?? "Opaque" }),
    data,
  };
  if (creationPolicy === "Merge") await client.get(objectPath(SECRETS, name, namespace));
  await client.apply(`${collectionPath(SECRETS, namespace)}/${name}`, secret, { fieldManager: MANAGER, force: true });
}
