import type { RegionContext } from "../../region/context.ts";
import { type Forwarder, forward, type Target } from "./forwarder.ts";
import type { Service, ServicePort } from "./objects.ts";
import type { Services } from "./services.ts";

/** Listens for Services on their addresses: cluster addresses and those of load balancers. */
export class Forwarding {
  readonly #region: RegionContext;
  readonly #services: Services;
  readonly #forwarders = new Map<string, { service: string; forwarder: Promise<Forwarder | undefined> }>();

  constructor(region: RegionContext, services: Services) {
    this.#region = region;
    this.#services = services;
  }

  /** Listens on these addresses for this Service, on every port it has, and no longer on any others. */
  serve(service: Service, addresses: readonly string[]): void {
    const owner = keyOf(service);
    const wanted = new Map<string, { address: string; port: ServicePort }>();
    for (const address of addresses)
      for (const port of service.spec.ports ?? []) {
        if ((port.protocol ?? "TCP") === "TCP")
          wanted.set(`${address}:${port.port}/${port.name ?? ""}`, { address, port });
      }
    for (const [key, entry] of this.#forwarders) {
      if (entry.service !== owner || wanted.has(key)) continue;
      this.#forwarders.delete(key);
      void entry.forwarder.then((forwarder) => forwarder?.stop());
    }
    for (const [key, { address, port }] of wanted) {
      if (this.#forwarders.has(key)) continue;
      this.#forwarders.set(key, { service: owner, forwarder: this.#forward(service, address, port) });
    }
  }

  /** Whether some Service is to be found there. */
  listens(address: string, port: number): boolean {
    return this.#forwarders.keys().some((key) => key.startsWith(`${address}:${port}/`));
  }

  stop(): void {
    for (const { forwarder } of this.#forwarders.values()) void forwarder.then((running) => running?.stop());
    this.#forwarders.clear();
  }

  async #forward({ metadata }: Service, address: string, port: ServicePort): Promise<Forwarder | undefined> {
    const { namespace = "", name } = metadata;
    const targets = (): Target[] =>
      this.#services.ready(namespace, name).flatMap((endpoint) => {
        const number = endpoint.ports.get(port.name ?? "");
        return number === undefined ? [] : [{ address: endpoint.address, port: number }];
      });
    try {
      return await forward(address, port.port, targets);
    } catch (error) {
      // The rest of the cluster is to work; the log says what does not.
      const why = error instanceof Error ? error.message : error;
      this.#region.log(`network: service ${namespace}/${name} cannot listen on ${address}:${port.port}: ${why}`);
      return undefined;
    }
  }
}

const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`;
