import type { DangerClass } from "../../ops/review/model.ts";
import type { Loose } from "../config/stackFile.ts";

/** A real change of this stack, as somebody would propose it, and what a reviewer must be told first. */
export interface Change {
  /** As the title of a pull request. */
  title: string;
  /** Changes the config of `Pulumi.staging.yaml`. */
  config?: (config: Loose) => void;
  /** Replaces a text in a file of the program, which must hold it once. */
  code?: readonly { file: string; from: string; to: string }[];
  /** Changes something behind Pulumi's back: name of the resource in the program, property, new value. */
  outside?: { name: string; property: string; value: string };
  /** The first sentence. The number of deferred checks is the policies' own affair and is left out of it. */
  sentence: string;
  /** What the review must say beside it, on the terminal. */
  says?: readonly RegExp[];
  /** Lists only come in another order. */
  reordersOnly?: true;
  /** Classes of its dangers. */
  dangers: readonly DangerClass[];
  /** 1: a policy refuses it. */
  exitCode: 0 | 1 | 2 | 3;
}

/** A sentence without the number of deferred checks, which rises with every rule. */
export const withoutDeferred = (sentence: string): string =>
  sentence.replace(/; \d[\d,]* checks? deferred to `up`/, "");

export const region = (config: Loose, name: string): Loose =>
  config.regions.find((candidate: { name: string }) => candidate.name === name);
