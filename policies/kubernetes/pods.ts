import type { PropertyPath } from "../path.ts";
import type { Properties } from "../rule.ts";
import { listOf, recordOf } from "../values.ts";
import { KUBERNETES } from "./types.ts";

const TEMPLATE = "spec.template.spec";

/** Where each kind of workload has the pod that it runs. */
const POD_PLACES: Readonly<Record<string, string>> = {
  [KUBERNETES.rollout]: TEMPLATE,
  [KUBERNETES.deployment]: TEMPLATE,
  [KUBERNETES.statefulSet]: TEMPLATE,
  [KUBERNETES.daemonSet]: TEMPLATE,
  [KUBERNETES.job]: TEMPLATE,
  [KUBERNETES.cronJob]: "spec.jobTemplate.spec.template.spec",
  [KUBERNETES.pod]: "spec",
};

/** Everything that runs pods. */
export const WORKLOADS: readonly string[] = Object.keys(POD_PLACES);

/** Workloads that run until they are told to end: what comes to its own end is asked for no readiness. */
export const LASTING: readonly string[] = [
  KUBERNETES.rollout,
  KUBERNETES.deployment,
  KUBERNETES.statefulSet,
  KUBERNETES.daemonSet,
];

/** Workloads of several equal pods. */
export const REPLICATED: readonly string[] = [KUBERNETES.rollout, KUBERNETES.deployment, KUBERNETES.statefulSet];

/** Something and where it stands. */
export interface Placed {
  /** Such as `spec.template.spec.containers[0]`. */
  at: string;
  value: Readonly<Record<string, unknown>>;
}

/** The pod of a workload. One whose pod stands in another object (`workloadRef`) has an empty one, which no rule passes. */
export function podOf(properties: Properties, type: string): Placed {
  const at = POD_PLACES[type] ?? "spec";
  return { at, value: at.split(".").reduce((value, name) => recordOf(value[name]), properties) };
}

const LISTS = ["initContainers", "containers"] as const;

/** The containers of a workload's pod, those that run first among them. */
export function containersOf(properties: Properties, type: string): Placed[] {
  const { at, value: pod } = podOf(properties, type);
  return LISTS.flatMap((list) =>
    listOf(pod[list]).map((container, index) => ({ at: `${at}.${list}[${index}]`, value: recordOf(container) })),
  );
}

/** The containers that run as long as the pod. */
export const lastingContainersOf = (properties: Properties, type: string): Placed[] =>
  containersOf(properties, type).filter(
    ({ at, value }) => at.includes(".containers[") || value.restartPolicy === "Always",
  );

/** Places in the pod of any workload, for a rule's `needs`. */
export const inPods = (...paths: readonly PropertyPath[]): PropertyPath[] =>
  [...new Set(Object.values(POD_PLACES))].flatMap((place) => paths.map((path) => `${place}.${path}`));

/** Places in every container of any workload, for a rule's `needs`. */
export const inContainers = (...paths: readonly PropertyPath[]): PropertyPath[] =>
  inPods(...LISTS.flatMap((list) => paths.map((path) => `${list}[].${path}`)));

/**
 * Findings about each container. A workload without containers that can be seen is a finding itself: no data is no pass.
 */
export function ofContainers(
  containers: readonly Placed[],
  check: (container: Placed) => string | readonly string[] | undefined,
): string[] {
  if (containers.length === 0) return ["no container can be seen"];
  return containers.flatMap((container) => check(container) ?? []);
}
