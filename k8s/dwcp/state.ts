import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { PORTS, ROLE_ENVIRONMENT } from "../contract.ts";
import { NAMESPACES, PRIORITIES, STORAGE_CLASS } from "../platform/names.ts";
import { nameLabel, podTemplate } from "./podTemplate.ts";

const NAME = "dwcp-state";

/** A write is acknowledged by two of three, one in each zone: the loss of a zone loses nothing and stops nothing. */
const REPLICAS = 3;

/** Where each replica keeps its log. */
const FOLDER = "/var/lib/dwcp";

/** URL of each replica, by the name that the headless Service gives it. */
export const STATE_URLS: readonly string[] = Array.from(
  { length: REPLICAS },
  (_, index) => `http://${NAME}-${index}.${NAME}.${NAMESPACES.dwcp}.svc:${PORTS.http}`,
);

export interface StateArgs {
  region: string;
  /** The environment's image by digest. */
  image: string;
  /** Size of each replica's volume. @default "10Gi", what a year of operations takes in staging */
  volume?: string;
}

/** DWCP's state in a region: replicas in different zones with a volume each, none of which two pods ever share. */
export class State extends ComponentResource {
  readonly urls: readonly string[];

  constructor(name: string, { region, image, volume = "10Gi" }: StateArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:State", name, {}, options);
    const metadata = { name: NAME, namespace: NAMESPACES.dwcp, labels: nameLabel(NAME) };
    const own = { parent: this };
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, own);
    const service = new Service(
      `${name}-service`,
      {
        metadata,
        spec: {
          clusterIP: "None",
          // A replica that comes back asks the others before it is ready itself.
          publishNotReadyAddresses: true,
          selector: nameLabel(NAME),
          ports: [{ name: "http", port: PORTS.http, targetPort: "http" }],
        },
      },
      own,
    );
    const template = podTemplate({
      name: NAME,
      image,
      role: "state",
      region,
      env: { [ROLE_ENVIRONMENT.state.folder]: FOLDER, [ROLE_ENVIRONMENT.state.replicaUrls]: STATE_URLS.join(",") },
      resources: { cpu: "250m", memory: "512Mi" },
      pool: "workload",
      priority: PRIORITIES.critical,
      volumeMounts: [{ name: "state", mountPath: FOLDER }],
    });
    new StatefulSet(
      `${name}-replicas`,
      {
        metadata,
        spec: {
          serviceName: NAME,
          replicas: REPLICAS,
          podManagementPolicy: "Parallel",
          selector: { matchLabels: nameLabel(NAME) },
          template,
          volumeClaimTemplates: [
            {
              metadata: { name: "state", labels: nameLabel(NAME) },
              spec: {
                accessModes: ["ReadWriteOncePod"],
                storageClassName: STORAGE_CLASS,
                resources: { requests: { storage: volume } },
              },
            },
          ],
          // Data outlives the set; whoever takes a region down for good deletes the claims by hand.
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        },
      },
      { ...own, dependsOn: [account, service] },
    );
    new PodDisruptionBudget(
      `${name}-budget`,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: nameLabel(NAME) } } },
      own,
    );
    this.urls = STATE_URLS;
    this.registerOutputs({ urls: this.urls });
  }
}
