import { setTimeout as sleep } from "node:timers/promises";
import { STAGES, type Stage } from "../../infra/plan/release.ts";
import { OperatorError } from "../operatorError.ts";
import { short } from "./objects.ts";
import type { RegionState } from "./region.ts";

/** How long something may take, and what is known of it meanwhile. */
export interface Patience {
  /** Seconds until it is an error. */
  seconds: number;
  /** Milliseconds between two looks. @default 200, fine enough for steps that take seconds */
  every?: number;
  /** How it stands, for the error. */
  state?: () => string | Promise<string>;
  /** Ends the waiting early, as an error. */
  signal?: AbortSignal;
}

/**
 * Asks again and again until the answer is yes. Returns the milliseconds that it took.
 * @throws OperatorError with what was waited for, and how it stands
 */
export async function waitUntil(
  what: string,
  check: () => Promise<boolean>,
  { seconds, every = 200, state, signal }: Patience,
): Promise<number> {
  const began = performance.now();
  while (!(await check())) {
    signal?.throwIfAborted();
    if (performance.now() - began > seconds * 1000) {
      const last = (await state?.()) ?? "";
      throw new OperatorError(`waited ${seconds} s for ${what}${last === "" ? "" : `; ${last}`}`);
    }
    await sleep(every);
  }
  return performance.now() - began;
}

/** What says where a release stands in a region: of its own state, or of the delivery screen. */
export type Standing = Partial<Pick<RegionState, "phase" | "stage" | "digest">>;

/** Whether a digest has come to a stage in a region, or further. `done`: it has everything, for good. */
export function hasReached({ phase, stage, digest }: Standing, wanted: string, target: Stage): boolean {
  if (digest !== wanted) return false;
  if (phase === "stable") return true;
  return phase === "canary" && target !== "done" && STAGES.indexOf(stage ?? "0") >= STAGES.indexOf(target);
}

/** In a few words. */
export const describeStanding = ({ phase, stage, digest }: Standing): string =>
  `${short(digest)} is ${phase ?? "unknown"}${phase === "canary" ? ` at ${stage}` : ""}`;
