import { at, condition, list, number, text } from "../fields.ts";
import { failed, type Rule, ready, type Verdict, waiting } from "./verdict.ts";

const wantedReplicas = (object: unknown): number => Number(at(object, "spec", "replicas") ?? 1);

/** A controller that has not seen the newest spec reports on an older one. Rollouts write the number as a string. */
const isObserved = (object: unknown): boolean =>
  number(object, "status", "observedGeneration") >= number(object, "metadata", "generation");

const notObserved = waiting("its controller has not taken up the change yet");

/** Every wanted replica is of the newest template and available (kubectl rollout status). */
export const deployment: Rule = (object) => {
  if (!isObserved(object)) return notObserved;
  const progressing = condition(object, "Progressing");
  if (text(progressing, "reason") === "ProgressDeadlineExceeded") return failed(text(progressing, "message"));
  return replicas(object, "availableReplicas", "available", failureOf(object));
};

export const statefulSet: Rule = (object) => {
  if (!isObserved(object)) return notObserved;
  if (at(object, "spec", "updateStrategy", "type") === "OnDelete") return ready;
  const partition = number(object, "spec", "updateStrategy", "rollingUpdate", "partition");
  const wanted = wantedReplicas(object);
  const available = number(object, "status", "readyReplicas");
  if (available < wanted) return waiting(`${available} of ${wanted} replicas ready`);
  const updated = number(object, "status", "updatedReplicas");
  const toUpdate = Math.max(0, wanted - partition);
  return updated < toUpdate ? waiting(`${updated} of ${toUpdate} replicas updated`) : ready;
};

export const daemonSet: Rule = (object) => {
  if (!isObserved(object)) return notObserved;
  const wanted = number(object, "status", "desiredNumberScheduled");
  const updated = number(object, "status", "updatedNumberScheduled");
  const available = number(object, "status", "numberAvailable");
  return Math.min(updated, available) < wanted
    ? waiting(`${Math.min(updated, available)} of ${wanted} pods available`)
    : ready;
};

/**
 * A new Rollout must become healthy. A changed one counts once its controller has accepted the change: it may then stand
 * for hours at a stage of its canary, which is no reason to hold up a deployment, nor is one that was aborted.
 */
export const rollout: Rule = (object, occasion) => {
  const invalid = condition(object, "InvalidSpec");
  if (isObserved(object) && text(invalid, "status") === "True") return failed(text(invalid, "message"));
  if (!isObserved(object)) return notObserved;
  const phase = text(object, "status", "phase");
  if (phase === "Healthy" || occasion !== "create") return ready;
  const progressing = condition(object, "Progressing");
  if (text(progressing, "reason") === "ProgressDeadlineExceeded") return failed(text(progressing, "message"));
  const counted = replicas(object, "availableReplicas", "available");
  const message = text(object, "status", "message");
  return counted.state === "waiting" ? counted : waiting(message || `phase ${phase || "not yet known"}`);
};

export const job: Rule = (object) => {
  const end = condition(object, "Failed");
  if (text(end, "status") === "True") return failed(`the Job failed: ${text(end, "reason")}: ${text(end, "message")}`);
  if (text(condition(object, "Complete"), "status") === "True" || at(object, "spec", "suspend") === true) return ready;
  const succeeded = number(object, "status", "succeeded");
  return waiting(`${succeeded} of ${Number(at(object, "spec", "completions") ?? 1)} completions`);
};

export const pod: Rule = (object) => {
  const phase = text(object, "status", "phase");
  if (phase === "Failed")
    return failed(`the pod failed: ${text(object, "status", "reason")} ${text(object, "status", "message")}`);
  if (phase === "Succeeded" || text(condition(object, "Ready"), "status") === "True") return ready;
  return waiting("the pod is not ready");
};

function replicas(object: unknown, counter: string, word: string, problem = ""): Verdict {
  const wanted = wantedReplicas(object);
  const updated = number(object, "status", "updatedReplicas");
  const counted = number(object, "status", counter);
  const suffix = problem === "" ? "" : `: ${problem}`;
  if (updated < wanted) return waiting(`${updated} of ${wanted} replicas updated${suffix}`);
  const old = number(object, "status", "replicas") - updated;
  if (counted < wanted) return waiting(`${counted} of ${wanted} replicas ${word}${suffix}`);
  return old > 0 ? waiting(`${old} old replicas still run`) : ready;
}

/** Why a Deployment cannot make pods: a quota or Pod Security refuses them. */
const failureOf = (object: unknown): string => text(condition(object, "ReplicaFailure"), "message");

/** Label selector of a workload, as a query; undefined where it selects by expressions. */
export function podSelector(object: unknown): string | undefined {
  const labels = at(object, "spec", "selector", "matchLabels");
  if (
    typeof labels !== "object" ||
    labels === null ||
    list(object, "spec", "selector", "matchExpressions").length > 0
  ) {
    return undefined;
  }
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
