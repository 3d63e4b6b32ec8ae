import { z } from "zod";
import type { InventoryEntry } from "../../sim/control.ts";
import { type Fault, faultSchema, operations } from "../../sim/faults.ts";
import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json, noClusters } from "../options.ts";
import { findProject } from "../project.ts";
import {
  DEFAULT_TIME_SCALE,
  findSimulator,
  goWithoutClusters,
  request,
  runningSimulator,
  startSimulator,
  stopSimulator,
} from "../simulator.ts";
import { urnParts } from "../state.ts";
import { table } from "../table.ts";
import { clusterCommands, controlProcess, processParameters } from "./clusters.ts";

const start = command({
  name: "sim start",
  summary: "start the simulated clouds, or a process of one region that was stopped",
  positionals: processParameters,
  options: {
    "time-scale": {
      type: "string",
      value: "N",
      description: `real seconds for a second of the clouds' own time; 0: at once. Default: $NOVACRON_TIME_SCALE, else ${DEFAULT_TIME_SCALE}`,
    },
    "no-clusters": noClusters,
    json,
  },
  details:
    "Commands with --sim start the clouds by themselves. What exists in them outlives them, in .novacron/sim (or $NOVACRON_HOME/sim).",
  examples: ["novactl sim start", "novactl sim start aws-use1 kube-apiserver"],
  run: async ({ positionals: [region, name], values }) => {
    if (region !== undefined) return controlProcess("start", region, name, values.json === true);
    if (values["no-clusters"] === true) goWithoutClusters();
    const { endpoint, started } = await startSimulator(findProject().home, values["time-scale"]);
    if (values.json === true) console.log(JSON.stringify({ pid: endpoint.pid, started }));
    else console.log(`simulator ${started ? "started" : "was running already"}, process ${endpoint.pid}`);
    return 0;
  },
});

const SUMMARIES = {
  stop: "end the simulated clouds gently, or keep a process of one region down",
  kill: "kill the simulated clouds (SIGKILL), or a process of one region, as a test of recovery",
};

const ending = (how: "stop" | "kill") =>
  command({
    name: `sim ${how}`,
    summary: SUMMARIES[how],
    positionals: processParameters,
    options: { json },
    details:
      how === "stop"
        ? "What exists in the clouds stays, and is there again at the next start; the clusters' control planes end with them."
        : "What exists in the clouds stays, and is there again at the next start; the clusters' control planes run on meanwhile. A killed process of a region is started again by itself.",
    examples: [`novactl sim ${how}`, `novactl sim ${how} aws-use1 kube-apiserver`],
    run: async ({ positionals: [region, name], values }) => {
      if (region !== undefined) return controlProcess(how, region, name, values.json === true);
      const stopped = await stopSimulator(findProject().home, how);
      if (values.json === true) console.log(JSON.stringify({ stopped }));
      else console.log(stopped ? "simulator ended" : "the simulator was not running");
      return 0;
    },
  });

const status = command({
  name: "sim status",
  summary: "show whether the simulated clouds run, and what they hold",
  positionals: [],
  options: { json },
  details: "Exit code: 0 when they run, 2 when not.",
  run: async ({ values }) => {
    const endpoint = await findSimulator(findProject().home);
    if (endpoint === undefined) {
      console.log(values.json === true ? JSON.stringify({ running: false }) : "the simulator is not running");
      return 2;
    }
    const answer = await request<SimulatorStatus>(endpoint, "GET /status");
    if (values.json === true) console.log(JSON.stringify({ running: true, pid: endpoint.pid, ...answer }));
    else
      console.log(
        `the simulator runs, process ${endpoint.pid}: ${answer.resources} resources, ${answer.faults} faults to come, ${answer.delayed} requests held back${answer.clusters ? "" : "; without clusters"}`,
      );
    return 0;
  },
});

const inventory = command({
  name: "sim inventory",
  summary: "list what exists in the simulated clouds, in order of creation",
  positionals: [],
  options: { stack: { type: "string", value: "STACK", description: "of this stack only" }, json },
  run: async ({ values }) => {
    const entries = await readInventory(values.stack);
    const ordered = entries.toSorted((a, b) => a.sequence - b.sequence);
    if (values.json === true) console.log(JSON.stringify({ resources: ordered }));
    else
      console.log(
        table(
          ["#", "name", "type", "region", "id"],
          ordered.map(({ sequence, urn, type, region, id }) => [`${sequence}`, urnParts(urn).name, type, region, id]),
        ).join("\n"),
      );
    return 0;
  },
});

