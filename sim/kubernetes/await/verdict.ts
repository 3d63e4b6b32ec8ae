import type { Cluster, Manifest } from "../cluster.ts";

/** Why somebody asks: a new object must become ready, a changed one take the change, a read one merely not be broken. */
export type Occasion = "create" | "update" | "read";

/** How far an object is. */
export type Verdict =
  | { state: "ready" }
  /** What it waits for, in a few words. */
  | { state: "waiting"; reason: string }
  /** It will never become ready by itself. */
  | { state: "failed"; reason: string };

export type Rule = (object: Manifest, occasion: Occasion, cluster: Cluster) => Verdict | Promise<Verdict>;

export const ready: Verdict = { state: "ready" };
export const waiting = (reason: string): Verdict => ({ state: "waiting", reason });
export const failed = (reason: string): Verdict => ({ state: "failed", reason });
