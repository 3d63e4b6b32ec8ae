import { command } from "../command.ts";
import { layout } from "../home.ts";
import { json, sim, stackParameter } from "../options.ts";
import { openSession } from "../session.ts";
import { exportState } from "../state.ts";
import { backendFiles } from "../stateHistory.ts";
import { type PlainSecret, scanDocument } from "../stateScan.ts";
import { table } from "../table.ts";

/** Exit code when something was found. */
const FOUND = 2;

export const stateScan = command({
  name: "state scan",
  summary: "look for secrets that stand in the state unencrypted",
  positionals: [stackParameter],
  options: { sim, json },
  details: [
    "Looks at the exported state and, with --sim, at every checkpoint, backup and history entry that the simulation's backend",
    "keeps. By form (PEM, JWT, keys of the clouds, connection strings …), by entropy, by names of properties, and behind base64.",
    "Exit code: 0 when nothing is found, 2 when something is, 1 when that could not be found out. No value is printed.",
  ].join("\n"),
  examples: ["novactl state scan staging --sim", "novactl state scan prod --json | jq '.found[].path'"],
  run: async ({ positionals: [stack = ""], values }) => {
    const session = await openSession(stack, values.sim);
    const { project } = session;
    const documents = [
      { name: "exported state", content: (await exportState(session)) as unknown },
      ...(values.sim === true ? backendFiles(layout(project.home).state, project.name, stack) : []),
    ];
    const found = documents.flatMap(({ name, content }) => scanDocument(name, content));
    if (values.json === true) console.log(JSON.stringify({ stack, scanned: documents.length, found }));
    else console.log(describe(stack, documents.length, found).join("\n"));
    return found.length === 0 ? 0 : FOUND;
  },
});

function describe(stack: string, scanned: number, found: readonly PlainSecret[]): string[] {
  const documents = `${scanned} ${scanned === 1 ? "document" : "documents"}`;
  if (found.length === 0) return [`${stack}: no plain secret in ${documents}`];
  // The same value stands in every checkpoint since it was written: one line, with the number of them.
  const groups = Map.groupBy(found, ({ urn, path, kind }) => JSON.stringify([urn, path, kind]));
  const rows = [...groups.values()].map((same) => {
    const { urn = "", path = "", kind = "", length = 0 } = same[0] ?? {};
    return [kind, urn.split("::").slice(2).join("::"), path, String(length), String(same.length)];
  });
  return [
    ...table(["looks like", "resource", "property", "characters", "documents"], rows),
    "",
    `${stack}: ${groups.size} ${groups.size === 1 ? "place holds" : "places hold"} what looks like a plain secret, in ${documents}`,
    "Make it a secret in the program (additionalSecretOutputs, pulumi.secret), rotate it, and let `up` write the state anew.",
  ];
}
