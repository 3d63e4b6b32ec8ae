import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ClusterClient } from "../../client/client.ts";
import type { Faults, Role, RoleContext, RunningRole } from "../../workload/role.ts";
import type { ControllerContext } from "../controllers/context.ts";
import type { RegionContext } from "../region/context.ts";
import { GO_RUNTIME } from "../region/processes.ts";
import { containerEnvironment, expand, type Sources } from "./environment.ts";
import { type Execution, runInProcess, runProcess, runRole } from "./execution.ts";
import { KUBECONFIG_FOLDER, SERVICE_ACCOUNT_FOLDER } from "./identity.ts";
import { type Program, parseImage, programOf } from "./images.ts";
import { realPath, relocate } from "./mounts.ts";
import type { Container, Pod } from "./objects.ts";
import type { PodVolumes } from "./volumes.ts";

export type Controller = (context: ControllerContext) => Promise<RunningRole>;

/** What containers can run here besides real programs. */
export interface Programs {
  /** Roles of the reference workload by name. */
  roles: Readonly<Record<string, Role>>;
  /** Reconcilers by image repository. */
  controllers: Readonly<Record<string, Controller>>;
}

/** Roles that run as processes of their own, so that a SIGKILL and what is on disk after it are real. */
const PROCESS_ROLES = ["state"];

const WORKLOAD = fileURLToPath(new URL("../../workload/main.ts", import.meta.url));

/** Node's young generation, MiB: at its default of 16 each of a region's three state replicas holds 4 MiB more at rest (measured). */
const YOUNG_GENERATION = "--max-semi-space-size=1";

export interface LaunchInput {
  pod: Pod;
  container: Container;
  region: RegionContext;
  programs: Programs;
  sources: Sources;
  volumes: PodVolumes;
  /** The pod's folder, where its processes start. */
  folder: string;
  log: (line: string) => void;
  /** Faults that are wanted for the pod at the moment. */
  faults: () => Faults;
}

/**
 * Starts a container's program.
 * @throws UnknownImageError, or MissingError for what is not there yet
 */
export async function launch(input: LaunchInput): Promise<Execution> {
  const { pod, container, region, programs, sources, volumes, folder, log } = input;
  const image = parseImage(container.image);
  const program = programOf(image.repository, Object.keys(programs.controllers));
  await volumes.write();
  const mounts = volumes.mounts(container);
  const env = {
    IMAGE_DIGEST: image.digest,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    ...containerEnvironment(container, pod, sources),
  };
  const [, ...rest] = container.command ?? [];
  const args = [...rest, ...(container.args ?? [])].map((text) => expand(text, env));

  if (program.kind === "binary") {
    const { reloads = false } = program;
    return runProcess({
      file: join(region.tools, program.name),
      args: args.map((text) => relocate(text, mounts)),
      env: {
        ...(await processEnvironment(folder)),
        // How rollouts-controller and Traefik find the API server when they are told nothing else.
        KUBECONFIG: join(realPath(KUBECONFIG_FOLDER, mounts), "kubeconfig"),
        ...relocated(env, mounts),
      },
      folder,
      log,
      takesFaults: false,
      reloads,
    });
  }

  const context = { env: { ...apiServer(region), ...env }, args, log };
  if (program.kind === "controller") {
    const start = programs.controllers[image.repository];
    if (start === undefined) throw new Error(`no reconciler for ${image.repository}`);
    const read = (name: string): string => readFileSync(join(realPath(SERVICE_ACCOUNT_FOLDER, mounts), name), "utf8");
    const client = new ClusterClient({
      server: region.client.server,
      certificateAuthority: read("ca.crt"),
      // Read each time: the token is renewed in its file.
      token: async () => read("token"),
    });
    return runInProcess(() => start({ ...context, client, region }), log);
  }
  return startRole(input, context, mounts);
}

async function startRole(
  { pod, programs, folder, log, faults }: LaunchInput,
  context: Pick<RoleContext, "env" | "args" | "log">,
  mounts: ReturnType<PodVolumes["mounts"]>,
): Promise<Execution> {
  const [name = "", ...args] = context.args;
  const role = programs.roles[name] ?? unknownRole(name, Object.keys(programs.roles));
  const address = pod.status.podIP ?? "";
  if (!PROCESS_ROLES.includes(name) || programs.roles[name] === undefined) {
    return runRole(role, { ...context, args, address, file: (path) => realPath(path, mounts), faults });
  }
  const execution = await runProcess({
    file: process.execPath,
    args: [YOUNG_GENERATION, WORKLOAD, name, ...args.map((text) => relocate(text, mounts))],
    env: { ...(await processEnvironment(folder)), POD_IP: address, ...relocated(context.env, mounts) },
    folder,
    log,
    takesFaults: true,
    reloads: false,
  });
  execution.setFaults(faults());
  return execution;
}

/** An image's program that ends at once, as the workload's own main does. */
const unknownRole =
  (name: string, known: readonly string[]): Role =>
  () =>
    Promise.reject(
      new Error(
        `the container's first argument is '${name}', which is no role of the workload; there are ${known.join(", ")}`,
      ),
    );

/** What any program needs to run at all; nothing else of the supervisor's own environment is passed on. */
async function processEnvironment(folder: string): Promise<Record<string, string>> {
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  const inherited = ["PATH", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), HOME: folder, TMPDIR: temporary, ...GO_RUNTIME };
}

/** Where a program finds the API server, as in any pod. */
function apiServer(region: RegionContext): Record<string, string> {
  const { hostname, port } = new URL(region.client.server);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port || "443" };
}

const relocated = (
  env: Readonly<Record<string, string>>,
  mounts: ReturnType<PodVolumes["mounts"]>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, relocate(value, mounts)]));

/** Whether a pod has programs that read configuration files at mounted paths themselves. */
export const readsMountedPaths = (pod: Pod, controllers: readonly string[]): boolean =>
  pod.spec.containers.some(({ image }) => {
    try {
      const program: Program = programOf(parseImage(image).repository, controllers);
      return program.kind === "binary";
    } catch {
      return false;
    }
  });
