import type { ClusterSummary } from "../../sim/clusters.ts";
import { command, type Option } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json } from "../options.ts";
import { findProject } from "../project.ts";
import { request, runningSimulator } from "../simulator.ts";
import { table } from "../table.ts";

const region = { name: "region", description: "its name in the stack, such as aws-use1, or the cluster's" };

/** Of `sim start`, `sim stop` and `sim kill`: nothing for the simulator as a whole, else a region and one of its processes. */
export const processParameters = [
  { ...region, optional: true },
  {
    name: "process",
    description:
      "etcd, kube-apiserver, kube-controller-manager, kube-scheduler or kwok; for `sim kill` any that `novactl sim clusters` lists",
    optional: true,
  },
] as const;

const simulator = () => runningSimulator(findProject().home);

/** Asks a region's own API. @throws OperatorError with its words when it refuses */
const askRegion = async <Answer>(method: string, name: string, path: string, body?: unknown): Promise<Answer> =>
  request(await simulator(), `${method} /regions/${encodeURIComponent(name)}${path}`, body);

/** Stops, starts or kills a process of a region. */
export async function controlProcess(
  how: "start" | "stop" | "kill",
  name: string,
  process: string | undefined,
  asJson: boolean,
): Promise<number> {
  if (process === undefined)
    throw new OperatorError(
      `novactl sim ${how} ${name} needs the process too, such as kube-apiserver; \`novactl sim clusters\` lists a region's processes`,
    );
  if (how === "kill") await askRegion("POST", name, "/kill", { name: process });
  else await askRegion("POST", name, `/processes/${encodeURIComponent(process)}/${how}`, {});
  const done = { start: "started", stop: "stopped, and stays so until it is started", kill: "killed" };
  if (asJson) console.log(JSON.stringify({ region: name, process, done: how }));
  else console.log(`${process} of ${name} is ${done[how]}`);
  return 0;
}

const clusters = command({
  name: "sim clusters",
  summary: "show the simulated clusters' control planes and their processes",
  positionals: [],
  options: { processes: { type: "boolean", description: "each process of its own" }, json },
  details: "Exit code: 0 when all are ready, 2 when not.",
  run: async ({ values }) => {
    const summaries = await request<ClusterSummary[]>(await simulator(), "GET /clusters");
    if (values.json === true) console.log(JSON.stringify({ clusters: summaries }));
    else if (summaries.length === 0) console.log("there are no clusters");
    else console.log((values.processes === true ? processes(summaries) : overview(summaries)).join("\n"));
    return summaries.every(({ status }) => status?.ready === true) ? 0 : 2;
  },
});

const overview = (summaries: readonly ClusterSummary[]): string[] =>
  table(
    ["region", "cluster", "processes", "MiB", "state"],
    summaries.map(({ region: name, cluster, status, problem }) => {
      const list = status?.processes ?? [];
      const mebibytes = list.reduce((sum, process) => sum + (process.mebibytes ?? 0), 0);
      const state = status?.ready === true ? "ready" : (problem ?? `waits for ${status?.waitingFor.join(", ")}`);
      return [name, cluster, `${list.length}`, `${mebibytes}`, state];
    }),
  );

const processes = (summaries: readonly ClusterSummary[]): string[] =>
  table(
    ["region", "process", "pid", "state", "restarts", "MiB"],
    summaries.flatMap(({ region: owner, status }) =>
      (status?.processes ?? []).map(({ name, pid, state, restarts, mebibytes }) => [
        owner,
        name,
        `${pid ?? ""}`,
        state,
        `${restarts}`,
        `${mebibytes ?? ""}`,
      ]),
    ),
  );

const node = command({
  name: "sim node",
  summary: "cut the power of a node of a simulated cluster, or give it back",
  positionals: [
    region,
    { name: "node", description: "its name, as `kubectl get nodes` shows it" },
    { name: "power", description: "off, on" },
  ],
  options: { json },
  details: "Its pods end at once; the cluster notices when the node's lease has run out, as with a real one.",
  run: async ({ positionals: [name = "", machine = "", power = ""], values }) => {
    if (power !== "on" && power !== "off") throw new OperatorError(`power '${power}': on and off are allowed`);
    await askRegion("POST", name, `/nodes/${encodeURIComponent(machine)}/${power === "on" ? "start" : "stop"}`, {});
    if (values.json === true) console.log(JSON.stringify({ region: name, node: machine, power }));
    else console.log(`node ${machine} of ${name} is ${power}`);
    return 0;
  },
});

/** Which pods are meant. */
const selection = {
  namespace: { type: "string", value: "NAME", description: "in this namespace" },
  pod: { type: "string", value: "NAME", description: "this pod" },
  service: { type: "string", value: "NAME", description: "of this service, such as dwcp-v3" },
  digest: { type: "string", value: "DIGEST", description: "of the image with this digest" },
} as const satisfies Record<string, Option>;

