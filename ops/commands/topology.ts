import { writeFileSync } from "node:fs";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { stackParameter } from "../options.ts";
import { findProject } from "../project.ts";
import { readStackConfig } from "../stackConfig.ts";
import { drawTopology } from "../topology.ts";

export const topology = command({
  name: "topology",
  summary: "draw a stack's regions and the links between them as an SVG picture",
  positionals: [stackParameter],
  options: { output: { type: "string", value: "FILE", description: "write it there. Default: standard output" } },
  details: "From the stack file alone: nothing needs to run or to exist.",
  examples: ["novactl topology staging --output docs/topology.svg"],
  run: async ({ positionals: [stack = ""], values }) => {
    const config = readStackConfig(findProject(), stack);
    const picture = drawTopology(planEnvironment(config, stack), config.roundTrips, stack);
    if (values.output === undefined) process.stdout.write(picture);
    else {
      try {
        writeFileSync(values.output, picture);
      } catch (error) {
        throw new OperatorError(`--output ${values.output}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return 0;
  },
});
