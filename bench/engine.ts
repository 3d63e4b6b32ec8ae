import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentWith } from "../ops/environment.ts";
import { capture } from "../ops/pulumi.ts";
import { openSession, type Session } from "../ops/session.ts";
import { stopSimulator } from "../ops/simulator.ts";

const CHECKOUT = fileURLToPath(new URL("..", import.meta.url));

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs a benchmark with a home and a simulator of its own, without the simulator's delays, and takes both away afterwards, also
 * when it is interrupted.
 * @param options.clusters whether clusters have control planes. @default false: they cost minutes and gigabytes
 */
export async function inTemporaryHome<Result>(
  run: (folder: string) => Promise<Result>,
  { clusters = false }: { clusters?: boolean } = {},
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "novacron-bench-"));
  const home = join(folder, "home");
  Object.assign(process.env, {
    NOVACRON_HOME: home,
    NOVACRON_TIME_SCALE: "0",
    NOVACRON_CLUSTERS: clusters ? "on" : "off",
  });
  const takeAway = async (): Promise<void> => {
    await stopSimulator(home, "stop");
    process.chdir(CHECKOUT);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    ending ??= takeAway();
    return ending;
  };
  const interrupt = (): void => void end().finally(() => process.exit(1));
  // A second signal must not cut off what the first began, hence not `once`.
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await run(folder);
  } finally {
    await end();
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/** A project folder: the checkout's own program with other config, or another program. */
export interface ProjectFolder {
  /** Name of the project. */
  name: string;
  /** Name of its stack. @default that of the project */
  stack?: string;
  /** Source of the program; the checkout's own when absent. */
  program?: string;
  /** Text of its stack file. */
  stackFile: string;
  /** Whether the checkout's policy pack judges it. @default false */
  policies?: boolean;
}

/** Opens the stack of a project made for the purpose. */
export async function openProject(
  folder: string,
  { name, stack = name, program, stackFile, policies = false }: ProjectFolder,
): Promise<Session> {
  const path = join(folder, name);
  mkdirSync(path);
  const main = program === undefined ? "infra/index.ts" : "index.ts";
  const runtime = { name: "nodejs", options: { typescript: false } };
  // JSON is YAML.
  writeFileSync(join(path, "Pulumi.yaml"), JSON.stringify({ name, runtime, main }));
  writeFileSync(join(path, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(path, `Pulumi.${stack}.yaml`), stackFile);
  symlinkSync(join(CHECKOUT, "node_modules"), join(path, "node_modules"));
  if (program === undefined) symlinkSync(join(CHECKOUT, "infra"), join(path, "infra"));
  else writeFileSync(join(path, main), program);
  if (policies) symlinkSync(join(CHECKOUT, "policies"), join(path, "policies"));
  process.chdir(path);
  return openSession(stack, true);
}

/** Runs a Pulumi command and takes its time. @throws when it fails */
export async function timedOutput(
  session: Session,
  args: string[],
  variables: Record<string, string> = {},
): Promise<{ seconds: number; output: string }> {
  const environment = environmentWith({ ...session.variables, ...variables });
  const start = performance.now();
  const output = await capture({ ...session, environment }, args);
  return { seconds: (performance.now() - start) / 1000, output };
}

/** Seconds that a Pulumi command takes. */
export const timed = async (session: Session, args: string[], variables?: Record<string, string>): Promise<number> =>
  (await timedOutput(session, args, variables)).seconds;

/** How many resources the stack's state holds, without the stack itself and the providers. */
export async function countResources(session: Session): Promise<number> {
  const state = JSON.parse(await capture(session, ["stack", "export"])) as {
    deployment: { resources?: { type: string }[] };
  };
  return (state.deployment.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:")).length;
}