const fault = command({
  name: "sim fault",
  summary: "let requests to the simulated clouds fail",
  positionals: [{ name: "kind", description: faultSchema.shape.kind.options.join(", ") }],
  options: {
    type: { type: "string", value: "TYPE", description: "resource type, or the beginning of one and *. Default: all" },
    operation: { type: "string", value: "OP", description: `${operations.join(", ")}. Default: create` },
    skip: { type: "string", value: "N", description: "let N requests pass first. Default: 0" },
    times: { type: "string", value: "N", description: "hit N requests. Default: 1" },
    seconds: { type: "string", value: "N", description: "how much longer `slow` takes. Default: 5" },
    json,
  },
  details: [
    "throttle, unavailable   answers 429 or 503; the providers try again by themselves, five times at most",
    "capacity                no capacity; not tried again",
    "slow                    takes longer",
    "partial                 makes the resource and reports it as failed",
    "crash-before, -after    the simulator dies before or after it has made the change, without an answer",
  ].join("\n"),
  examples: [
    "novactl sim fault throttle --type 'aws:ec2/*' --times 3",
    "novactl sim fault crash-after --type gcp:container/cluster:Cluster",
  ],
  run: async ({ positionals: [kind], values }) => {
    const { type, operation, skip, times, seconds } = values;
    const given = { kind, type, operation, skip: number(skip), times: number(times), seconds: number(seconds) };
    const parsed = faultSchema.safeParse(JSON.parse(JSON.stringify(given)));
    if (!parsed.success) throw new OperatorError(`no such fault:\n${z.prettifyError(parsed.error)}`);
    const faults = await request<Fault[]>(await simulator(), "POST /faults", parsed.data);
    printFaults(faults, values.json === true);
    return 0;
  },
});

const faults = command({
  name: "sim faults",
  summary: "list the faults to come",
  positionals: [],
  options: { clear: { type: "boolean", description: "forget them all" }, json },
  run: async ({ values }) => {
    const route = values.clear === true ? "DELETE /faults" : "GET /faults";
    printFaults(await request<Fault[]>(await simulator(), route), values.json === true);
    return 0;
  },
});

const resourceParameter = {
  name: "resource",
  description: "its id, its URN, or its name in the program; `novactl sim inventory` lists them",
};

const change = command({
  name: "sim change",
  summary: "change a property of a resource behind Pulumi's back",
  positionals: [resourceParameter, { name: "property", description: "its path: tags.owner, ingress.0.cidrBlocks" }],
  options: {
    to: {
      type: "string",
      value: "VALUE",
      description: "new value, as JSON or else as text; without it the property is removed",
    },
    json,
  },
  examples: ["novactl sim change aws-use1-network-vpc tags.owner --to somebody-else"],
  run: async ({ positionals: [wanted = "", property = ""], values }) => {
    const { package: name, type, id, urn } = await findResource(wanted);
    await request(await simulator(), "POST /change", {
      package: name,
      type,
      id,
      property,
      value: readValue(values.to),
    });
    if (values.json === true) console.log(JSON.stringify({ urn, id, property }));
    else console.log(`changed ${property} of ${id} (${urnParts(urn).name})`);
    return 0;
  },
});

const remove = command({
  name: "sim remove",
  summary: "delete a resource behind Pulumi's back",
  positionals: [resourceParameter],
  options: { json },
  details: "The simulated cloud refuses, as the real one would, while another resource needs it.",
  run: async ({ positionals: [wanted = ""], values }) => {
    const { package: name, type, id, urn } = await findResource(wanted);
    await request(await simulator(), "POST /remove", { package: name, type, id });
    if (values.json === true) console.log(JSON.stringify({ urn, id }));
    else console.log(`deleted ${id} (${urnParts(urn).name})`);
    return 0;
  },
});

interface SimulatorStatus {
  resources: number;
  faults: number;
  delayed: number;
  clusters: boolean;
}

/** The commands that drive the simulated clouds themselves. */
export const simulatorCommands = [
  start,
  ending("stop"),
  ending("kill"),
  status,
  inventory,
  fault,
  faults,
  change,
  remove,
  ...clusterCommands,
];

const simulator = () => runningSimulator(findProject().home);

const readInventory = async (stack?: string): Promise<InventoryEntry[]> =>
  request(await simulator(), `GET /inventory${stack === undefined ? "" : `?stack=${encodeURIComponent(stack)}`}`);

async function findResource(wanted: string): Promise<InventoryEntry> {
  const entries = await readInventory();
  const found = entries.filter(({ id, urn }) => id === wanted || urn === wanted || urnParts(urn).name === wanted);
  const [resource, ...others] = found;
  if (resource === undefined)
    throw new OperatorError(`the simulator holds no '${wanted}'; \`novactl sim inventory\` lists what it holds`);
  if (others.length > 0)
    throw new OperatorError(
      `'${wanted}' can be any of these, give one's URN:\n${found.map(({ urn }) => `  ${urn}`).join("\n")}`,
    );
  return resource;
}

function printFaults(list: readonly Fault[], asJson: boolean): void {
  if (asJson) console.log(JSON.stringify({ faults: list }));
  else if (list.length === 0) console.log("no faults to come");
  else
    console.log(
      table(
        ["kind", "type", "operation", "skip", "times", "seconds"],
        list.map(({ kind, type, operation, skip, times, seconds }) => [
          kind,
          type,
          operation,
          `${skip}`,
          `${times}`,
          kind === "slow" ? `${seconds}` : "",
        ]),
      ).join("\n"),
    );
}

/** Not a number stays what it is, for the schema to complain of. */
const number = (text: string | undefined): number | string | undefined =>
  text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);

function readValue(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
