import type { KubernetesObject } from "../kubernetes/cluster.ts";
import { valueAt } from "../path.ts";
import { numberOf, textOf } from "../values.ts";
import { stepsOf } from "./canary.ts";

/** How far a Rollout has come with what it declares, as Argo's controller has recorded it in the cluster. */
export interface Progress {
  /** `pending`: the controller has not taken the change up yet. */
  state: "pending" | "aborted" | "canary" | "stable";
  /** Percent of the requests that the canary was given and has kept so far. */
  reached: number;
}

/** Undefined where nothing is recorded: the Rollout does not exist, or has never been stable, so that there is nothing to go back to. */
export function progressOf(rollout: KubernetesObject): Progress | undefined {
  const recorded = (place: string) => valueAt(rollout.outcome, place);
  const stable = textOf(recorded("status.stableRS")) ?? "";
  if (stable === "") return undefined;
  // Argo writes the generation that it has observed as text.
  if (recorded("status.observedGeneration") !== String(recorded("metadata.generation")))
    return { state: "pending", reached: 0 };
  if (recorded("status.currentPodHash") === stable) return { state: "stable", reached: 100 };
  if (recorded("status.abort") === true) return { state: "aborted", reached: 0 };
  const passed = stepsOf(rollout).slice(0, numberOf(recorded("status.currentStepIndex")) ?? 0);
  return { state: "canary", reached: passed.reduce((weight, step) => numberOf(step.weight) ?? weight, 0) };
}
