import { Informer } from "../../../client/informer.ts";
import type { RegionContext } from "../../region/context.ts";
import { type EndpointSlice, SERVICE_LABEL, type Service } from "./objects.ts";

/** One place that a Service's requests can go. */
export interface Endpoint {
  address: string;
  /** Name in the pod's own DNS record, of StatefulSets for instance. */
  hostname?: string;
  /** Port numbers by the names of the Service's ports; an unnamed one has the empty name. */
  ports: ReadonlyMap<string, number>;
}

export interface ServicesOptions {
  /** Called with a Service that is new or has changed. */
  onChange: (service: Service) => void;
  /** Called with one that is gone. */
  onDelete: (service: Service) => void;
  /** Called with the ready endpoints of an EndpointSlice that is new or has changed. */
  onEndpoints: (endpoints: readonly Endpoint[]) => void;
}

/** The cluster's Services and their ready endpoints, kept up to date. */
export class Services {
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  /** Ready endpoints by service, each time from the slices of now. */
  readonly #endpoints = new Map<string, Endpoint[]>();

  constructor(region: RegionContext, { onChange, onDelete, onEndpoints }: ServicesOptions) {
    const { client } = region;
    const onError = (error: Error): void => region.log(`network: ${error.message}`);
    this.#services = new Informer({ client, path: "/api/v1/services", onChange, onDelete, onError });
    const forget = ({ metadata }: EndpointSlice): void => {
      this.#endpoints.delete(`${metadata.namespace}/${metadata.labels?.[SERVICE_LABEL]}`);
    };
    this.#slices = new Informer({
      client,
      path: "/apis/discovery.k8s.io/v1/endpointslices",
      onChange: (slice) => {
        forget(slice);
        onEndpoints(readyEndpoints(slice));
      },
      onDelete: forget,
      onError,
    });
  }

  async start(): Promise<void> {
    await this.#slices.start();
    await this.#services.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#services.stop(), this.#slices.stop()]);
  }

  get(namespace: string, name: string): Service | undefined {
    return this.#services.get(name, namespace);
  }

  /** Endpoints that want requests now. */
  ready(namespace: string, name: string): readonly Endpoint[] {
    const key = `${namespace}/${name}`;
    const held = this.#endpoints.get(key);
    if (held !== undefined) return held;
    const slices = this.#slices
      .all()
      .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[SERVICE_LABEL] === name);
    const found = slices.flatMap(readyEndpoints);
    this.#endpoints.set(key, found);
    return found;
  }
}

/** An endpoint without conditions counts as ready, as the API says. */
function readyEndpoints({ addressType, endpoints, ports }: EndpointSlice): Endpoint[] {
  if (addressType !== "IPv4") return [];
  const numbers = new Map((ports ?? []).map(({ name = "", port = 0 }) => [name, port]));
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready ?? true)
    .flatMap(({ addresses, hostname }) =>
      addresses.map((address) => ({ address, ports: numbers, ...(hostname === undefined ? {} : { hostname }) })),
    );
}
