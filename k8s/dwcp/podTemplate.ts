import type { core } from "@pulumi/kubernetes/types/input.js";
import { digestOf } from "../../infra/plan/release.ts";
import { ENVIRONMENT, PORTS, PROBES } from "../contract.ts";
import { METRICS_LABEL, PRIORITIES } from "../platform/names.ts";
import { DIGEST_ANNOTATION } from "./canarySteps.ts";

/** A program of ours as pods run it: whatever fulfils the image contract. */
export interface Program {
  /** Name of container, service account and label `app.kubernetes.io/name`. */
  name: string;
  /** `registry/repository@sha256:…`. */
  image: string;
  /** First argument: what the image is to be. */
  role: string;
  region: string;
  /** Beside what every container gets. */
  env?: Record<string, string>;
  /** CPU and memory that are set aside, and the memory that may not be exceeded, as canonical quantities. */
  resources: { cpu: string; memory: string };
  /** Node pool that it runs on; its taint, if it has one, is tolerated. */
  pool: "workload" | "inference";
  /** @default the priority of released services */
  priority?: (typeof PRIORITIES)[keyof typeof PRIORITIES];
  /** Label whose values spread apart from each other, so that each version has its own pods in every zone. */
  spreadBy?: string;
  /** Whether it talks to the API server. @default false */
  needsApi?: boolean;
  volumeMounts?: core.v1.VolumeMount[];
}

/** The label by which everything of a program is found. */
export const nameLabel = (name: string): Record<string, string> => ({ "app.kubernetes.io/name": name });

/** No user of the host, of the cluster or of another image. */
const USER = 10_001;

const POOL_LABEL = "novacron.io/pool";

/**
 * The pod of a program: unprivileged (Pod Security `restricted`), spread over zones and nodes, asked for readiness every
 * second so that a pod that ends leaves the rotation before it stops answering.
 */
export function podTemplate(program: Program): core.v1.PodTemplateSpec {
  const { name, pool, needsApi = false } = program;
  return {
    metadata: {
      labels: { ...nameLabel(name), "app.kubernetes.io/part-of": "novacron", ...METRICS_LABEL },
      annotations: { [DIGEST_ANNOTATION]: digestOf(program.image) },
    },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: needsApi,
      enableServiceLinks: false,
      priorityClassName: program.priority ?? PRIORITIES.service,
      // preStop, five seconds in which sessions resume elsewhere, and what is under way.
      terminationGracePeriodSeconds: 30,
      nodeSelector: { [POOL_LABEL]: pool },
      ...(pool === "inference" ? { tolerations: [{ key: POOL_LABEL, value: pool, effect: "NoSchedule" }] } : {}),
      topologySpreadConstraints: spread(program),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [container(program)],
    },
  };
}

/** Evenly over zones, also while one is drained: its nodes then no longer count. On one node only when there is no other. */
function spread({ name, spreadBy }: Program): core.v1.TopologySpreadConstraint[] {
  const among = {
    maxSkew: 1,
    labelSelector: { matchLabels: nameLabel(name) },
    ...(spreadBy === undefined ? {} : { matchLabelKeys: [spreadBy] }),
    nodeTaintsPolicy: "Honor",
  };
  return [
    { ...among, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
    { ...among, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
  ];
}

function container({ name, image, role, region, env, resources, volumeMounts }: Program): core.v1.Container {
  const { cpu, memory } = resources;
  const probe = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: 1 });
  return {
    name,
    image,
    args: [role],
    ports: [
      { name: "http", containerPort: PORTS.http },
      { name: "metrics", containerPort: PORTS.metrics },
      ...(role === "dwcp" ? [{ name: "stream", containerPort: PORTS.stream }] : []),
    ],
    env: [
      { name: ENVIRONMENT.digest, value: digestOf(image) },
      { name: ENVIRONMENT.region, value: region },
      fromPod(ENVIRONMENT.podName, "metadata.name"),
      fromPod(ENVIRONMENT.podAddress, "status.podIP"),
      fromPod(ENVIRONMENT.namespace, "metadata.namespace"),
      ...Object.entries(env ?? {}).map(([key, value]) => ({ name: key, value })),
    ],
    readinessProbe: { ...probe(PROBES.ready), periodSeconds: 1, failureThreshold: 2 },
    livenessProbe: { ...probe(PROBES.live), periodSeconds: 10, failureThreshold: 3, initialDelaySeconds: 10 },
    // Until every gateway has heard that the pod ends.
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
    // No limit of CPU: the throttling that comes with it would show as latency of whichever version has fewer pods.
    resources: { requests: { cpu, memory }, limits: { memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...(volumeMounts === undefined ? {} : { volumeMounts }),
  };
}

const fromPod = (name: string, fieldPath: string): core.v1.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});
