import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "../../server/simulator.ts";
import type { Operation } from "../backend.ts";
import type { Cluster, Manifest, Reference } from "../cluster.ts";
import { list, text } from "../fields.ts";
import { idOf } from "../token.ts";
import { certificate, definition, namespace, service, volumeClaim } from "./others.ts";
import { podTroubles } from "./pods.ts";
import { type Occasion, type Rule, ready, type Verdict } from "./verdict.ts";
import { waitFor } from "./waitFor.ts";
import { daemonSet, deployment, job, pod, rollout, statefulSet } from "./workloads.ts";

/** When an object of a kind counts as ready. Kinds that are not here are ready as soon as they exist. */
const RULES: Record<string, Rule> = {
  "apiextensions.k8s.io/CustomResourceDefinition": definition,
  "apps/DaemonSet": daemonSet,
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "argoproj.io/Rollout": rollout,
  "batch/Job": job,
  "cert-manager.io/Certificate": certificate,
  "core/Namespace": namespace,
  "core/PersistentVolumeClaim": volumeClaim,
  "core/Pod": pod,
  "core/Service": service,
};

/** As the real provider waits for workloads and for deletions. */
const DEFAULT_SECONDS = { ready: 600, removal: 300 };

/** First and longest pause between two looks. */
const PAUSE_MS = { first: 150, longest: 1000 };

/** Whether an object is ready at this moment. */
async function judge(cluster: Cluster, object: Manifest, occasion: Occasion): Promise<Verdict> {
  const annotation = text(object, "metadata", "annotations", "pulumi.com/waitFor");
  if (text(object, "metadata", "annotations", "pulumi.com/skipAwait") === "true") return ready;
  if (annotation !== "") return waitFor(object, annotation);
  const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "core";
  return RULES[`${group}/${object.kind}`]?.(object, occasion, cluster) ?? ready;
}

/** Why an object is not ready, in words for people; undefined when it is. */
export async function unreadiness(cluster: Cluster, object: Manifest, occasion: Occasion): Promise<string | undefined> {
  const verdict = await judge(cluster, object, occasion);
  if (verdict.state === "ready") return undefined;
  const troubles = await podTroubles(cluster, object);
  return `${object.kind} ${idOf(object.metadata)} is not ready: ${verdict.reason}${troubles === "" ? "" : `; ${troubles}`}`;
}

/** Waits until an object is ready. It exists in any case: `failure` says why it is not ready in time. */
export async function awaitReady(
  cluster: Cluster,
  applied: Manifest,
  occasion: Occasion,
  operation: Operation,
): Promise<{ live: Manifest; failure?: string }> {
  const seconds = timeout(applied, operation) ?? DEFAULT_SECONDS.ready;
  const until = Date.now() + seconds * 1000;
  let live = applied;
  let told = "";
  try {
    for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 1.5, PAUSE_MS.longest)) {
      const verdict = await judge(cluster, live, occasion);
      if (verdict.state === "ready") return { live };
      if (verdict.reason !== told) operation.progress(verdict.reason);
      told = verdict.reason;
      const ended = operation.signal.aborted ? "the run was cancelled" : `not ready within ${seconds} s`;
      if (verdict.state === "failed" || operation.signal.aborted || Date.now() + pause > until) {
        const why = (await unreadiness(cluster, live, occasion)) ?? `${live.kind} ${idOf(live.metadata)}`;
        return { live, failure: verdict.state === "failed" ? why : `${why} (${ended})` };
      }
      await sleep(pause, undefined, { signal: operation.signal }).catch(() => undefined);
      const now = await cluster.get(live);
      if (now === undefined)
        return { live, failure: `${live.kind} ${idOf(live.metadata)} was deleted while it started` };
      live = now;
    }
  } catch (error) {
    // It exists: an error here must not make anybody forget that.
    return {
      live,
      failure: `${live.kind} ${idOf(live.metadata)} was applied, then: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/**
 * Waits until an object that is being deleted is gone.
 * @throws Error naming what holds it
 */
export async function awaitRemoval(cluster: Cluster, reference: Reference, operation: Operation): Promise<void> {
  const seconds = operation.timeout ?? DEFAULT_SECONDS.removal;
  const until = Date.now() + seconds * 1000;
  for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 1.5, PAUSE_MS.longest)) {
    const live = (await cluster.find(reference)) && (await cluster.get(reference));
    if (live === undefined) return;
    const holders = holdersOf(live);
    if (operation.signal.aborted || Date.now() + pause > until) {
      throw new RemovalError(
        `${reference.kind} ${idOf(reference.metadata)} still exists ${seconds} s after its deletion${holders === "" ? "" : `: ${holders}`}`,
      );
    }
    operation.progress(`waiting for its deletion${holders === "" ? "" : `: ${holders}`}`);
    await sleep(pause, undefined, { signal: operation.signal }).catch(() => undefined);
  }
}

/** An object that does not go. */
export class RemovalError extends ProviderError {}

/** Finalizers of a deleted object, and what a namespace says that it still contains. */
function holdersOf(live: Manifest): string {
  const finalizers = [...(live.metadata.finalizers ?? []), ...list(live, "spec", "finalizers")];
  const contents = list(live, "status", "conditions")
    .filter((found) => text(found, "status") === "True" && live.kind === "Namespace")
    .map((found) => text(found, "message"));
  const held = finalizers.length === 0 ? [] : [`it is held by the finalizers ${finalizers.join(", ")}`];
  return [...held, ...contents].join("; ");
}

function timeout(object: Manifest, operation: Operation): number | undefined {
  const annotated = Number(text(object, "metadata", "annotations", "pulumi.com/timeoutSeconds"));
  return operation.timeout ?? (annotated > 0 ? annotated : undefined);
}
