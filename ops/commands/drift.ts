import { command } from "../command.ts";
import { type Drift, driftOf } from "../drift.ts";
import { passThroughWithEvents } from "../eventLog.ts";
import { removeDeadLocks } from "../locks.ts";
import { json, sim, stackParameter } from "../options.ts";
import { openSession, sessionLocks } from "../session.ts";
import { styled } from "../table.ts";

/** Exit code when something has drifted. */
const DRIFTED = 2;

export const drift = command({
  name: "drift",
  summary: "list what was changed outside of Pulumi",
  positionals: [stackParameter],
  options: { sim, json },
  details: [
    "Exit code: 0 when the clouds hold what the state says, 2 when they do not, 1 when that could not be found out.",
    "Changes nothing. `novactl up` repairs what it lists; `novactl refresh` takes it over.",
  ].join("\n"),
  examples: ["novactl drift staging --sim", "novactl drift prod --json | jq -r '.changes[].name'"],
  run: async ({ positionals: [stack = ""], values }) => {
    const session = await openSession(stack, values.sim);
    // A refresh takes the lock, be it only a preview.
    const locks = await sessionLocks(session);
    if (locks !== undefined) removeDeadLocks(locks);
    const args = ["refresh", "--preview-only", "--stack", stack, "--non-interactive", "--suppress-progress"];
    const { code, events } = await passThroughWithEvents(session, args, "nowhere unless it fails");
    if (code !== 0) {
      if (values.json === true) console.log(JSON.stringify({ stack, error: `pulumi ended with exit code ${code}` }));
      return 1;
    }
    const changes = driftOf(events);
    if (values.json === true) console.log(JSON.stringify({ stack, changes }));
    else console.log(describe(stack, changes).join("\n"));
    return changes.length > 0 ? DRIFTED : 0;
  },
});

function describe(stack: string, changes: readonly Drift[]): string[] {
  if (changes.length === 0) return [`${stack}: no drift`];
  const lines = changes.flatMap(({ region, type, name, deleted, properties }) => [
    `${styled("bold", region)}  ${name}  ${styled("dim", type)}`,
    ...(deleted ? [`  ${styled("red", "deleted outside")}`] : []),
    ...properties.map(({ path, from, to }) => `  ${path}: ${shown(from)} → ${shown(to)}`),
  ]);
  return [
    ...lines,
    "",
    `${changes.length} of ${stack}'s resources were changed outside; \`novactl up ${stack}\` repairs them`,
  ];
}

const shown = (value: unknown): string => (value === undefined ? "(absent)" : JSON.stringify(value));
