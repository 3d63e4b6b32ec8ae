import type { KubernetesObject } from "../../client/client.ts";
import type { Instance } from "./monitoringObjects.ts";
import { ownedBy } from "./paths.ts";

type Manifest = KubernetesObject & Record<string, unknown>;

/** What differs between the StatefulSets of Prometheus and Alertmanager. */
export interface Application {
  name: "prometheus" | "alertmanager";
  image: string;
  args: string[];
  /** Where its configuration is mounted, and where it keeps its data. */
  configPath: string;
  dataPath: string;
  port: number;
  env?: { name: string; value: string }[];
  /** Further ports, by name. */
  ports?: Record<string, number>;
}

export const objectName = (app: Application["name"], { metadata }: Instance): string => `${app}-${metadata.name}`;

/** What the pods of an instance, and nothing else, are labelled with. */
export const selectorOf = (app: Application["name"], { metadata }: Instance): Record<string, string> => ({
  "app.kubernetes.io/name": app,
  "app.kubernetes.io/instance": metadata.name,
  "app.kubernetes.io/managed-by": "prometheus-operator",
  [app]: metadata.name,
  ...(app === "prometheus" && {
    "operator.prometheus.io/name": metadata.name,
    "operator.prometheus.io/shard": "0",
  }),
});

/** The StatefulSet of an instance, with the names that prometheus-operator gives. */
export function statefulSet(app: Application, instance: Instance): Manifest {
  const { metadata, spec } = instance;
  const name = objectName(app.name, instance);
  const labels = selectorOf(app.name, instance);
  const { volumeClaimTemplate: claim, emptyDir = {} } = spec.storage ?? {};
  const volume = claim?.metadata?.name ?? `${name}-db`;
  const portName = spec.portName ?? "web";
  const probe = (path: string): object => ({ httpGet: { path, port: portName }, timeoutSeconds: 3 });
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: {
      name,
      namespace: metadata.namespace ?? "",
      labels: { ...metadata.labels, ...labels },
      ownerReferences: ownedBy(instance),
    },
    spec: {
      replicas: spec.replicas ?? 1,
      serviceName: `${app.name}-operated`,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      template: {
        metadata: {
          labels: { ...spec.podMetadata?.labels, ...labels },
          annotations: { "kubectl.kubernetes.io/default-container": app.name, ...spec.podMetadata?.annotations },
        },
        spec: {
          ...picked(spec, [
            "serviceAccountName",
            "securityContext",
            "nodeSelector",
            "tolerations",
            "affinity",
            "topologySpreadConstraints",
            "priorityClassName",
          ]),
          terminationGracePeriodSeconds: app.name === "prometheus" ? 600 : 120,
          containers: [
            {
              name: app.name,
              image: spec.image ?? app.image,
              args: [
                ...app.args,
                ...(spec.additionalArgs ?? []).map(({ name, value }) => `--${name}${value ? `=${value}` : ""}`),
              ],
              env: [
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                ...(app.env ?? []),
              ],
              ports: Object.entries({ [portName]: app.port, ...app.ports }).map(([name, containerPort]) => ({
                name,
                containerPort,
                protocol: "TCP",
              })),
              readinessProbe: { ...probe("/-/ready"), periodSeconds: 5, failureThreshold: 3 },
              livenessProbe: { ...probe("/-/healthy"), periodSeconds: 5, failureThreshold: 6 },
              ...(spec.resources && { resources: spec.resources }),
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "config", mountPath: app.configPath, readOnly: true },
                { name: volume, mountPath: app.dataPath, ...(claim && { subPath: `${app.name}-db` }) },
              ],
            },
          ],
          volumes: [
            { name: "config", secret: { secretName: configSecretName(app.name, instance) } },
            ...(claim ? [] : [{ name: volume, emptyDir }]),
          ],
        },
      },
      ...(claim && {
        volumeClaimTemplates: [
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { ...claim.metadata, name: volume },
            spec: { accessModes: ["ReadWriteOnce"], ...claim.spec },
          },
        ],
      }),
    },
  };
}

export const configSecretName = (app: Application["name"], instance: Instance): string =>
  app === "prometheus" ? objectName(app, instance) : `${objectName(app, instance)}-generated`;

/** The headless Service that gives each replica its name; shared by the instances of a namespace. */
export function governingService(app: Application, instance: Instance): Manifest {
  const name = `${app.name}-operated`;
  const port = instance.spec.portName ?? "web";
  const further = Object.entries(app.ports ?? {});
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: instance.metadata.namespace ?? "",
      labels: { [`operated-${app.name}`]: "true", "managed-by": "prometheus-operator" },
      ownerReferences: ownedBy(instance).map(({ controller, ...owner }) => owner),
    },
    spec: {
      clusterIP: "None",
      selector: { "app.kubernetes.io/name": app.name },
      ports: [
        { name: port, port: app.port, targetPort: port },
        ...further.map(([name, port]) => ({ name, port, targetPort: name })),
      ],
    },
  };
}

export function configSecret(app: Application, instance: Instance, files: Readonly<Record<string, string>>): Manifest {
  const encoded = Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: configSecretName(app.name, instance),
      namespace: instance.metadata.namespace ?? "",
      labels: { "managed-by": "prometheus-operator" },
      ownerReferences: ownedBy(instance),
    },
    data: Object.fromEntries(encoded),
  };
}

function picked<Source extends object>(source: Source, keys: readonly (keyof Source)[]): Partial<Source> {
  return Object.fromEntries(
    keys.flatMap((key) => (source[key] === undefined ? [] : [[key, source[key]]])),
  ) as Partial<Source>;
}
