import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Output, type PulumiRun, passThrough } from "./pulumi.ts";

/** A resource before or after a step. Secrets in it are masked by the engine. */
export interface StepState {
  urn?: string;
  /** Of a resource in a cloud or cluster; not of a component. */
  custom?: boolean;
  /** The cloud's own id; empty before it is made. */
  id?: string;
  /** URN of the component or resource above it. */
  parent?: string;
  /** Pulumi refuses to delete it. */
  protect?: boolean;
  /** Taking it out of the program leaves it in the cloud. */
  retainOnDelete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

export interface Step {
  op: string;
  urn: string;
  type: string;
  old?: StepState | null;
  new?: StepState | null;
  /** What differs, by property path. `inputDiff`: the path is one of the inputs. */
  detailedDiff?: Record<string, { diffKind: string; inputDiff: boolean }> | null;
  diffs?: string[] | null;
  /** Properties that force a replacement. */
  keys?: string[] | null;
}

export interface Summary {
  isPreview: boolean;
  result: string;
  durationSeconds: number;
  resourceChanges: Record<string, number>;
  /** Name and version of each policy pack that ran. */
  PolicyPacks: Record<string, string>;
}

export interface PolicyEvent {
  resourceUrn?: string;
  policyName: string;
  policyPackName?: string;
  enforcementLevel: string;
  severity?: string;
  message: string;
}

/** What the engine reports of a run, as far as it is used here. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: Step };
  resOutputsEvent?: { metadata: Step };
  resOpFailedEvent?: { metadata: Step };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  summaryEvent?: Summary;
  policyEvent?: PolicyEvent;
}

/**
 * Runs a Pulumi command with the engine's own log of events, which holds more than any `--json` of Pulumi's: policy
 * results, and both sides of every change. The log is readable by its owner
 * alone and is removed at once.
 */
export async function passThroughWithEvents(
  run: PulumiRun,
  args: string[],
  output: Output = "to standard error",
): Promise<{ code: number; events: EngineEvent[] }> {
  const folder = mkdtempSync(join(tmpdir(), "novactl-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const file = join(folder, "events");
  const environment = { ...run.environment, PULUMI_DEBUG_COMMANDS: "true" };
  try {
    const code = await passThrough({ ...run, environment }, [...args, "--event-log", file], output);
    return { code, events: readEvents(file) };
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function readEvents(file: string): EngineEvent[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Pulumi ended before there was anything to log.
    return [];
  }
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch {
      // The last line of a killed run.
      return [];
    }
  });
}
