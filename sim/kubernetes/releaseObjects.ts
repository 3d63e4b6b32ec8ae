import type { ChartRelease } from "../charts/chart.ts";
import type { RenderedChart } from "../charts/index.ts";
import { awaitReady, awaitRemoval } from "./await/index.ts";
import type { Operation } from "./backend.ts";
import type { Cluster, Manifest, Reference } from "./cluster.ts";
import { text } from "./fields.ts";
import { idOf } from "./token.ts";

/** Helm's own order of installation, as far as it matters: what others refer to goes first. */
const ORDER = [
  "Namespace",
  "NetworkPolicy",
  "ResourceQuota",
  "LimitRange",
  "PodDisruptionBudget",
  "PriorityClass",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
  "PersistentVolumeClaim",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "Service",
];

/** What `helm --wait` waits for. */
const AWAITED = ["Deployment", "StatefulSet", "DaemonSet", "Service", "PersistentVolumeClaim"];

const MANAGER = "helm";

/** The chart's objects as Helm applies them: in the release's namespace where they have one, and marked as the release's own. */
export async function withReleaseNames(
  cluster: Cluster,
  { objects, crds }: RenderedChart,
  { releaseName, namespace }: ChartRelease,
): Promise<Manifest[]> {
  const defined = new Map(
    crds.map((crd) => [
      `${text(crd, "spec", "group")}/${text(crd, "spec", "names", "kind")}`,
      text(crd, "spec", "scope") === "Namespaced",
    ]),
  );
  return Promise.all(
    objects.map(async (object) => {
      const ofChart = defined.get(`${object.apiVersion.split("/")[0]}/${object.kind}`);
      const namespaced = ofChart ?? (await cluster.resource(object)).namespaced;
      const metadata = object.metadata;
      return {
        ...object,
        metadata: {
          ...metadata,
          ...(namespaced ? { namespace: metadata.namespace ?? namespace } : {}),
          labels: { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" },
          annotations: {
            ...metadata.annotations,
            "meta.helm.sh/release-name": releaseName,
            "meta.helm.sh/release-namespace": namespace,
          },
        },
      };
    }),
  );
}

/** Applies definitions, then objects; says what did not become ready, if anything. */
export async function applyChart(
  cluster: Cluster,
  crds: readonly Manifest[],
  objects: readonly Manifest[],
  operation: Operation & { wait: boolean },
): Promise<string | undefined> {
  const options = { manager: MANAGER, force: true, signal: operation.signal };
  const failures: string[] = [];
  const settle = async (manifest: Manifest) => {
    const applied = await cluster.apply(manifest, options);
    const { failure } = await awaitReady(cluster, applied, "create", operation);
    if (failure !== undefined) failures.push(failure);
  };
  operation.progress(`applying ${crds.length} definitions and ${objects.length} objects`);
  await Promise.all(crds.map(settle));
  if (failures.length > 0) return failures.join("\n");
  const awaited: Manifest[] = [];
  for (const wave of waves(objects)) {
    const applied = await Promise.all(wave.map((manifest) => cluster.apply(manifest, options)));
    awaited.push(...applied.filter(({ kind }) => AWAITED.includes(kind)));
  }
  if (!operation.wait) return undefined;
  const ended = await Promise.all(awaited.map((manifest) => awaitReady(cluster, manifest, "update", operation)));
  const reasons = ended.map(({ failure }) => failure).filter((failure) => failure !== undefined);
  return reasons.length === 0 ? undefined : reasons.join("\n");
}

/** Removes what the revision before had and the new one has not. */
export async function prune(
  cluster: Cluster,
  before: readonly Reference[],
  after: readonly Reference[],
  operation: Operation,
): Promise<void> {
  const kept = new Set(after.map(keyOf));
  const gone = before.filter((reference) => !kept.has(keyOf(reference)));
  await removeObjects(cluster, gone, operation);
}

/** Removes objects in the reverse order of their installation and waits until they are gone. */
export async function removeObjects(
  cluster: Cluster,
  references: readonly Reference[],
  operation: Operation,
): Promise<void> {
  for (const wave of waves(references).toReversed()) {
    await Promise.all(
      wave.map(async (reference) => {
        if (await cluster.remove(reference, "Background")) await awaitRemoval(cluster, reference, operation);
      }),
    );
  }
}

/** Groups that may go side by side, in Helm's order. */
function waves<Item extends Reference>(objects: readonly Item[]): Item[][] {
  const rank = ({ kind }: Item): number => {
    const found = ORDER.indexOf(kind);
    return found < 0 ? ORDER.length : found;
  };
  const groups = Map.groupBy(objects, rank);
  return [...groups.keys()].toSorted((one, other) => one - other).map((key) => groups.get(key) ?? []);
}

const keyOf = ({ apiVersion, kind, metadata }: Reference): string => `${apiVersion} ${kind} ${idOf(metadata)}`;
