/** A condition of a status (Kubernetes API conventions, "Typical status properties"). */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime: string;
}

export type ConditionInput = Omit<Condition, "lastTransitionTime">;

/** Puts a condition in the place of the one of its type; the time of its last change stays while its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: ConditionInput,
  now = new Date(),
): Condition[] {
  const before = conditions?.find(({ type }) => type === condition.type);
  const lastTransitionTime =
    before?.status === condition.status && before.lastTransitionTime
      ? before.lastTransitionTime
      : `${now.toISOString().slice(0, 19)}Z`;
  const others = (conditions ?? []).filter(({ type }) => type !== condition.type);
  return [...others, { ...condition, lastTransitionTime }];
}

export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
