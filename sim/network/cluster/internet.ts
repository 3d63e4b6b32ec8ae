import { contains } from "../../ipv4.ts";
import type { RegionContext } from "../../region/context.ts";
import { addLocalRoute } from "../../region/namespace.ts";
import { type Forwarder, listen } from "./forwarder.ts";

/** Ports that something in the simulated internet answers on: HTTP, and HTTPS with API servers. */
const PORTS = [80, 443];

/**
 * The way out of a region. No packet leaves its network; an outside address becomes a local one, whose connections are
 * carried to the simulator.
 */
export class Internet {
  readonly #region: RegionContext;
  /** Whether the address is one of the region's own already. */
  readonly #isOwn: (address: string) => boolean;
  /** The name by which an address was last asked for; the simulator knows names better than addresses. */
  readonly #names = new Map<string, string>();
  readonly #forwarders: Forwarder[] = [];
  /** Addresses of public names, each done once it is reached: several names may share one. */
  readonly #reaching = new Map<string, Promise<void>>();
  /** Ports of other networks that lead there, each done once it does. */
  readonly #led = new Map<string, Promise<void>>();
  readonly #asking = new Map<string, Promise<readonly string[]>>();

  constructor(region: RegionContext, isOwn: (address: string) => boolean) {
    this.#region = region;
    this.#isOwn = isOwn;
  }

  /** Addresses of a public name, reachable from inside. Those who ask together are answered together. */
  async resolve(name: string): Promise<readonly string[]> {
    // Names without a dot are nobody's out there.
    if (!name.includes(".")) return [];
    const asking =
      this.#asking.get(name) ??
      this.#resolve(name).finally(() => {
        this.#asking.delete(name);
      });
    this.#asking.set(name, asking);
    return asking;
  }

  /**
   * Has an endpoint that lies in another network, such as a peer region's, reached through the simulator, which knows whether
   * there is a way. It stays so when the endpoint goes: who still knows the address then gets no further than the simulator.
   */
  lead(address: string, port: number): void {
    const { spec } = this.#region;
    const isInside = [spec.podRange, spec.serviceRange, spec.nodeRange].some((range) =>
      contains(range, `${address}/32`),
    );
    const target = `${address}:${port}`;
    if (isInside || this.#isOwn(address) || this.#names.has(address) || this.#led.has(target)) return;
    this.#led.set(target, this.#lead(address, port));
  }

  /** Resolves once all endpoints that there are to lead to are reached: before that nobody should learn their addresses. */
  async led(): Promise<void> {
    await Promise.all(this.#led.values());
  }

  async #lead(address: string, port: number): Promise<void> {
    const { outside, log } = this.#region;
    try {
      await addLocalRoute(`${address}/32`);
      this.#forwarders.push(await listen(address, port, () => outside.connect(address, port).catch(() => undefined)));
    } catch (error) {
      const target = `${address}:${port}`;
      this.#led.delete(target);
      log(`network: ${target} cannot be reached: ${error instanceof Error ? error.message : error}`);
    }
  }

  stop(): void {
    for (const forwarder of this.#forwarders) forwarder.stop();
  }

  async #resolve(name: string): Promise<readonly string[]> {
    const addresses = await this.#region.outside.resolve(name);
    for (const address of addresses) {
      if (this.#isOwn(address)) continue;
      this.#names.set(address, name);
      const reaching = this.#reaching.get(address) ?? this.#reach(address);
      this.#reaching.set(address, reaching);
      await reaching;
    }
    return addresses;
  }

  async #reach(address: string): Promise<void> {
    await addLocalRoute(`${address}/32`);
    for (const port of PORTS) {
      const dial = () => this.#region.outside.connect(this.#names.get(address) ?? address, port).catch(() => undefined);
      this.#forwarders.push(await listen(address, port, dial));
    }
  }
}
