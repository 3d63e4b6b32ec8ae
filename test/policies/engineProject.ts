import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parse, stringify } from "yaml";
import type { EngineEvent } from "../../ops/eventLog.ts";
import { type Finding, type PolicyRun, policyRun } from "../../ops/policyFindings.ts";
import { setUpTools } from "../../tools/setup.ts";
import { checkout, makeProject } from "../tools/project.ts";
import { serveEchoProvider } from "./echoProvider.ts";
import type { Declared } from "./fixtures/fixture.ts";

/**
 * Registers whatever stands in `resources.json`, in an order in which what a property comes from is there before it, and
 * publishes what is said of the stack itself.
 */
const PROGRAM = `
  import { readFileSync } from "node:fs";
  import { all, CustomResource, ProviderResource, secret } from "@pulumi/pulumi";

  class Provider extends ProviderResource {
    constructor(kind, name, inputs) { super(kind, name, inputs); }
  }
  const made = new Map();
  const clusters = new Map();
  const cluster = (name) => {
    if (!clusters.has(name)) clusters.set(name, new Provider("kubernetes", name, { kubeconfig: secret("{}") }));
    return clusters.get(name);
  };
  function make({ type, name, properties, options = {}, comesFrom = {}, provider }) {
    const { secretInputs = Object.keys(properties), ...others } = options;
    const inputs = { ...properties };
    for (const each of secretInputs) if (inputs[each] !== undefined) inputs[each] = secret(inputs[each]);
    for (const [property, sources] of Object.entries(comesFrom)) {
      const value = properties[property];
      inputs[property] = all(sources.map((source) => made.get(source).id)).apply((known) => filled(value ?? UNKNOWN, known));
    }
    const kind = /^pulumi:providers:(.+)$/.exec(type)?.[1];
    const made1 = kind === undefined
      ? new CustomResource(type, name, inputs, { ...others, ...(provider && { provider: cluster(provider) }) })
      : new Provider(kind, name, inputs);
    made.set(name, made1);
  }
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  /** With ids, one after another, in the places of unknown values. */
  function filled(value, known) {
    if (value === UNKNOWN) return known.length > 1 ? known.shift() : known[0];
    if (Array.isArray(value)) return value.map((each) => filled(each, known));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, known)]));
  }
  const declared = JSON.parse(readFileSync("resources.json", "utf8"));
  const isStack = ({ type }) => type === "pulumi:pulumi:Stack";
  export const quorum = declared.find(isStack)?.properties.quorum;
  let waiting = declared.filter((each) => !isStack(each));
  while (waiting.length > 0) {
    const ready = waiting.filter(({ comesFrom = {} }) => Object.values(comesFrom).flat().every((name) => made.has(name)));
    if (ready.length === 0) throw new Error("these come from each other: " + waiting.map(({ name }) => name).join(", "));
    for (const each of ready) make(each);
    waiting = waiting.filter((each) => !ready.includes(each));
  }
`;

/** What a Pulumi command answered, and what the pack said meanwhile. */
export interface Judged extends PolicyRun {
  code: number;
  output: string;
}

export interface EngineProject {
  folder: string;
  /** Runs Pulumi with the pack on. */
  pulumi(...args: string[]): Promise<{ code: number; output: string }>;
  /** Runs a command of Pulumi's that writes an event log. */
  judged(...args: string[]): Promise<Judged>;
  /** Sets the stack's config, by key below `novacron:`. */
  configure(config: Record<string, unknown>): void;
  /** What the pack finds in a state file, which names no stack's config: the tier is given apart. */
  analyzed(file: string, tier: string): Promise<Judged>;
  /** Resources that the program declares from now on. */
  declare(resources: readonly Declared[]): void;
}

/**
 * A project whose program registers the given resources, on clouds that make whatever they are asked for.
 *
 * @param ownPack whether the pack is a copy in the project's folder, for tests that change it. @default false
 */
export async function engineProject(
  t: TestContext,
  resources: readonly Declared[],
  { ownPack = false }: { ownPack?: boolean } = {},
): Promise<EngineProject> {
  const { pulumi } = await setUpTools(["pulumi"]);
  const provider = await serveEchoProvider();
  const { folder, remove } = await makeProject({
    "Pulumi.yaml": "name: novacron\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "index.ts": PROGRAM,
  });
  t.after(() => {
    provider.close();
    remove();
  });
  const declare = (declared: readonly Declared[]) =>
    writeFileSync(join(folder, "resources.json"), JSON.stringify(declared));
  declare(resources);
  if (ownPack) cpSync(join(checkout, "policies"), join(folder, "policies"), { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The clouds are attached; five attempts to fetch each plugin would take seconds of every run.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Nothing here kills the engine, and each of many hundred checkpoints would write the whole state.
    PULUMI_SKIP_CHECKPOINTS: "true",
    PULUMI_OPTION_NON_INTERACTIVE: "true",
    PULUMI_OPTION_COLOR: "never",
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_OPTION_POLICY_PACK: join(ownPack ? folder : checkout, "policies"),
    PULUMI_DEBUG_PROVIDERS: ["aws", "azure-native", "gcp", "kubernetes"]
      .map((name) => `${name}:${provider.port}`)
      .join(),
  };
  const execute = (args: string[], variables: object): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      const options = { cwd: folder, env: { ...env, ...variables }, maxBuffer: 256 * 2 ** 20 };
      execFile(pulumi, args, options, (error, stdout, stderr) => {
        done({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
      });
    });
  const run: EngineProject["pulumi"] = async (...args) => {
    const { code, stdout, stderr } = await execute(args, {});
    return { code, output: stdout + stderr };
  };
  return {
    folder,
    pulumi: run,
    declare,
    configure: (config) => {
      const file = join(folder, "Pulumi.dev.yaml");
      const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [`novacron:${key}`, value]));
      const { encryptionsalt } = parse(readFileSync(file, "utf8")) as { encryptionsalt: string };
      writeFileSync(file, stringify({ encryptionsalt, config: named }));
    },
    analyzed: async (file, tier) => {
      const { code, stdout, stderr } = await execute(
        ["policy", "analyze", "--file", file, "--policy-pack", env.PULUMI_OPTION_POLICY_PACK, "--json"],
        // The flag alone: given both ways the pack runs twice.
        { PULUMI_OPTION_POLICY_PACK: undefined, PULUMI_CONFIG: JSON.stringify({ "novacron:tier": tier }) },
      );
      return { code, output: stdout + stderr, ...policyRun(eventsIn(stdout)) };
    },
    judged: async (...args) => {
      const log = join(folder, "events");
      rmSync(log, { force: true });
      const answer = await run(...args, "--event-log", log);
      return { ...answer, ...policyRun(eventsIn(readFileSync(log, "utf8"))) };
    },
  };
}

const eventsIn = (lines: string): EngineEvent[] =>
  lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as EngineEvent);

/** Rules that refused something, each once, in order. */
export const refusing = ({ findings }: PolicyRun): string[] =>
  [...new Set(findings.filter(({ level }) => level === "mandatory").map(({ rule }) => rule))].toSorted();

/** What was found, where. */
export const places = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ rule, urn }) => `${rule} ${urn}`))].toSorted();
