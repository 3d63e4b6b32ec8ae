import type { Endpoint } from "../sim/main.ts";
import { environmentWith, policyPack, realVariables, simulatedVariables, type Variables } from "./environment.ts";
import { layout, prepareHome } from "./home.ts";
import { lockFolder } from "./locks.ts";
import { findProject, type Project, stackFile } from "./project.ts";
import { capture, type PulumiRun, pulumiPath } from "./pulumi.ts";
import { startSimulator } from "./simulator.ts";
import { initStack, prepareStackConfig } from "./stackConfig.ts";

/** Beside the simulated regions Pulumi stands back: they serve, and may have to be rolled back, while it is at work. */
const BESIDE_REGIONS = 10;

/** A stack, ready for Pulumi commands. */
export interface Session extends PulumiRun {
  project: Project;
  stack: string;
  /** What distinguishes the environment from the user's own. */
  variables: Variables;
  /** The simulated clouds; undefined on the real ones. */
  simulator: Endpoint | undefined;
  policyPack: string | undefined;
}

/**
 * Opens a stack. On the simulated clouds everything is made that is missing: the simulator is started, the stack
 * initialised, its secrets generated. On the real ones nothing is.
 */
export async function openSession(stack: string, simulated = false): Promise<Session> {
  const project = findProject();
  if (!simulated) {
    const pulumi = await pulumiPath();
    const variables = realVariables(project, stack, pulumi);
    return {
      project,
      stack,
      pulumi,
      folder: project.folder,
      variables,
      environment: environmentWith(variables),
      simulator: undefined,
      policyPack: policyPack(project),
    };
  }
  stackFile(project, stack);
  prepareHome(project.home);
  const [pulumi, { endpoint, started }] = await Promise.all([pulumiPath(), startSimulator(project.home)]);
  if (started) console.error(`simulator started, process ${endpoint.pid}`);
  const variables = simulatedVariables(project, stack, pulumi, endpoint);
  const environment = environmentWith(variables);
  const run: PulumiRun = { pulumi, folder: project.folder, environment, niceness: BESIDE_REGIONS };
  const runPulumi = (args: string[], input?: string) => capture(run, args, input);
  await initStack(project, stack, runPulumi);
  await prepareStackConfig(project, stack, runPulumi);
  return { ...run, project, stack, variables, simulator: endpoint, policyPack: policyPack(project) };
}

/** Where the stack's locks are, for file backends; undefined for others, which look after their own. */
export async function sessionLocks(session: Session): Promise<string | undefined> {
  const { project, stack, simulator } = session;
  const url = simulator === undefined ? await currentBackend(session) : `file://${layout(project.home).state}`;
  return lockFolder(url, project.name, stack);
}

async function currentBackend(session: Session): Promise<string> {
  const { url } = JSON.parse(await capture(session, ["whoami", "--json"])) as { url: string };
  return url;
}
