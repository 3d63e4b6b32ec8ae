import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseYaml } from "./yaml.ts";

/** How to reach one API server and as whom. */
export interface ClusterConfig {
  /** URL of the API server. */
  server: string;
  /** PEM certificates that sign the server's. */
  certificateAuthority: string;
  /** Proxy to reach it through, such as `http://127.0.0.1:8888`: `proxy-url` of the kubeconfig. */
  proxy?: string;
  /** A bearer token for the next request. */
  token: () => Promise<string>;
}

interface Kubeconfig {
  "current-context": string;
  contexts: { name: string; context: { cluster: string; user: string } }[];
  clusters: {
    name: string;
    cluster: { server: string; "certificate-authority-data": string; "proxy-url"?: string };
  }[];
  users: { name: string; user: { token?: string; exec?: ExecPlugin } }[];
}

interface ExecPlugin {
  apiVersion: string;
  command: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
}

/** A token is renewed this long before it ends, so that none ends on its way. */
const RENEW_BEFORE_MS = 60_000;

/** A plugin that hangs must not hang a rollback. */
const PLUGIN_TIMEOUT_MS = 10_000;

/**
 * Reads the current context of a kubeconfig, which must hold its certificates inline and either a token or a credential
 * plugin (client.authentication.k8s.io). `environment` is what the plugin runs with.
 * @throws Error naming what the kubeconfig lacks
 */
export function clusterConfig(text: string, environment: NodeJS.ProcessEnv = process.env): ClusterConfig {
  const config = parseYaml(text) as Kubeconfig;
  const current = config["current-context"];
  const context = config.contexts?.find(({ name }) => name === current)?.context;
  const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users?.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined)
    throw new Error(`the kubeconfig's current context '${current}' names no cluster or user of it`);
  const { token, exec } = user;
  if (token === undefined && exec === undefined)
    throw new Error(`user '${context?.user}' of the kubeconfig has neither a token nor a credential plugin`);
  const certificateAuthority = Buffer.from(cluster["certificate-authority-data"], "base64").toString("utf8");
  const proxy = cluster["proxy-url"];
  return {
    server: cluster.server,
    certificateAuthority,
    ...(proxy === undefined ? {} : { proxy }),
    token:
      exec === undefined
        ? async () => token ?? ""
        : pluginToken(exec, { server: cluster.server, certificateAuthority }, environment),
  };
}

/** Runs the credential plugin when there is no token or it is about to end. Callers that come together share one run. */
function pluginToken(
  plugin: ExecPlugin,
  cluster: { server: string; certificateAuthority: string },
  environment: NodeJS.ProcessEnv,
): () => Promise<string> {
  let held: { token: string; until: number } | undefined;
  let running: Promise<string> | undefined;
  const run = async (): Promise<string> => {
    const info = {
      apiVersion: plugin.apiVersion,
      kind: "ExecCredential",
      spec: {
        interactive: false,
        ...(plugin.provideClusterInfo && {
          cluster: {
            server: cluster.server,
            "certificate-authority-data": Buffer.from(cluster.certificateAuthority).toString("base64"),
          },
        }),
      },
    };
    const { status } = await runPlugin(plugin, {
      ...environment,
      ...Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    });
    if (status?.token === undefined) throw new Error(`${plugin.command} printed no token`);
    const { expirationTimestamp } = status;
    const until = expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(expirationTimestamp);
    held = { token: status.token, until };
    return status.token;
  };
  return async () => {
    if (held !== undefined && held.until - RENEW_BEFORE_MS > Date.now()) return held.token;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

interface ExecCredential {
  status?: { token?: string; expirationTimestamp?: string };
}

async function runPlugin(
  { command, args, installHint }: ExecPlugin,
  environment: NodeJS.ProcessEnv,
): Promise<ExecCredential> {
  try {
    const { stdout } = await promisify(execFile)(command, args ?? [], { env: environment, timeout: PLUGIN_TIMEOUT_MS });
    return JSON.parse(stdout) as ExecCredential;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stderr?: string };
    if (failure.code === "ENOENT")
      throw new Error(`the credential plugin '${command}' is missing. ${installHint ?? "Install it."}`);
    throw new Error(`the credential plugin '${command}' failed: ${failure.stderr?.trim() || failure.message}`);
  }
}
