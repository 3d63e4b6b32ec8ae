import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json } from "../options.ts";
import { findProject, type Project } from "../project.ts";
import { affectedStacks } from "../pullRequest/affectedStacks.ts";

export const affected = command({
  name: "affected",
  summary: "name the stacks whose preview a change may change",
  positionals: [{ name: "base", description: "the commit or branch that the change is to be merged into" }],
  options: { json },
  details: [
    "Compares the commit that is checked out with where it left the base. A stack file affects its stack, documents and tests",
    "affect none, anything else affects all.",
  ].join("\n"),
  examples: ["novactl affected origin/main", "novactl affected origin/main --json | jq -c .affected"],
  run: async ({ positionals: [base = ""], values }) => {
    const project = findProject();
    const stacks = readdirSync(project.folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
    const names = affectedStacks(changedFiles(project, base), stacks);
    const unaffected = stacks.filter((stack) => !names.includes(stack)).toSorted();
    if (values.json === true) console.log(JSON.stringify({ base, affected: names, unaffected }));
    else console.log(names.length === 0 ? "no stack" : names.join("\n"));
    return 0;
  },
});

function changedFiles(project: Project, base: string): string[] {
  try {
    // Renames are shown as a file that goes and one that comes: both count.
    const output = execFileSync("git", ["diff", "--name-only", "--no-renames", "-z", `${base}...HEAD`, "--"], {
      cwd: project.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return output.split("\0").filter((file) => file !== "");
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    throw new OperatorError(
      `base '${base}': ${stderr.trim() || String(error)}; name a commit or branch that is there (in a shallow clone: fetch the history first)`,
    );
  }
}
