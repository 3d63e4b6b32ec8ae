import { command } from "../command.ts";
import { json, sim, stackParameter } from "../options.ts";
import { service } from "./release.ts";

export const history = command({
  name: "history",
  summary: "show every release action: who, when, from where to where, and what the gates said",
  positionals: [stackParameter],
  options: {
    sim,
    service,
    json,
    limit: { type: "string", value: "N", description: "the last N actions (default: 20)" },
  },
  details:
    "Kept in the clusters themselves, each region's own; an action that was done in several regions is shown once.",
  examples: ["novactl history staging --sim", "novactl history prod --json | jq '.actions[] | select(.forced)'"],
  run: async ({ positionals: [stack = ""], values }) => {
    const { runHistory } = await import("../delivery/history.ts");
    return runHistory({
      stack,
      simulated: values.sim === true,
      ...(values.service === undefined ? {} : { service: values.service }),
      limit: values.limit ?? "20",
      json: values.json === true,
    });
  },
});
