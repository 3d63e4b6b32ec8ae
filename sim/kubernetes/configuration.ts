import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { isUnknown } from "../server/values.ts";
import type { Properties } from "../service.ts";
import type { ProviderConfig } from "./backend.ts";
import { list, text } from "./fields.ts";

/** What the real provider offers and this one does not. */
const NOT_SIMULATED = ["context", "cluster", "renderYamlToDirectory"];

/** What is wrong with a provider's inputs, as [property, reason]. */
export function configurationProblems(inputs: Properties): [property: string, reason: string][] {
  const problems = NOT_SIMULATED.filter((key) => inputs[key] !== undefined).map((key): [string, string] => [
    key,
    "is not simulated; leave it out, and give a kubeconfig whose current context is the wanted one",
  ]);
  if (isSet(inputs.enableServerSideApply, true) === false) {
    problems.push(["enableServerSideApply", "is false; the simulated clusters know server-side apply only"]);
  }
  const { kubeconfig } = inputs;
  if (kubeconfig !== undefined && typeof kubeconfig !== "string") {
    problems.push(["kubeconfig", "expected the text of a kubeconfig"]);
  }
  return problems;
}

/** Booleans come as JSON text. */
const isSet = (value: unknown, otherwise = false): boolean =>
  value === undefined || value === "" ? otherwise : String(value) === "true";

export function providerConfig(inputs: Properties): ProviderConfig {
  const kubeconfig = kubeconfigText(inputs.kubeconfig);
  const namespace = text(inputs, "namespace");
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    namespace: namespace || contextNamespace(kubeconfig) || "default",
    deleteUnreachable: isSet(inputs.deleteUnreachable),
    skipUpdateUnreachable: isSet(inputs.skipUpdateUnreachable),
    enableConfigMapMutable: isSet(inputs.enableConfigMapMutable),
    enableSecretMutable: isSet(inputs.enableSecretMutable),
    enablePatchForce: isSet(inputs.enablePatchForce),
    upsertExistingObjects: isSet(inputs.upsertExistingObjects),
  };
}

/** A kubeconfig is given as text or as the path of a file. */
function kubeconfigText(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "" || isUnknown(value)) return undefined;
  return !value.includes("\n") && existsSync(value) ? readFileSync(value, "utf8") : value;
}

function contextNamespace(kubeconfig: string | undefined): string {
  const current = currentContext(kubeconfig);
  return text(current, "context", "namespace");
}

function currentContext(kubeconfig: string | undefined): unknown {
  if (kubeconfig === undefined) return undefined;
  try {
    const config: unknown = parse(kubeconfig);
    return list(config, "contexts").find((context) => text(context, "name") === text(config, "current-context"));
  } catch {
    return undefined;
  }
}

/**
 * Whether another configuration means another cluster. `clusterIdentifier` decides where both have one; else the
 * kubeconfig's server does.
 */
export function isOtherCluster(before: Properties, after: Properties): boolean {
  const [was, is] = [before.clusterIdentifier, after.clusterIdentifier];
  if (was !== undefined && is !== undefined) return was !== is && !isUnknown(is);
  const [old, current] = [serverOf(before.kubeconfig), serverOf(after.kubeconfig)];
  return old !== "" && current !== "" && old !== current;
}

function serverOf(kubeconfig: unknown): string {
  const content = kubeconfigText(kubeconfig);
  const name = text(currentContext(content), "context", "cluster");
  if (content === undefined || name === "") return "";
  const cluster = list(parse(content), "clusters").find((candidate) => text(candidate, "name") === name);
  return text(cluster, "cluster", "server");
}
