import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { STAGES, type Stage } from "../../infra/plan/release.ts";
import { TIMEOUT_MS } from "./edit.ts";
import { short } from "./objects.ts";
import type { GateVerdict } from "./record.ts";
import { denialOf, hashOf, type RegionState } from "./region.ts";
import { paths, proxied, type Service } from "./services.ts";

interface AnalysisRun extends KubernetesObject {
  status?: {
    phase?: string;
    message?: string;
    metricResults?: {
      name: string;
      phase: string;
      count?: number;
      successful?: number;
      failed?: number;
      error?: number;
      measurements?: { value?: string; phase: string; message?: string }[];
    }[];
  };
}

/** What the region's release gate answers. */
interface ServiceVerdict {
  allow: boolean;
  reason: string;
  evidence?: { ceiling?: { digest: string; stage: string; denied: string[] } | null };
}

/** The stage before another; the first has none. */
export const stageBefore = (stage: Stage): Stage => STAGES[STAGES.indexOf(stage) - 1] ?? "0";

export const isBelow = (stage: Stage, other: Stage): boolean => STAGES.indexOf(stage) < STAGES.indexOf(other);

/**
 * What must hold in a region before its release may go on to a stage. Judges by what Argo itself has measured; a gate that
 * does not answer is closed. Of a digest that is denied nothing else matters.
 */
export async function readGates(
  client: ClusterClient,
  service: Service,
  state: RegionState,
  target: Stage,
): Promise<GateVerdict[]> {
  const denial = denialOf(state, state.digest ?? "");
  const notDenied = { name: "denied", pass: denial === undefined, reason: denial ?? "the digest is not denied" };
  if (denial !== undefined) return [notDenied];
  const [own, judged] = await Promise.all([askGate(client, service, state, target), judgement(client, service, state)]);
  return [notDenied, ...progress(state, target), own, ...judged];
}

/** How far the release has come, and whether its pods are well. */
export function progress(state: RegionState, target: Stage): GateVerdict[] {
  const { digest, phase, stage, rollout } = state;
  const needed = stageBefore(target);
  const verdict = (name: string, pass: boolean, reason: string): GateVerdict => ({ name, pass, reason });
  if (phase === "stable") return [verdict("stage", true, `${short(digest)} has everything`)];
  const pods = rollout.status?.updatedReplicas ?? 0;
  const newest = state.replicaSets.find((set) => hashOf(set) === rollout.status?.currentPodHash);
  const ready = newest?.status?.readyReplicas ?? 0;
  return [
    verdict(
      "rollout",
      phase === "canary",
      phase === "canary"
        ? "the canary runs"
        : phase === "aborted"
          ? `the canary was aborted: ${rollout.status?.message ?? "no reason given"}`
          : "Argo's controller has not taken the release up yet",
    ),
    verdict("stage", !isBelow(stage, needed), `the region is at ${stage}; before ${target} it must be at ${needed}`),
    ...(stage === "0" ? [] : [verdict("pods", pods > 0 && ready >= pods, `${ready} of ${pods} canary pods are ready`)]),
  ];
}

async function askGate(
  client: ClusterClient,
  service: Service,
  { digest = "" }: RegionState,
  stage: Stage,
): Promise<GateVerdict> {
  const name = "gate";
  try {
    const answer = await client.request<ServiceVerdict>("GET", proxied("dwcp", "gate", 8080, "/v1/verdicts"), {
      query: { service: service.name, digest, stage },
      timeout: TIMEOUT_MS,
    });
    if (answer.allow === true) return { name, pass: true, reason: answer.reason };
    const ceiling = answer.evidence?.ceiling;
    // That the ceiling is too low is what a promotion is about to change.
    const onlyCeiling =
      ceiling?.digest === digest && isBelow(ceiling.stage as Stage, stage) && answer.reason.includes("ceiling");
    return { name, pass: onlyCeiling, reason: onlyCeiling ? `would open: ${answer.reason}` : String(answer.reason) };
  } catch (error) {
    return { name, pass: false, reason: `the gate does not answer: ${error instanceof Error ? error.message : error}` };
  }
}

/** What the analysis beside the canary has measured so far: one verdict for each of its metrics. */
async function judgement(
  client: ClusterClient,
  service: Service,
  { phase, stage, rollout }: RegionState,
): Promise<GateVerdict[]> {
  if (phase === "stable" || stage === "0") return [];
  const run = rollout.status?.canary?.currentBackgroundAnalysisRunStatus;
  const isJudged = "analysis" in rollout.spec.strategy.canary;
  if (run === undefined)
    return isJudged ? [{ name: "analysis", pass: false, reason: "the analysis of the canary has not begun" }] : [];
  try {
    const { status } = await client.request<AnalysisRun>("GET", `${paths(service).analysisRuns}/${run.name}`, {
      timeout: TIMEOUT_MS,
    });
    const results = status?.metricResults ?? [];
    if (results.length === 0)
      return [{ name: "analysis", pass: false, reason: status?.message ?? "nothing has been measured yet" }];
    return results.map((result) => {
      const last = result.measurements?.at(-1);
      const { successful = 0, failed = 0, error = 0 } = result;
      const pass = failed === 0 && successful > 0 && last?.phase !== "Error";
      const value = last?.value ?? last?.message ?? "nothing yet";
      return {
        name: result.name,
        pass,
        reason: `last ${value}; ${successful} good, ${failed} bad, ${error} without an answer`,
      };
    });
  } catch (error) {
    return [{ name: "analysis", pass: false, reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** The gates that fail, in one line. */
export const failing = (gates: readonly GateVerdict[]): string =>
  gates
    .filter(({ pass }) => !pass)
    .map(({ name, reason }) => `${name} (${reason})`)
    .join(", ");
