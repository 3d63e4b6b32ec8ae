import { writeFileSync } from "node:fs";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { command, type Option } from "../command.ts";
import { allowOption, readAllowed } from "../consent.ts";
import { excludeRegions, readExcludedRegions } from "../excludedRegions.ts";
import { conclude, refuseOtherPolicies, sarifOption } from "../judgement.ts";
import { removeDeadLocks } from "../locks.ts";
import { OperatorError } from "../operatorError.ts";
import { excludeRegion, noClusters, sim, stackParameter } from "../options.ts";
import { previewReview } from "../previewReview.ts";
import { findProject } from "../project.ts";
import { unallowed } from "../review/dangers.ts";
import { FORMATS, type Format, written } from "../review/formats.ts";
import type { Review } from "../review/model.ts";
import { saveReview } from "../reviewedPlan.ts";
import { openSession, sessionLocks } from "../session.ts";
import { readNoClusters } from "../simulator.ts";
import { readStackConfig } from "../stackConfig.ts";
import { stateResources } from "../state.ts";

const NOTHING = 0;
const FAILED = 1;
const CHANGES = 2;
const DANGEROUS = 3;

const options = {
  sim,
  "no-clusters": noClusters,
  "exclude-region": excludeRegion,
  format: { type: "string", value: "FORMAT", description: `${FORMATS.join(", ")}. Default: terminal` },
  json: { type: "boolean", description: "the same as --format json" },
  write: {
    type: "string",
    multiple: true,
    value: "FORMAT=FILE",
    description: "write it to a file too, such as markdown=review.md",
  },
  save: {
    type: "string",
    value: "FILE",
    description: "keep what was reviewed and the classes of --allow, for `novactl up --reviewed FILE`",
  },
  sarif: sarifOption,
  allow: allowOption,
} satisfies Record<string, Option>;

export const diff = command({
  name: "diff",
  summary: "show what `up` would do as a person reviews it: what, where, how dangerous, why",
  positionals: [stackParameter],
  options,
  rest: "arguments of `pulumi preview`",
  details: [
    "Exit code: 0 nothing changes, 2 something does, 3 something dangerous does that no --allow names, 1 it could not be found out",
    "or a policy refuses it. Changes nothing. Secrets are in none of its formats. schema/review.schema.json describes the JSON.",
  ].join("\n"),
  examples: [
    "novactl diff staging --sim",
    "novactl diff prod --write markdown=review.md --save reviewed.json --allow replace-nodes",
    "novactl up prod --reviewed reviewed.json",
  ],
  run: async ({ positionals: [stack = ""], values, rest }) => {
    refuseOtherPolicies(rest);
    const format = readFormat(values.json === true ? "json" : (values.format ?? "terminal"), "--format");
    const files = (values.write ?? []).map(readFile);
    const allowed = readAllowed(values.allow ?? []);
    const project = findProject();
    // Only this project's stack files have the form from which a plan follows.
    const config = project.name === "novacron" ? readStackConfig(project, stack) : undefined;
    const surroundings = config === undefined ? {} : { plan: planEnvironment(config, stack) };
    readNoClusters(values);
    const regions = readExcludedRegions(project, stack, values["exclude-region"]);
    const session = await openSession(stack, values.sim);
    const locks = await sessionLocks(session);
    if (locks !== undefined) removeDeadLocks(locks);
    const resources = regions.length > 0 ? await stateResources(session) : undefined;
    const exclusion = excludeRegions(regions, resources ?? []);
    const { code, review, policies } = await previewReview(session, { exclusion, resources, rest });
    if (review === undefined) {
      // Without a verdict on the whole: what was found until then.
      await conclude(session, policies, { code, file: values.sarif });
      return FAILED;
    }
    process.stdout.write(written(review, format, { ...terminal(), ...surroundings, allowed }));
    for (const file of files) writeText(file.path, written(review, file.format, { ...surroundings, allowed }));
    if (values.save !== undefined) writeText(values.save, saveReview(project, stack, review, { regions, allowed }));
    await conclude(session, policies, { code, file: values.sarif, findings: review.policies.violations });
    return code === 0 ? exitCode(review, allowed) : FAILED;
  },
});

/** What a review says to scripts. */
function exitCode(review: Review, allowed: readonly string[]): number {
  if (unallowed(review.dangers, allowed).length > 0) return DANGEROUS;
  return review.regions.length > 0 || review.outputs.length > 0 ? CHANGES : NOTHING;
}

/** As standard output shows it: colours and a width only on a terminal, and no colours where NO_COLOR is set. */
const terminal = (): { width?: number; colour: boolean } => ({
  ...(process.stdout.isTTY ? { width: process.stdout.columns } : {}),
  colour: process.stdout.isTTY && process.stdout.hasColors(),
});

function readFormat(given: string, option: string): Format {
  const format = FORMATS.find((known) => known === given);
  if (format === undefined) throw new OperatorError(`${option} '${given}': give one of ${FORMATS.join(", ")}`);
  return format;
}

function readFile(given: string): { format: Format; path: string } {
  const [, format, path] = /^([^=]*)=(.+)$/.exec(given) ?? [];
  if (format === undefined || path === undefined)
    throw new OperatorError(`--write '${given}': give a format, = and a file, such as markdown=review.md`);
  return { format: readFormat(format, "--write"), path };
}

function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new OperatorError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
