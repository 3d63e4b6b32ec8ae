import type { ConfigMap, Container, EnvironmentVariable, KeyReference, Pod, Secret } from "./objects.ts";

/** Where values of a pod come from. */
export interface Sources {
  configMap: (namespace: string, name: string) => ConfigMap | undefined;
  secret: (namespace: string, name: string) => Secret | undefined;
}

/** Something that a pod needs is not there yet; the pod waits for it. */
export class MissingError extends Error {}

/** Values of a ConfigMap as bytes, `binaryData` among them. */
export function configMapFiles({ data = {}, binaryData = {} }: ConfigMap): Map<string, Buffer> {
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...Object.entries(binaryData).map(([key, text]) => [key, Buffer.from(text, "base64")] as const),
  ]);
}

export function secretFiles({ data = {} }: Secret): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64")] as const));
}

/**
 * Environment of a container: `envFrom`, then `env` in its order, each able to name what came before it as `$(NAME)`.
 * @throws MissingError naming the ConfigMap, Secret or key that is not there
 */
export function containerEnvironment(container: Container, pod: Pod, sources: Sources): Record<string, string> {
  const namespace = pod.metadata.namespace ?? "";
  const result: Record<string, string> = {};
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ?? secretRef;
    if (reference === undefined) continue;
    const found = configMapRef
      ? valuesOf("configmap", reference.name, namespace, sources)
      : valuesOf("secret", reference.name, namespace, sources);
    if (found === undefined && !reference.optional)
      throw missing(configMapRef ? "configmap" : "secret", reference.name);
    for (const [key, value] of found ?? []) result[`${prefix}${key}`] = value.toString("utf8");
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, pod, namespace, sources);
    if (value !== undefined) result[variable.name] = expand(value, result);
  }
  return result;
}

function variableValue(
  variable: EnvironmentVariable,
  pod: Pod,
  namespace: string,
  sources: Sources,
): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) {
    const { containerName, resource, divisor = "1" } = resourceFieldRef;
    return String(
      Math.ceil(quantity(resourceOf(pod, variable.name, containerName, resource)) / (quantity(divisor) || 1)),
    );
  }
  if (configMapKeyRef !== undefined) return keyOf("configmap", configMapKeyRef, namespace, sources);
  if (secretKeyRef !== undefined) return keyOf("secret", secretKeyRef, namespace, sources);
  return variable.value ?? "";
}

type Kind = "configmap" | "secret";

function valuesOf(kind: Kind, name: string, namespace: string, sources: Sources): Map<string, Buffer> | undefined {
  if (kind === "configmap") {
    const found = sources.configMap(namespace, name);
    return found === undefined ? undefined : configMapFiles(found);
  }
  const found = sources.secret(namespace, name);
  return found === undefined ? undefined : secretFiles(found);
}

function keyOf(kind: Kind, reference: KeyReference, namespace: string, sources: Sources): string | undefined {
  const values = valuesOf(kind, reference.name, namespace, sources);
  const value = values?.get(reference.key);
  if (value !== undefined) return value.toString("utf8");
  if (reference.optional) return undefined;
  if (values === undefined) throw missing(kind, reference.name);
  throw new MissingError(`couldn't find key ${reference.key} in ${kind} ${namespace}/${reference.name}`);
}

const missing = (kind: Kind, name: string): MissingError => new MissingError(`${kind} "${name}" not found`);

/** Value of a pod's field, as the downward API names it; empty for one that is not set. */
export function fieldOf(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry !== null) return metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "metadata.labels":
      return lines(metadata.labels);
    case "metadata.annotations":
      return lines(metadata.annotations);
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "";
    case "status.podIP":
    case "status.podIPs":
      return status.podIP ?? "";
    case "status.hostIP":
    case "status.hostIPs":
      return status.hostIP ?? "";
    default:
      throw new MissingError(`the downward API has no field '${path}'`);
  }
}

const lines = (entries: Record<string, string> = {}): string =>
  Object.entries(entries)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");

/** What a container may use; without a limit of its own that is what its node has, of which no node here knows better than this. */
function resourceOf(pod: Pod, variable: string, containerName: string | undefined, resource: string): string {
  const container =
    pod.spec.containers.find(({ name }) => name === containerName) ??
    pod.spec.containers.find(({ env = [] }) => env.some(({ name }) => name === variable));
  const [kind = "", name = ""] = resource.split(".");
  return container?.resources?.[kind as "limits" | "requests"]?.[name] ?? (name === "cpu" ? "1" : "1Gi");
}

const FACTORS: Record<string, number> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Reads a Kubernetes quantity: `250m`, `1Gi`. */
function quantity(text: string): number {
  const match = /^([\d.]+)([A-Za-z]*)$/.exec(text);
  return match === null ? 0 : Number(match[1]) * (FACTORS[match[2] ?? ""] ?? 1);
}

/** Puts values in for `$(NAME)`; unknown names stay, and `$$(NAME)` stands for `$(NAME)` itself. */
export const expand = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name?: string) =>
    name === undefined ? "$" : (values[name] ?? whole),
  );
