import type { Manifest, Placement } from "./chart.ts";
import type { DisruptionBudgetValues, Scheduling, ServiceAccountValues } from "./podValues.ts";

/** A rule of RBAC. */
export interface Rule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

export const READ = ["get", "list", "watch"];

/** One program of a chart: what its Deployment, ServiceAccount and so on are called, and which pods are its own. */
export interface Program {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
}

/** Names a program of a release and labels its objects as Helm charts do (helm.sh/docs/chart_best_practices/labels). */
export function program(
  placement: Placement,
  name: string,
  { appName = name, component }: { appName?: string; component?: string } = {},
): Program {
  const selector = {
    "app.kubernetes.io/name": appName,
    "app.kubernetes.io/instance": placement.releaseName,
    ...(component === undefined ? {} : { "app.kubernetes.io/component": component }),
  };
  return {
    name,
    namespace: placement.namespace,
    selector,
    labels: {
      ...selector,
      "app.kubernetes.io/version": placement.appVersion,
      "app.kubernetes.io/managed-by": "Helm",
      "helm.sh/chart": placement.chartLabel,
    },
  };
}

export const accountName = ({ name }: Program, account: ServiceAccountValues): string => account.name || name;

/** ServiceAccount (unless another is named), ClusterRole and its binding. */
export function identity(of: Program, account: ServiceAccountValues, rules: readonly Rule[]): Manifest[] {
  const { name, namespace, labels } = of;
  const user = accountName(of, account);
  return [
    ...(account.create
      ? [
          {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: user, namespace, labels, annotations: account.annotations },
          },
        ]
      : []),
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name, labels }, rules },
    binding("ClusterRole", of, user),
  ];
}

/** Role and its binding in the program's own namespace. */
export function namespacedRights(of: Program, account: ServiceAccountValues, rules: readonly Rule[]): Manifest[] {
  const { name, namespace, labels } = of;
  return [
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name, namespace, labels }, rules },
    binding("Role", of, accountName(of, account)),
  ];
}

function binding(kind: "Role" | "ClusterRole", { name, namespace, labels }: Program, user: string): Manifest {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: `${kind}Binding`,
    metadata: { name, labels, ...(kind === "Role" ? { namespace } : {}) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ kind: "ServiceAccount", name: user, namespace }],
  };
}

/** What Pod Security `restricted` asks of a container. */
export const RESTRICTED_CONTAINER = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export const RESTRICTED_POD = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** The pod's own address and namespace; programs that listen everywhere would take the ports of all pods of the region. */
export const POD_ENVIRONMENT = [
  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
  { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
];

export interface DeploymentInput {
  of: Program;
  serviceAccountName: string;
  replicas: number;
  container: Record<string, unknown> & { image: string; args: readonly string[] };
  scheduling: Scheduling;
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  /** Further fields of the pod's spec. */
  pod?: Record<string, unknown>;
  strategy?: unknown;
}

/** A Deployment of one container that meets Pod Security `restricted`. */
export function deployment(input: DeploymentInput): Manifest {
  const { of, serviceAccountName, replicas, container, scheduling, pod, strategy } = input;
  const { nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName } = scheduling;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: of.name, namespace: of.namespace, labels: of.labels },
    spec: {
      replicas,
      selector: { matchLabels: of.selector },
      ...(strategy === undefined ? {} : { strategy }),
      template: {
        metadata: {
          labels: { ...of.labels, ...input.podLabels },
          ...(input.podAnnotations === undefined ? {} : { annotations: input.podAnnotations }),
        },
        spec: {
          serviceAccountName,
          securityContext: RESTRICTED_POD,
          ...pod,
          containers: [{ name: of.name, env: POD_ENVIRONMENT, securityContext: RESTRICTED_CONTAINER, ...container }],
          ...(nodeSelector && { nodeSelector }),
          ...(tolerations && { tolerations }),
          ...(affinity && { affinity }),
          ...(topologySpreadConstraints && {
            topologySpreadConstraints: topologySpreadConstraints.map((constraint) => ({
              labelSelector: { matchLabels: of.selector },
              ...constraint,
            })),
          }),
          ...(priorityClassName && { priorityClassName }),
        },
      },
    },
  };
}

/** A PodDisruptionBudget when the values ask for one. */
export function budget({ name, namespace, labels, selector }: Program, values: DisruptionBudgetValues): Manifest[] {
  const { enabled, minAvailable, maxUnavailable } = values;
  if (!enabled) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: selector },
        // A budget takes only one of the two; charts fall back on one pod that must stay.
        ...(maxUnavailable === undefined ? { minAvailable: minAvailable ?? 1 } : { maxUnavailable }),
      },
    },
  ];
}

export interface ServicePort {
  name: string;
  port: number;
  targetPort: string | number;
  protocol?: string;
}

export function service(of: Program, ports: readonly ServicePort[], name = of.name): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: of.namespace, labels: of.labels },
    spec: { selector: of.selector, ports },
  };
}
