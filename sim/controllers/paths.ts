import type { KubernetesObject } from "../../client/client.ts";

/** A kind of the Kubernetes API, by its collection. */
export interface Resource {
  /** `v1`, `apps/v1`. */
  apiVersion: string;
  kind: string;
  /** Plural in lower case. */
  plural: string;
}

const resource = (apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): Resource => ({
  apiVersion,
  kind,
  plural,
});

export const SECRETS = resource("v1", "Secret");
export const NAMESPACES = resource("v1", "Namespace");
export const PODS = resource("v1", "Pod");
export const SERVICES = resource("v1", "Service");
export const STATEFUL_SETS = resource("apps/v1", "StatefulSet");
export const ISSUERS = resource("cert-manager.io/v1", "Issuer");
export const CLUSTER_ISSUERS = resource("cert-manager.io/v1", "ClusterIssuer");
export const CERTIFICATES = resource("cert-manager.io/v1", "Certificate");
export const CLUSTER_SECRET_STORES = resource("external-secrets.io/v1", "ClusterSecretStore");
export const EXTERNAL_SECRETS = resource("external-secrets.io/v1", "ExternalSecret");
export const PROMETHEUSES = resource("monitoring.coreos.com/v1", "Prometheus", "prometheuses");
export const ALERTMANAGERS = resource("monitoring.coreos.com/v1", "Alertmanager");
export const SERVICE_MONITORS = resource("monitoring.coreos.com/v1", "ServiceMonitor");
export const POD_MONITORS = resource("monitoring.coreos.com/v1", "PodMonitor");
export const PROMETHEUS_RULES = resource("monitoring.coreos.com/v1", "PrometheusRule");

/** Path of a collection, of one namespace or of all. */
export function collectionPath({ apiVersion, plural }: Resource, namespace?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

export const objectPath = (of: Resource, name: string, namespace?: string): string =>
  `${collectionPath(of, namespace)}/${name}`;

/** What a queue knows an object by. */
export const keyOf = ({ metadata: { namespace = "", name } }: KubernetesObject): string => `${namespace}/${name}`;

export function fromKey(key: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}

/** Makes an object go with its owner, which is its controller. */
export const ownedBy = ({ apiVersion, kind, metadata: { name, uid = "" } }: KubernetesObject) => [
  { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
];
