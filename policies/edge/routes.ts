import { splitAt } from "../expression.ts";
import { type Cluster, clustersOf, type KubernetesObject } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import type { StackFinding, StackResource } from "../stackRule.ts";
import { listOf, recordOf, textOf } from "../values.ts";
import { type EntryPoint, type Exposure, entryPointsOf, exposureOfRoute, gatewaysIn } from "./entryPoints.ts";
import { EDGE } from "./types.ts";

/** What every rule about routes needs to know of them. */
export const ROUTE_NEEDS = [
  "values.ports",
  "spec.entryPoints[]",
  "spec.routes[].match",
  "spec.routes[].middlewares[].name",
] as const;

/** What such a rule looks at. */
export const ROUTE_TYPES = [KUBERNETES.helmRelease, KUBERNETES.service, KUBERNETES.ingressRoute, EDGE.middleware];

/** A rule of an IngressRoute: which requests it takes, and what they pass. */
export interface Route {
  object: KubernetesObject;
  /** Such as `spec.routes[1]`. */
  at: string;
  match: string;
  exposure: Exposure;
  /** The middlewares that requests pass, chains taken apart; `undefined` for one that the program does not declare. */
  middlewares: readonly (KubernetesObject | undefined)[];
}

/** Findings about each route that is open beyond its cluster. */
export const ofOpenRoutes = (
  resources: readonly StackResource[],
  check: (route: Route, cluster: Cluster) => readonly string[],
): StackFinding[] =>
  clustersOf(resources).flatMap((cluster) => {
    const points = gatewaysIn(cluster).flatMap((gateway) => entryPointsOf(gateway, cluster));
    return cluster
      .of(KUBERNETES.ingressRoute)
      .flatMap((object) => routesOf(object, points, cluster))
      .filter(({ exposure }) => exposure !== "cluster")
      .flatMap((route) =>
        check(route, cluster).map((text) => ({ urn: route.object.urn, text: `${route.at} ${text}` })),
      );
  });

function routesOf(object: KubernetesObject, points: readonly EntryPoint[], cluster: Cluster): Route[] {
  const exposure = exposureOfRoute(object, points);
  return listOf(object.spec.routes).map((each, index) => {
    const { match, middlewares } = recordOf(each);
    return {
      object,
      at: `spec.routes[${index}]`,
      match: textOf(match) ?? "",
      exposure,
      middlewares: resolved(middlewares, object.namespace, cluster),
    };
  });
}

/** Traefik takes a middleware from the namespace that is named, else from that of whoever names it. */
function resolved(names: unknown, namespace: string, cluster: Cluster): (KubernetesObject | undefined)[] {
  return listOf(names).flatMap((each) => {
    const { name, namespace: elsewhere } = recordOf(each);
    const found = cluster.find(EDGE.middleware, textOf(elsewhere) ?? namespace, name);
    const chain = found && recordOf(found.spec.chain).middlewares;
    return chain === undefined || found === undefined ? [found] : resolved(chain, found.namespace, cluster);
  });
}

/** Names that a route answers to. */
export const hostsOf = ({ match }: Route): string[] =>
  [...match.matchAll(/Host\(`([^`]+)`\)/g)].map(([, host]) => host ?? "");

/** The one path that a route answers to reads of, and to nothing else; `undefined` where it takes more. */
export function readsOnly({ match }: Route): string | undefined {
  if (splitAt(match, /\|\|/y).length > 1) return undefined;
  const conditions = splitAt(match, /&&/y);
  if (!conditions.includes("Method(`GET`)")) return undefined;
  const [path] = conditions.flatMap((each) => /^Path\(`([^`]+)`\)$/.exec(each)?.[1] ?? []);
  return path;
}
