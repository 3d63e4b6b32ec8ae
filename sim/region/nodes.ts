import { setTimeout as sleep } from "node:timers/promises";
import { Informer } from "../../client/informer.ts";
import { isNotFound } from "../../client/problem.ts";
import { formatAddress, parseRange } from "../ipv4.ts";
import type { RegionContext, Stoppable } from "./context.ts";
import {
  appliedAnnotation,
  appliedOf,
  labelsOf,
  MACHINE,
  machineOf,
  type Node,
  newNode,
  POOL,
  RUNNING,
  SLOT,
  type Slot,
  slotName,
  type Taint,
} from "./node.ts";
import type { NodePoolSpec } from "./spec.ts";

/** How long a cloud takes to notice that a machine is gone, before it makes another: shortened from its minutes. */
const REPLACE_AFTER_MS = 1000;

const RETRY_MS = 1000;

const NODES = "/api/v1/nodes";
const pathOf = (name: string): string => `${NODES}/${encodeURIComponent(name)}`;

/** Keeps the cluster's nodes as the pools in the region's spec want them: adds, removes, replaces, relabels. */
export class Nodes implements Stoppable {
  readonly #context: RegionContext;
  readonly #informer: Informer<Node>;
  #isStopped = false;
  /** One change at a time; whoever comes meanwhile is served by the next. */
  #running: Promise<void> = Promise.resolve();

  constructor(context: RegionContext) {
    this.#context = context;
    this.#informer = new Informer<Node>({
      client: context.client,
      path: NODES,
      onDelete: () => setTimeout(() => void this.reconcile().catch(() => undefined), REPLACE_AFTER_MS).unref(),
      onError: (error) => context.log(`nodes: ${error.message}`),
    });
  }

  async start(): Promise<void> {
    await this.#informer.start();
    await this.reconcile();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#informer.stop();
  }

  /** Brings nodes and pools together; resolves when every change was accepted. */
  reconcile(): Promise<void> {
    this.#running = this.#running.then(() => this.#reconcile());
    return this.#running;
  }

  /** What is not there yet, for status: `2 of 3 nodes are ready`. Empty when all are. */
  waitingFor(): string[] {
    const wanted = this.#context.spec.pools.flatMap(placesOf).length;
    const ready = this.#informer.all().filter(isReady).length;
    return ready === wanted ? [] : [`${ready} of ${wanted} nodes are ready`];
  }

  /** Cuts a node's power, or gives it back. Its pods end at once; the cluster notices when its lease has run out. */
  async setPower(name: string, isOn: boolean): Promise<void> {
    await this.#context.client.merge(pathOf(name), {
      metadata: { labels: { [RUNNING.key]: isOn ? RUNNING.value : null } },
    });
  }

  async #reconcile(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#once();
        return;
      } catch (error) {
        this.#context.log(`nodes: ${error instanceof Error ? error.message : error}`);
        await sleep(RETRY_MS);
      }
    }
  }

  async #once(): Promise<void> {
    const { client, spec } = this.#context;
    const { items } = await client.get<{ items: Node[] }>(NODES);
    const free = new Map(spec.pools.flatMap(placesOf).map((place) => [keyOf(place), place]));
    for (const node of items) {
      const { annotations = {} } = node.metadata;
      const key = `${annotations[POOL]}/${annotations[SLOT]}`;
      const place = free.get(key);
      if (place === undefined || annotations[MACHINE] !== machineOf(place.pool)) await this.#remove(node);
      else {
        free.delete(key);
        await this.#adjust(node, place);
      }
    }
    if (free.size === 0) return;
    const addresses = freeAddresses(spec.nodeRange, new Set(items.map(addressOf)));
    for (const place of free.values()) {
      const { value: address } = addresses.next();
      if (address === undefined) throw new Error(`no address is left in the nodes' range ${spec.nodeRange}`);
      await client.create(NODES, newNode(spec, { ...place, address }));
    }
  }

  async #remove({ metadata: { name } }: Node): Promise<void> {
    await this.#context.client.remove(pathOf(name)).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  /** Labels and taints of the pool; those that others have set stay. */
  async #adjust(node: Node, place: Place): Promise<void> {
    const { client, spec } = this.#context;
    const { name, labels = {} } = node.metadata;
    const wantedLabels = labelsOf(spec, { ...place, address: addressOf(node) }, name);
    const before = appliedOf(node);
    const gone = Object.keys(before.labels).filter((key) => !(key in wantedLabels));
    const wantedTaints = [
      ...place.pool.taints,
      ...(node.spec.taints ?? []).filter(
        (taint) =>
          !before.taints.some((old) => isSame(old, taint)) && !place.pool.taints.some((of) => isSame(of, taint)),
      ),
    ];
    const isAsWanted =
      gone.every((key) => !(key in labels)) &&
      Object.entries(wantedLabels).every(([key, value]) => labels[key] === value) &&
      wantedTaints.length === (node.spec.taints ?? []).length &&
      wantedTaints.every((taint) => (node.spec.taints ?? []).some((held) => isSame(held, taint)));
    if (isAsWanted) return;
    await client.merge(pathOf(name), {
      metadata: {
        resourceVersion: node.metadata.resourceVersion,
        labels: { ...Object.fromEntries(gone.map((key) => [key, null])), ...wantedLabels },
        annotations: appliedAnnotation(place.pool),
      },
      spec: { taints: wantedTaints },
    });
  }
}

type Place = Omit<Slot, "address">;

const placesOf = (pool: NodePoolSpec): Place[] =>
  Object.entries(pool.nodes).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, index) => ({ pool, zone, index })),
  );

const keyOf = (place: Place): string => `${place.pool.name}/${slotName(place)}`;

const addressOf = (node: Node): string =>
  node.status.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "";

const isReady = (node: Node): boolean =>
  node.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

const isSame = (one: Taint, other: Taint): boolean =>
  one.key === other.key && one.effect === other.effect && (one.value ?? "") === (other.value ?? "");

/** From the end of the range downwards: pods may have the same range, and take theirs from its start. */
function* freeAddresses(range: string, taken: Set<string>): Generator<string, undefined> {
  const parsed = parseRange(range);
  if (parsed === undefined) throw new Error(`nodeRange '${range}' is not a range of IPv4 addresses`);
  // The last is for broadcasts, the one before is the control plane's.
  for (let address = parsed.last - 2; address > parsed.first; address -= 1) {
    const text = formatAddress(address);
    if (!taken.has(text)) yield text;
  }
  return undefined;
}
