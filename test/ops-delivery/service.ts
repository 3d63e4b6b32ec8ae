import type { ClusterClient, KubernetesObject } from "../../client/client.ts";

/** The objects of a canary service as the program applies them, as far as releases touch them. */

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
export const REPOSITORY = "ghcr.io/novacron/dwcp-v3";

/** What the official provider calls itself: a prefix and a suffix of its own for each resource. */
export const PULUMI = "pulumi-kubernetes-1a2b3c4d";

const NAMESPACE = "dwcp";
const NAME = "dwcp-v3";
const metadata = (name: string) => ({
  name,
  namespace: NAMESPACE,
  labels: { "app.kubernetes.io/name": NAME },
  annotations: { "pulumi.com/autonamed": "false" },
});

const argument = {
  name: "digest",
  valueFrom: { fieldRef: { fieldPath: "metadata.annotations['novacron.io/digest']" } },
};

export function rollout(image: string, options: { gates: boolean } = { gates: true }): KubernetesObject {
  const [, own = ""] = image.split("@");
  const gate = (stage: string) =>
    options.gates
      ? {
          analysis: {
            templates: [{ templateName: `${NAME}-gate` }],
            args: [{ name: "stage", value: stage }, argument],
          },
        }
      : { pause: {} };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { ...metadata(NAME), annotations: { "novacron.io/digest": own } },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": NAME } },
      revisionHistoryLimit: 3,
      rollbackWindow: { revisions: 10 },
      template: {
        metadata: { labels: { "app.kubernetes.io/name": NAME }, annotations: { "novacron.io/digest": own } },
        spec: {
          containers: [
            {
              name: NAME,
              image,
              args: ["dwcp"],
              ports: [
                { name: "http", containerPort: 8080 },
                { name: "metrics", containerPort: 9090 },
              ],
              env: [
                { name: "IMAGE_DIGEST", value: own },
                { name: "REGION", value: "aws-use1" },
                { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
              ],
              resources: { requests: { cpu: "100m", memory: "64Mi" } },
            },
          ],
        },
      },
      strategy: {
        canary: {
          stableService: `${NAME}-stable`,
          canaryService: `${NAME}-canary`,
          trafficRouting: { traefik: { weightedTraefikServiceName: NAME } },
          scaleDownDelaySeconds: 3600,
          abortScaleDownDelaySeconds: 10,
          steps: [
            gate("10"),
            { setWeight: 10 },
            gate("50"),
            { setWeight: 50 },
            gate("100"),
            { setWeight: 100 },
            gate("done"),
          ],
        },
      },
    },
  } as KubernetesObject;
}

export const ceiling = (of: string, stage: string, denied = ""): KubernetesObject =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(`${NAME}-release`),
    data: { digest: of, stage, denied },
  }) as KubernetesObject;

const weights = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "TraefikService",
  metadata: metadata(NAME),
  spec: {
    weighted: {
      services: [
        { name: `${NAME}-stable`, port: 80, weight: 100 },
        { name: `${NAME}-canary`, port: 80, weight: 0 },
      ],
    },
  },
};

/** The route around it, as `novactl` and nobody else changes it. */
const route = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "TraefikService",
  metadata: metadata("dwcp"),
  spec: {
    weighted: {
      services: [
        { name: NAME, kind: "TraefikService", weight: 100 },
        { name: "dwcp-v1", kind: "TraefikService", weight: 0 },
        { name: `${NAME}-previous`, port: 80, weight: 0 },
      ],
    },
  },
};

const service = (suffix: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(`${NAME}${suffix}`),
  spec: { selector: { "app.kubernetes.io/name": NAME }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
});

export const PATHS = {
  rollout: `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts/${NAME}`,
  release: `/api/v1/namespaces/${NAMESPACE}/configmaps/${NAME}-release`,
  weights: `/apis/traefik.io/v1alpha1/namespaces/${NAMESPACE}/traefikservices/${NAME}`,
  route: `/apis/traefik.io/v1alpha1/namespaces/${NAMESPACE}/traefikservices/dwcp`,
  service: (suffix: string) => `/api/v1/namespaces/${NAMESPACE}/services/${NAME}${suffix}`,
};

/** Applies everything as an `up` does. */
export async function applyService(client: ClusterClient, image: string, options?: { gates: boolean }): Promise<void> {
  await client
    .create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } })
    .catch((error: { code?: number }) => {
      if (error.code !== 409) throw error;
    });
  const apply = (path: string, body: object) => client.apply(path, body, { fieldManager: PULUMI });
  await Promise.all([
    apply(PATHS.release, ceiling(image.split("@")[1] ?? "", "done")),
    apply(PATHS.weights, weights),
    apply(PATHS.route, route),
    apply(PATHS.service("-previous"), service("-previous")),
    apply(PATHS.service("-stable"), service("-stable")),
    apply(PATHS.service("-canary"), service("-canary")),
  ]);
  await apply(PATHS.rollout, rollout(image, options));
}
