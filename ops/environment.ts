import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Endpoint } from "../sim/main.ts";
import { layout } from "./home.ts";
import type { Project } from "./project.ts";

/** Environment variables to set, or to take away (undefined). */
export type Variables = Record<string, string | undefined>;

/**
 * What a Pulumi needs to work on the simulated clouds: everything of its own in the home folder, so that the user's own
 * login, plugins and secrets are neither used nor touched.
 */
export function simulatedVariables(project: Project, stack: string, pulumi: string, endpoint: Endpoint): Variables {
  const { state, passphrase, pulumi: pulumiHome, stackConfig, bin } = layout(project.home);
  return {
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    // Either of these would win over the ones above.
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_ACCESS_TOKEN: undefined,
    PULUMI_OPTION_CONFIG_FILE: stackConfig(stack),
    PULUMI_DEBUG_PROVIDERS: endpoint.debugProviders,
    // No plugin is ever fetched: the simulator is all of them.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    ...realVariables(project, stack, pulumi),
    ...(endpoint.proxyPort === undefined ? {} : clusterVariables(bin, pulumi, endpoint.proxyPort)),
  };
}

/**
 * What `kubectl` and others need for the simulated clusters: the clouds' credential programs before any real ones, and the
 * proxy behind which all public names and API servers are. Pulumi itself talks to loopback ports alone, past the proxy.
 */
const clusterVariables = (bin: string, pulumi: string, proxyPort: number): Variables => ({
  PATH: [
    bin,
    ...pathWith(pulumi)
      .split(delimiter)
      .filter((folder) => folder !== bin),
  ].join(delimiter),
  HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
  NO_PROXY: "127.0.0.1,localhost",
});

/** What a Pulumi needs on the real clouds; backend, login and config stay the user's own. */
export function realVariables(project: Project, stack: string, pulumi: string): Variables {
  const pack = policyPack(project);
  return {
    PATH: pathWith(pulumi),
    PULUMI_STACK: stack,
    // Set in a shell, it would have Pulumi take weights away from Argo in every object; no rule could see it.
    PULUMI_K8S_ENABLE_PATCH_FORCE: undefined,
    // Pulumi takes a flag from here too: so the pack runs under plain `pulumi`, and the program can see that it does.
    // Once, and not by the flag as well: given both ways it runs twice.
    ...(pack === undefined ? {} : { PULUMI_OPTION_POLICY_PACK: pack, PULUMI_OPTION_POLICY_PACK_CONFIG: undefined }),
  };
}

/** The project's policy pack; undefined for a project without one. */
export function policyPack(project: Project): string | undefined {
  const folder = join(project.folder, "policies");
  return existsSync(join(folder, "PulumiPolicy.yaml")) ? folder : undefined;
}

/** This process's environment with the given variables set or taken away. */
export const environmentWith = (variables: Variables): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries({ ...process.env, ...variables }).filter(([, value]) => value !== undefined));

/** With Pulumi's folder, which holds the language host too. */
function pathWith(pulumi: string): string {
  const path = (process.env.PATH ?? "").split(delimiter);
  const own = dirname(pulumi);
  return path.includes(own) ? path.join(delimiter) : [own, ...path].join(delimiter);
}
