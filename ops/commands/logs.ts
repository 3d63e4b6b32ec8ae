import { command } from "../command.ts";
import { sim, stackParameter } from "../options.ts";

export const logs = command({
  name: "logs",
  summary: "show what a region's pods have written",
  positionals: [
    stackParameter,
    { name: "region", description: "such as aws-use1" },
    { name: "pod", description: "name of a pod or a Rollout, Deployment or StatefulSet, or the beginning of it" },
  ],
  options: {
    sim,
    namespace: { type: "string", value: "NAME", description: "where it is (default: dwcp)" },
    container: { type: "string", value: "NAME", description: "of a pod that has several" },
    tail: { type: "string", value: "N", description: "the last N lines of each pod (default: 50)" },
    previous: { type: "boolean", description: "of the container before it was last restarted" },
  },
  details: "Exit code: 0 when every pod's log was shown, 1 when not.",
  examples: [
    "novactl logs staging aws-use1 dwcp-v3 --sim",
    "novactl logs prod azr-weu argo-rollouts --namespace argo-rollouts",
  ],
  run: async ({ positionals: [stack = "", region = "", pod = ""], values }) => {
    const { runLogs } = await import("../delivery/logs.ts");
    const { sim: simulated = false, ...rest } = values;
    return runLogs({ stack, region, pod, simulated, ...rest });
  },
});
