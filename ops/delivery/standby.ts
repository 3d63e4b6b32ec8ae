import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, ObjectList } from "../../client/client.ts";
import { FIELD_MANAGER, retryOnConflict, TIMEOUT_MS } from "./edit.ts";
import { HASH_LABEL, type TraefikService } from "./objects.ts";
import { readTraffic } from "./region.ts";
import { paths, type Service, standbyOf } from "./services.ts";
import { canaryWeight, selectPods } from "./switchTraffic.ts";
import { waitUntil } from "./waiting.ts";

interface StandbyService extends KubernetesObject {
  spec: { selector: Record<string, string>; ports: { port: number }[] };
}

interface EndpointSlice extends KubernetesObject {
  endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] | null;
}

const OPTIONS = { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS };

/** How long what Argo routes to gets to become the same pods, and how often that is looked at. */
const PATIENCE = { seconds: 10, every: 500 };

/** From the last change behind the route until it leads there again: gateways learn of endpoints and of routes by different watches. */
const SURE_MS = 1_000;

/**
 * The version before a release, on the way around Argo: a Service that selects its pods for as long as they are kept, and is a
 * member without weight of the route that leads to the released service. To give it all requests is one write, which needs
 * neither a controller nor endpoints that Kubernetes has to find first, and which no controller undoes.
 */
export class Standby {
  readonly #client: ClusterClient;
  readonly #service: Service;
  readonly #pods: StandbyService;
  /** Addresses of its pods that are ready. */
  readonly #ready: ReadonlySet<string>;
  readonly #path: string;
  #route: TraefikService;

  private constructor(
    client: ClusterClient,
    service: Service,
    found: { pods: StandbyService; ready: ReadonlySet<string>; path: string; route: TraefikService },
  ) {
    this.#client = client;
    this.#service = service;
    this.#pods = found.pods;
    this.#ready = found.ready;
    this.#path = found.path;
    this.#route = found.route;
  }

  /** Undefined where a service has none, or where it cannot be read: there is another way without it. */
  static async read(client: ClusterClient, service: Service): Promise<Standby | undefined> {
    const { route: path, standby } = paths(service);
    if (path === undefined) return undefined;
    try {
      const [pods, ready, route] = await Promise.all([
        client.request<StandbyService>("GET", standby, { timeout: TIMEOUT_MS }),
        readyPods(client, service, standbyOf(service)),
        client.request<TraefikService>("GET", path, { timeout: TIMEOUT_MS }),
      ]);
      return new Standby(client, service, { pods, ready, path, route });
    } catch {
      return undefined;
    }
  }

  /** Whether all requests go to it. */
  get serves(): boolean {
    return servesAlone(this.#route, standbyOf(this.#service));
  }

  /** Whether it can take over from the service: that gets the requests, and these are pods that are ready for them. */
  isReady(hash: string | undefined): boolean {
    const selected = this.#pods.spec.selector[HASH_LABEL];
    return (
      selected !== undefined &&
      selected === hash &&
      this.#ready.size > 0 &&
      servesAlone(this.#route, this.#service.name)
    );
  }

  /** Has it select what is stable when a release begins. */
  async standFor(hash: string): Promise<void> {
    await selectPods(this.#client, this.#service, standbyOf(this.#service), hash);
  }

  /** Gives it all requests; false where that could not be done, or somebody has changed the route meanwhile. */
  async takeOver(): Promise<boolean> {
    try {
      this.#route = await this.#giveAllTo(standbyOf(this.#service), this.#route);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Gives the requests back to the service, once that leads to the same pods and to nothing else.
   * @throws OperatorError when it does not in time
   */
  async giveBack(): Promise<undefined> {
    const { name } = this.#service;
    await waitUntil(`${name} to lead to the same pods`, () => this.#leadsToSamePods().catch(() => false), {
      ...PATIENCE,
      state: () => describeServing(this.#service),
    });
    await sleep(SURE_MS);
    await retryOnConflict(async () => {
      const live = await this.#client.request<TraefikService>("GET", this.#path, {
        timeout: TIMEOUT_MS,
      });
      this.#route = servesAlone(live, standbyOf(this.#service))
        ? await this.#giveAllTo(this.#service.name, live)
        : live;
    });
  }

  async #leadsToSamePods(): Promise<boolean> {
    const { rollout, weights } = await readTraffic(this.#client, this.#service);
    if (weights === undefined || canaryWeight(rollout, weights) !== 0) return false;
    const [stable, standby] = await Promise.all([
      readyPods(this.#client, this.#service, rollout.spec.strategy.canary.stableService),
      readyPods(this.#client, this.#service, standbyOf(this.#service)),
    ]);
    return stable.size > 0 && stable.symmetricDifference(standby).size === 0;
  }

  /** A stack that was made before there was a standby has a route without it: its weights are not the program's. */
  #giveAllTo(name: string, route: TraefikService): Promise<TraefikService> {
    const standby = { name: standbyOf(this.#service), port: this.#pods.spec.ports[0]?.port };
    const members = route.spec.weighted.services;
    const all = members.some((member) => member.name === standby.name) ? members : [...members, standby];
    const services = all.map((member) => ({ ...member, weight: member.name === name ? 100 : 0 }));
    const { resourceVersion } = route.metadata;
    return this.#client.merge<TraefikService>(
      this.#path,
      { metadata: { resourceVersion }, spec: { weighted: { services } } },
      OPTIONS,
    );
  }
}

/** Whether one member of a route gets all requests. */
export const servesAlone = ({ spec }: TraefikService, name: string): boolean =>
  spec.weighted.services.every((member) => (member.weight ?? 0) > 0 === (member.name === name));

/** What there is to say where a standby serves alone. @param stack to name in the command, where it is known */
export const describeServing = (service: Service, stack = ""): string =>
  `all requests go to ${standbyOf(service)}: a rollback is under way, or did not end; \`${`novactl rollback ${stack}`.trim()}\` ends it`;

/** Addresses of a Service's pods that are ready. */
async function readyPods(client: ClusterClient, service: Service, name: string): Promise<Set<string>> {
  const { items } = await client.request<ObjectList<EndpointSlice>>("GET", paths(service).endpointSlices, {
    query: { labelSelector: `kubernetes.io/service-name=${name}` },
    timeout: TIMEOUT_MS,
  });
  const ready = items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready === true);
  return new Set(ready.flatMap(({ addresses }) => addresses));
}
