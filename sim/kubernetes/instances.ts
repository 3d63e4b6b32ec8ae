import type { Properties } from "../service.ts";
import type { ProviderConfig } from "./backend.ts";
import { providerConfig } from "./configuration.ts";
import { Engine } from "./engine.ts";

interface Instance {
  config: ProviderConfig;
  signal: AbortSignal;
  engine: Engine | undefined;
}

/** Configured providers of the running engines. The engine opens a connection for each, so the peer tells them apart. */
export class Instances {
  readonly #configs = new Map<string, ProviderConfig>();
  readonly #endings = new Map<string, AbortController>();
  readonly #engines = new Map<string, Engine>();

  of(peer: string): Instance {
    return {
      config: this.#configs.get(peer) ?? providerConfig({}),
      signal: this.#ending(peer).signal,
      engine: this.#engines.get(peer),
    };
  }

  configure(peer: string, inputs: Properties): void {
    this.#configs.set(peer, providerConfig(inputs));
  }

  attach(peer: string, address: string): void {
    if (address === "") return;
    this.#engines.get(peer)?.close();
    this.#engines.set(peer, new Engine(address));
  }

  /** Ends what a peer waits for. */
  cancel(peer: string): void {
    this.#ending(peer).abort();
  }

  close(): void {
    for (const peer of this.#endings.keys()) this.cancel(peer);
    for (const engine of this.#engines.values()) engine.close();
  }

  #ending(peer: string): AbortController {
    const ending = this.#endings.get(peer) ?? new AbortController();
    this.#endings.set(peer, ending);
    return ending;
  }
}
