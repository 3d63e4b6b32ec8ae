import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import type { Container, PodSpec } from "../../sim/pods/objects.ts";

export const NAMESPACE = "default";

/** Two versions of the same image. */
export const DIGESTS = { one: `sha256:${"1".repeat(64)}`, two: `sha256:${"2".repeat(64)}` } as const;

/** A container that runs a role and is ready when `/ready` says so. */
export const container = (args: string[], more: Partial<Container> = {}): Container => ({
  name: "main",
  image: `ghcr.io/novacron/environment@${DIGESTS.one}`,
  args,
  env: [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  ],
  ports: [{ name: "http", containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 1, failureThreshold: 1 },
  ...more,
});

const template = (name: string, spec: PodSpec) => ({
  metadata: { labels: { "app.kubernetes.io/name": name } },
  spec: { terminationGracePeriodSeconds: 10, ...spec },
});

const selector = (name: string) => ({ matchLabels: { "app.kubernetes.io/name": name } });

export const deployment = (name: string, replicas: number, spec: PodSpec) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: { replicas, selector: selector(name), template: template(name, spec) },
});

export const statefulSet = (name: string, replicas: number, spec: PodSpec, storageClassName: string) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name },
  spec: {
    replicas,
    serviceName: name,
    podManagementPolicy: "Parallel",
    selector: selector(name),
    template: template(name, spec),
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
      },
    ],
  },
});

export const job = (name: string, spec: PodSpec) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name },
  spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", ...spec } } },
});

export const service = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: {
    selector: { "app.kubernetes.io/name": name },
    ports: [{ name: "http", port: 80, targetPort: "http" }],
    ...spec,
  },
});

export const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

export const storageClass = (name: string) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "WaitForFirstConsumer",
});

/** Lets the pods of the namespace read pods. */
export const readerOfPods = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name: "view" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
  subjects: [{ kind: "ServiceAccount", name: "default", namespace: NAMESPACE }],
};

const COLLECTIONS: Record<string, string> = {
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  StatefulSet: `/apis/apps/v1/namespaces/${NAMESPACE}/statefulsets`,
  Job: `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
  Service: `/api/v1/namespaces/${NAMESPACE}/services`,
  EndpointSlice: `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`,
  ConfigMap: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
  Pod: `/api/v1/namespaces/${NAMESPACE}/pods`,
  RoleBinding: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`,
  StorageClass: "/apis/storage.k8s.io/v1/storageclasses",
};

export const pathOf = (kind: string, name: string): string => `${COLLECTIONS[kind]}/${name}`;

/** Makes the object, or what is given of it become so. */
export const apply = <Item extends KubernetesObject>(client: ClusterClient, object: Item): Promise<Item> =>
  client.apply(pathOf(object.kind, object.metadata.name), object, { fieldManager: "test", force: true });
