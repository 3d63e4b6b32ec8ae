import { readFileSync } from "node:fs";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { stackParameter } from "../options.ts";
import { Host } from "../pullRequest/host.ts";
import { publish } from "../pullRequest/stickyComment.ts";

export const comment = command({
  name: "comment",
  summary: "put a review on a pull request, as its one comment for the stack",
  positionals: [stackParameter],
  options: {
    "pull-request": { type: "string", value: "NUMBER", description: "the pull request" },
    body: { type: "string", value: "FILE", description: "Markdown, from `novactl diff --write markdown=FILE`" },
    outdated: {
      type: "boolean",
      description: "the change no longer touches the stack: fold its comment, if there is one",
    },
    author: {
      type: "string",
      value: "LOGIN",
      description: "under which the token writes (default: github-actions[bot])",
    },
  },
  details: [
    "The comment is found again over all pages and updated in place; others of the same stack are folded. What a later run has",
    "written is left alone. Waits for rate limits and for a host that is down, 15 minutes at most.",
    "From the environment, as GitHub Actions sets them: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT; and",
    "GITHUB_TOKEN with `pull-requests: write`.",
    "Exit code: 0 when the comment is there or a later run's is, 1 when it could not be written.",
  ].join("\n"),
  examples: ["novactl comment staging --pull-request 12 --body review.md"],
  run: async ({ positionals: [stack = ""], values }) => {
    const { host, run } = readTarget(values["pull-request"], process.env);
    const body = readBody(values.body, values.outdated === true);
    const { outcome, url } = await publish(host, {
      stack: checkedStack(stack),
      author: values.author ?? "github-actions[bot]",
      run,
      ...(body === undefined ? {} : { body }),
    });
    console.log(`${stack}: ${SAID[outcome]}${url === undefined ? "" : ` ${url}`}`);
    return 0;
  },
});

const SAID = {
  written: "comment written",
  unchanged: "the comment is as it was",
  newer: "a later run has written its comment already",
  none: "no comment, and nothing to say",
};

/** A name that can stand in a comment's marker. */
function checkedStack(stack: string): string {
  if (/^[\w.-]+$/.test(stack)) return stack;
  throw new OperatorError(`stack '${stack}': a stack's name has letters, digits, _, - and . alone`);
}

function readBody(file: string | undefined, outdated: boolean): string | undefined {
  if ((file === undefined) !== outdated)
    throw new OperatorError("give either --body FILE with what the comment says, or --outdated to fold it");
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new OperatorError(`--body ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Everything that names where to write. @throws naming all that is missing or wrong, at once */
function readTarget(pullRequest: string | undefined, environment: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  const read = (name: string, form: RegExp, what: string, value = environment[name]): string => {
    if (value === undefined || !form.test(value))
      problems.push(`${name} is ${value ? `'${value}'` : "not set"}: ${what}`);
    return value ?? "";
  };
  const number = read("--pull-request", /^[1-9]\d*$/, "give the number of the pull request", pullRequest ?? "");
  const api = read("GITHUB_API_URL", /^https?:\/\/\S+$/, "the base of the host's API, such as https://api.github.com");
  const repository = read("GITHUB_REPOSITORY", /^[\w.-]+\/[\w.-]+$/, "the repository as owner/name");
  const id = read("GITHUB_RUN_ID", /^\d+$/, "the number of the workflow run");
  const attempt = read("GITHUB_RUN_ATTEMPT", /^\d+$/, "the number of its attempt");
  const token = environment.GITHUB_TOKEN ?? "";
  if (token === "") problems.push("GITHUB_TOKEN is not set: a token with `pull-requests: write`");
  if (problems.length > 0) throw new OperatorError(`the comment cannot be written:\n  ${problems.join("\n  ")}`);
  return {
    host: new Host({ api, repository, pullRequest: Number(number), token }),
    run: { id: Number(id), attempt: Number(attempt) },
  };
}
