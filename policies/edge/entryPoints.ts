import { chartOf, chartValue } from "../kubernetes/charts.ts";
import type { Cluster, KubernetesObject } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import { listOf, recordOf, textOf } from "../values.ts";

/** Who reaches an entry point: everybody, other regions over the mesh, or only what is in the cluster. */
export type Exposure = "internet" | "network" | "cluster";

/** Where requests come into the gateway. */
export interface EntryPoint {
  name: string;
  exposure: Exposure;
  /** Whether it takes TLS and nothing else. */
  tls: boolean;
  /** Name of the entry point that it sends every request to. */
  redirectsTo: string | undefined;
}

/** The releases of Traefik's chart in a cluster. */
export const gatewaysIn = (cluster: Cluster): KubernetesObject[] =>
  cluster.of(KUBERNETES.helmRelease).filter(({ props }) => chartOf(props) === "traefik");

/** The entry points that a release of the chart makes: those of its values, and the two that it exposes by itself. */
export function entryPointsOf(gateway: KubernetesObject, cluster: Cluster): EntryPoint[] {
  const ports = recordOf(chartValue(gateway.props, "ports"));
  return [...new Set([...Object.keys(ports), "web", "websecure"])].map((name) => {
    const port = recordOf(ports[name]);
    const http = recordOf(port.http);
    const redirection = recordOf(recordOf(recordOf(http.redirections).entryPoint));
    // Older versions of the chart have it beside `http`.
    const tls = recordOf(http.tls).enabled ?? recordOf(port.tls).enabled;
    return {
      name,
      exposure: exposureOf(name, port, gateway, cluster),
      tls: tls === undefined ? name === "websecure" : tls === true,
      redirectsTo: redirection.scheme === "https" ? textOf(redirection.to) : undefined,
    };
  });
}

/** The chart's own Service is public; others of the namespace lead to an entry point by its name or its port. */
function exposureOf(
  name: string,
  port: Readonly<Record<string, unknown>>,
  gateway: KubernetesObject,
  cluster: Cluster,
) {
  const exposed = recordOf(port.expose).default ?? ["web", "websecure"].includes(name);
  if (exposed === true) return "internet";
  const reaching = cluster
    .of(KUBERNETES.service, gateway.namespace)
    .filter(({ spec }) => spec.type !== undefined && spec.type !== "ClusterIP")
    .filter(({ spec }) =>
      listOf(spec.ports).some((each) => [name, port.port].includes(recordOf(each).targetPort as string)),
    );
  if (reaching.length === 0) return "cluster";
  // Which kind of load balancer it is, NET-008 asks; here it is enough that it is not the cluster alone.
  return "network";
}

/** How far a route is open: as far as the farthest of its entry points. One that is not known counts as open to everybody. */
export function exposureOfRoute(route: KubernetesObject, points: readonly EntryPoint[]): Exposure {
  const named = listOf(route.spec.entryPoints).map(textOf);
  // Without names Traefik takes every entry point that is a default one: all of them here.
  if (named.length === 0) return "internet";
  const exposures = named.map((name) => points.find((each) => each.name === name)?.exposure ?? "internet");
  return exposures.includes("internet") ? "internet" : exposures.includes("network") ? "network" : "cluster";
}
