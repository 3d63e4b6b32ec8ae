import { nearest } from "../../infra/config/spelling.ts";
import { OperatorError } from "../operatorError.ts";

/** A service that is released by canary: where its objects are, and where the stack's config holds what is released. */
export interface Service {
  /** Name of its Rollout, and beginning of the names of everything that belongs to it. */
  name: string;
  namespace: string;
  /**
   * The weighted route that leads to it, whose weights no controller and no `up` changes. The version before stands by there,
   * `<name>-previous` (k8s/dwcp/routes.ts). Without it, requests come by `<name>` itself.
   */
  route?: string;
  /** Config key of the image, as a path. */
  image: readonly string[];
  /** Config key of the release, as a path. */
  release: readonly string[];
  /** Path behind the internal entry point that answers with the digest that served it; none is reachable for some. */
  probe?: string;
}

export const SERVICES: readonly Service[] = [
  {
    name: "dwcp-v3",
    namespace: "dwcp",
    route: "dwcp",
    image: ["novacron:images", "dwcpV3"],
    release: ["novacron:release"],
    probe: "/probe/dwcp/v1/version",
  },
  {
    name: "pba",
    namespace: "ml",
    image: ["novacron:images", "pba"],
    release: ["novacron:pba", "release"],
  },
];

/** @throws naming the services that can be released */
export function serviceNamed(name = "dwcp-v3"): Service {
  const found = SERVICES.find((service) => service.name === name);
  if (found !== undefined) return found;
  const names = SERVICES.map((service) => service.name);
  const meant = nearest(name, names);
  throw new OperatorError(
    `--service '${name}': no such service is released; ${meant === undefined ? `they are ${names.join(" and ")}` : `did you mean ${meant}?`}`,
  );
}

/** Name of the Service that selects the version before, where a service has one. */
export const standbyOf = ({ name }: Pick<Service, "name">): string => `${name}-previous`;

/** Paths of a service's objects in the API. */
export const paths = ({ name, namespace, route }: Service) => ({
  rollout: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts/${name}`,
  analysisRuns: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/analysisruns`,
  replicaSets: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  weights: `/apis/traefik.io/v1alpha1/namespaces/${namespace}/traefikservices/${name}`,
  route: route === undefined ? undefined : `/apis/traefik.io/v1alpha1/namespaces/${namespace}/traefikservices/${route}`,
  services: `/api/v1/namespaces/${namespace}/services`,
  standby: `/api/v1/namespaces/${namespace}/services/${standbyOf({ name })}`,
  endpointSlices: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  configMaps: `/api/v1/namespaces/${namespace}/configmaps`,
  release: `/api/v1/namespaces/${namespace}/configmaps/${name}-release`,
  denied: `/api/v1/namespaces/${namespace}/configmaps/${name}-denied`,
  history: `/api/v1/namespaces/${namespace}/configmaps/${name}-history`,
});

/** A service inside a cluster, reached through the API server (Kubernetes documentation, "Access Services"). */
export const proxied = (namespace: string, service: string, port: number, path: string): string =>
  `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;

/** Where requests come in that carry no token: answers tell what the data plane really does. */
export const dataPlane = (path: string): string => proxied("traefik", "traefik-internal", 8000, path);