type Selection = { [Name in keyof typeof selection]?: string };

const selected = ({ namespace, pod, service, digest }: Selection): Selection =>
  JSON.parse(JSON.stringify({ namespace, pod, service, digest })) as Selection;

const pods = command({
  name: "sim pods",
  summary: "let pods of a region misbehave",
  positionals: [region],
  options: {
    ...selection,
    errors: { type: "string", value: "SHARE", description: "share of requests answered with 500, 0 to 1" },
    delay: { type: "string", value: "MS", description: "milliseconds added to each answer" },
    slowness: { type: "string", value: "FACTOR", description: "factor on the service time" },
    unready: { type: "boolean", description: "readiness probes fail" },
    "no-metrics": { type: "boolean", description: "metrics are answered with 503" },
    garbage: { type: "boolean", description: "answers are 200 with a page of HTML" },
    clear: { type: "boolean", description: "end all misbehaviour in the region" },
    json,
  },
  details: "What holds for all pods that are meant, those that start later too, until it is cleared.",
  examples: [
    "novactl sim pods aws-use1 --digest sha256:… --errors 0.05",
    "novactl sim pods aws-use1 --service dwcp-v3 --slowness 3",
    "novactl sim pods aws-use1 --clear",
  ],
  run: async ({ positionals: [name = ""], values }) => {
    if (values.clear === true) await askRegion("DELETE", name, "/faults");
    else {
      const faults = JSON.parse(
        JSON.stringify({
          errorShare: number(values.errors),
          delayMilliseconds: number(values.delay),
          slowness: number(values.slowness),
          unready: values.unready,
          noMetrics: values["no-metrics"],
          garbage: values.garbage,
        }),
      ) as object;
      if (Object.keys(faults).length === 0)
        throw new OperatorError(
          "nothing to do: say how the pods are to misbehave, or --clear; see `novactl sim pods --help`",
        );
      await askRegion("POST", name, "/faults", { ...selected(values), faults });
    }
    if (values.json === true) console.log(JSON.stringify({ region: name, cleared: values.clear === true }));
    else console.log(values.clear === true ? `the pods of ${name} behave` : `the pods of ${name} misbehave`);
    return 0;
  },
});

const crash = command({
  name: "sim crash",
  summary: "crash pods of a region",
  positionals: [region],
  options: { ...selection, json },
  details: "Their containers end at once and are started again, as after a crash of their programs.",
  examples: ["novactl sim crash aws-use1 --service dwcp-v3"],
  run: async ({ positionals: [name = ""], values }) => {
    const answer = await askRegion<{ pods: unknown }>("POST", name, "/crash", selected(values));
    if (values.json === true) console.log(JSON.stringify({ region: name, ...answer }));
    else {
      const crashed = Array.isArray(answer.pods) ? answer.pods.map(String) : [];
      console.log(crashed.length === 0 ? `no pod of ${name} is meant` : `crashed: ${crashed.join(", ")}`);
    }
    return 0;
  },
});

const token = command({
  name: "sim token",
  summary: "print a user's token of the simulated identity provider",
  positionals: [{ name: "subject", description: "whom it names" }],
  options: {
    audience: { type: "string", value: "NAME", description: "for whom it is. Default: dwcp-staging" },
    issuer: { type: "string", value: "URL", description: "another issuer than the provider itself" },
    "expires-in": { type: "string", value: "SECONDS", description: "below 0 it has expired already. Default: 3600" },
    algorithm: { type: "string", value: "NAME", description: "ES256, RS256, HS256, none. Default: ES256" },
    "unknown-key": { type: "boolean", description: "signed with a key that the provider never published" },
    rotate: { type: "boolean", description: "give the provider a new key first; the one before stays published" },
    json,
  },
  details: "All but the defaults make tokens that the entry has to refuse.",
  run: async ({ positionals: [subject], values }) => {
    const endpoint = await simulator();
    if (values.rotate === true) await request(endpoint, "POST /rotate-keys", {});
    const answer = await request<{ token: string }>(endpoint, "POST /token", {
      subject,
      audience: values.audience,
      issuer: values.issuer,
      expiresIn: number(values["expires-in"]),
      algorithm: values.algorithm,
      key: values["unknown-key"] === true ? "unknown" : undefined,
    });
    console.log(values.json === true ? JSON.stringify(answer) : answer.token);
    return 0;
  },
});

/** The commands that drive the clusters of the simulated clouds. */
export const clusterCommands = [clusters, node, pods, crash, token];

/** Not a number stays what it is, for the region to complain of. */
const number = (text: string | undefined): number | string | undefined =>
  text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
