import type { ProviderConfig } from "./backend.ts";
import { at } from "./fields.ts";

const STATEFUL_SET = ["podManagementPolicy", "revisionHistoryLimit", "selector", "serviceName", "volumeClaimTemplates"];

const VOLUME_CLAIM = ["accessModes", "selector", "storageClassName", "volumeName"];

const inSpec = (fields: readonly string[]): string[] => fields.map((field) => `spec.${field}`);

/**
 * Fields by `group/Kind` that the API server, or the controller, never lets change. A Rollout's selector is refused by
 * Argo (`InvalidSpec`), the others by the API server.
 */
const FIELDS: Record<string, readonly string[]> = {
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/ReplicaSet": ["spec.selector"],
  "apps/StatefulSet": inSpec(STATEFUL_SET),
  "argoproj.io/Rollout": ["spec.selector"],
  "batch/Job": inSpec(["completions", "parallelism", "selector", "template"]),
  "core/PersistentVolume": inSpec(["csi", "hostPath", "local", "nfs"]),
  "core/PersistentVolumeClaim": inSpec(VOLUME_CLAIM),
  "core/Pod": ["spec"],
  "core/ResourceQuota": ["spec.scopes"],
  "core/Secret": ["type"],
  "core/Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "scheduling.k8s.io/PriorityClass": ["value", "preemptionPolicy"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
};

/**
 * Paths whose change needs a new object. Contents of ConfigMaps and Secrets are among them unless the provider is told
 * that they may change in place: by default a change makes a new object, so that pods are rolled.
 */
export function replaceOn(object: { apiVersion?: unknown; kind?: unknown }, config: ProviderConfig): string[] {
  const version = String(object.apiVersion);
  const group = version.includes("/") ? version.split("/")[0] : "core";
  const paths = ["metadata.name", "metadata.namespace", "kind", ...(FIELDS[`${group}/${object.kind}`] ?? [])];
  const immutable = at(object, "immutable") === true;
  if (group !== "core") return paths;
  if (object.kind === "ConfigMap" && (immutable || !config.enableConfigMapMutable)) paths.push("data", "binaryData");
  if (object.kind === "Secret" && (immutable || !config.enableSecretMutable)) paths.push("data", "stringData");
  return paths;
}

/** How API servers word that a field cannot change. */
export const isImmutabilityMessage = (message: string): boolean =>
  /immutable|may not change once set|updates to .* (are )?forbidden|cannot change|can ?not be (changed|unset)/i.test(
    message,
  );
