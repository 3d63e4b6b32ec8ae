import type { Service } from "./objects.ts";
import type { Endpoint } from "./services.ts";

/** What is known of Services, for names. */
export interface ServiceFacts {
  get(namespace: string, name: string): Service | undefined;
  ready(namespace: string, name: string): readonly Endpoint[];
}

export interface NameAnswer {
  /** Whether the name exists, with or without an address. */
  exists: boolean;
  addresses: string[];
  /** Another name to ask for instead: of an ExternalName Service. */
  alias?: string;
  /** Ports, for `_port._protocol.service…`. */
  services: { target: string; port: number }[];
}

const UNKNOWN: NameAnswer = { exists: false, addresses: [], services: [] };

/** Whether a name is the cluster's own to answer; `.svc` too, which a search domain would complete. */
export const isClusterName = (name: string): boolean => /\.(cluster\.local|svc)$/.test(name);

/**
 * Answers a cluster name as Kubernetes' DNS specification says: `service.namespace.svc.cluster.local`, a pod of a headless
 * Service before it, or `_port._protocol` for its ports.
 */
export function resolveClusterName(name: string, facts: ServiceFacts): NameAnswer {
  const labels = name.replace(/\.cluster\.local$/, "").split(".");
  if (labels.pop() !== "svc") return UNKNOWN;
  const namespace = labels.pop() ?? "";
  const service = facts.get(namespace, labels.pop() ?? "");
  if (service === undefined) return UNKNOWN;
  const { spec, metadata } = service;
  const own = `${metadata.name}.${namespace}.svc.cluster.local`;
  if (spec.type === "ExternalName")
    return labels.length === 0
      ? { exists: true, addresses: [], services: [], alias: spec.externalName ?? "" }
      : UNKNOWN;
  const isHeadless = spec.clusterIP === "None";
  const ready = facts.ready(namespace, metadata.name);
  if (labels.length === 0) {
    const addresses = isHeadless ? [...new Set(ready.map(({ address }) => address))] : [spec.clusterIP ?? ""];
    return { exists: !isHeadless || addresses.length > 0, addresses, services: [] };
  }
  if (labels.length === 2 && labels[0]?.startsWith("_")) {
    const [port = "", protocol = ""] = labels.map((label) => label.slice(1));
    const wanted = (spec.ports ?? []).find(
      (candidate) => candidate.name === port && (candidate.protocol ?? "TCP").toLowerCase() === protocol.toLowerCase(),
    );
    if (wanted === undefined) return UNKNOWN;
    const services = isHeadless
      ? ready.map(({ address, hostname, ports }) => ({
          target: `${hostname ?? address.replaceAll(".", "-")}.${own}`,
          port: ports.get(port) ?? wanted.port,
        }))
      : [{ target: own, port: wanted.port }];
    return { exists: services.length > 0, addresses: [], services };
  }
  if (labels.length !== 1 || !isHeadless) return UNKNOWN;
  const [pod = ""] = labels;
  const addresses = ready
    .filter(({ address, hostname }) => hostname === pod || address.replaceAll(".", "-") === pod)
    .map(({ address }) => address);
  return { exists: addresses.length > 0, addresses, services: [] };
}
