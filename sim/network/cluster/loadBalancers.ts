import { isNotFound } from "../../../client/problem.ts";
import type { RegionContext } from "../../region/context.ts";
import { addLocalRoute } from "../../region/namespace.ts";
import type { Service } from "./objects.ts";

/** Wait before the cloud is asked again for the addresses of a load balancer. */
const RETRY_MS = 2_000;

interface Deployment {
  status?: { readyReplicas?: number };
}

/** Gets a load balancer's addresses from the cloud, makes them the region's own and writes them into the Service. */
export class LoadBalancers {
  readonly #region: RegionContext;
  readonly #onAddresses: (service: Service, addresses: readonly string[]) => void;
  readonly #asked = new Map<string, { request: string; addresses: readonly string[] }>();
  #stopped = false;

  /** @param onAddresses called when the addresses of a Service are the region's own */
  constructor(region: RegionContext, onAddresses: (service: Service, addresses: readonly string[]) => void) {
    this.#region = region;
    this.#onAddresses = onAddresses;
  }

  /** Addresses that a Service has; none while the cloud has not answered, or for one of another type. */
  addresses({ metadata }: Service): readonly string[] {
    return this.#asked.get(`${metadata.namespace}/${metadata.name}`)?.addresses ?? [];
  }

  /** Takes up a Service that is new or has changed. */
  update(service: Service): void {
    const { metadata, spec } = service;
    const key = `${metadata.namespace}/${metadata.name}`;
    if (spec.type !== "LoadBalancer") return void this.#asked.delete(key);
    const { annotations = {} } = metadata;
    const request = {
      annotations,
      ...(spec.loadBalancerIP === undefined ? {} : { loadBalancerIP: spec.loadBalancerIP }),
    };
    const text = JSON.stringify(request);
    if (this.#asked.get(key)?.request === text) return;
    this.#asked.set(key, { request: text, addresses: this.addresses(service) });
    void this.#ask(service, key, request, text);
  }

  remove({ metadata }: Service): void {
    this.#asked.delete(`${metadata.namespace}/${metadata.name}`);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #ask(
    service: Service,
    key: string,
    request: { annotations: Record<string, string>; loadBalancerIP?: string },
    text: string,
  ): Promise<void> {
    let lastProblem = "";
    while (!this.#stopped && this.#asked.get(key)?.request === text) {
      try {
        await this.#demandController(request.annotations);
        const addresses = await this.#region.outside.addresses(request);
        if (addresses.length === 0) throw new Error("the cloud gave no address");
        for (const address of addresses) await addLocalRoute(`${address}/32`);
        if (this.#asked.get(key)?.request !== text) return;
        this.#asked.set(key, { request: text, addresses });
        this.#onAddresses(service, addresses);
        await this.#write(service, addresses);
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        const problem = error instanceof Error ? error.message : String(error);
        if (problem !== lastProblem) this.#region.log(`network: load balancer of ${key}: ${problem}`);
        lastProblem = problem;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  /** EKS's own controller leaves Services of this type to the AWS Load Balancer Controller, and so alone where there is none. */
  async #demandController(annotations: Record<string, string>): Promise<void> {
    if (annotations["service.beta.kubernetes.io/aws-load-balancer-type"] !== "external") return;
    const labelSelector = "app.kubernetes.io/name=aws-load-balancer-controller";
    const { items } = await this.#region.client.get<{ items: Deployment[] }>("/apis/apps/v1/deployments", {
      labelSelector,
    });
    if (!items.some(({ status }) => (status?.readyReplicas ?? 0) > 0))
      throw new Error("it waits for the AWS Load Balancer Controller, of which no replica is ready");
  }

  async #write({ metadata }: Service, addresses: readonly string[]): Promise<void> {
    const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`;
    await this.#region.client.merge(path, {
      status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip, ipMode: "VIP" })) } },
    });
  }
}
