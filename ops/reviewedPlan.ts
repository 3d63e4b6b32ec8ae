import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { OperatorError } from "./operatorError.ts";
import { type Project, stackFile } from "./project.ts";
import { reviewDifferences } from "./review/compareReviews.ts";
import { DANGER_CLASSES, type DangerClass, type Review } from "./review/model.ts";
import { reviewSchema } from "./review/schema.ts";

/** What a person has reviewed, with what it was made of. */
const schema = z.strictObject({
  novacronReview: z.literal(1),
  stack: z.string(),
  /** Commit of the checkout and, where files differ from it, a digest of how; null outside of git. */
  program: z.string().nullable(),
  /** Digest of the stack file. It differs also where only a secret does, which no review shows. */
  config: z.string(),
  /** Regions that were left alone. */
  excluded: z.array(z.string()),
  /** Classes of dangers that the reviewers agreed to: that consent goes with the plan. */
  allowed: z.array(z.enum(DANGER_CLASSES)),
  review: reviewSchema,
});

type ReviewedPlan = z.output<typeof schema>;

/** A review in the form in which `novactl up --reviewed` reads it, with the classes of dangers that were agreed to. */
export function saveReview(
  project: Project,
  stack: string,
  review: Review,
  { regions, allowed }: { regions: readonly string[]; allowed: readonly DangerClass[] },
): string {
  const saved = { novacronReview: 1, ...sourcesOf(project, stack), excluded: regions.toSorted(), allowed, review };
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/** Reads a saved review. @throws when it is none, or of another stack */
export function readReviewed(path: string, stack: string): ReviewedPlan {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new OperatorError(`--reviewed ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { data, error } = schema.safeParse(content);
  if (data === undefined)
    throw new OperatorError(
      `--reviewed ${path}: not written by \`novactl diff --save\` of this version; review again:\n${z.prettifyError(error)}`,
    );
  if (data.stack !== stack)
    throw new OperatorError(`--reviewed ${path}: it is a review of ${data.stack}, not of ${stack}; review ${stack}`);
  return data;
}

/** What differs between what was reviewed and what would be done now, a line each; none: it is the same. */
export function differencesFromReviewed(
  reviewed: ReviewedPlan,
  project: Project,
  now: Review,
  { regions }: { regions: readonly string[] },
): string[] {
  const sources = sourcesOf(project, reviewed.stack);
  return [
    ...(reviewed.program === sources.program
      ? []
      : [`the program: reviewed ${reviewed.program ?? "outside of git"}, now ${sources.program ?? "outside of git"}`]),
    ...(reviewed.config === sources.config ? [] : [`the stack file has changed: Pulumi.${reviewed.stack}.yaml`]),
    ...(isDeepStrictEqual(reviewed.excluded, regions.toSorted())
      ? []
      : [`regions left alone: reviewed ${list(reviewed.excluded)}, now ${list(regions)}`]),
    ...reviewDifferences(reviewed.review, now),
  ];
}

/** A short name of what was reviewed, for the stack's history. */
export const reviewedName = ({ program, review }: ReviewedPlan): string =>
  `${digest(JSON.stringify(review)).slice(0, 12)}${program === null ? "" : ` of commit ${program.slice(0, 12)}`}`;

const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

/** What a plan is made of, apart from the clouds. */
export type Sources = Pick<ReviewedPlan, "stack" | "program" | "config">;

export const sourcesOf = (project: Project, stack: string): Sources => ({
  stack,
  program: programVersion(project.folder),
  config: digest(readFileSync(stackFile(project, stack))),
});

/** The commit of the checkout, and what differs from it. Files that git ignores make no part of the program. */
function programVersion(folder: string): string | null {
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 256 * 2 ** 20,
      stdio: ["ignore", "pipe", "ignore"],
    });
  try {
    const commit = git("rev-parse", "HEAD").trim();
    const untracked = git(
      "ls-files",
      "--others",
      "--exclude-standard",
      "--",
      ":(glob)**/*.ts",
      ":(glob)*.yaml",
      "package-lock.json",
    );
    const differs =
      git("diff", "HEAD") +
      untracked
        .split("\n")
        .filter(Boolean)
        .map((file) => `${file} ${git("hash-object", "--", file)}`)
        .join("");
    return differs === "" ? commit : `${commit} with changes ${digest(differs).slice(0, 12)}`;
  } catch {
    return null;
  }
}

const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
