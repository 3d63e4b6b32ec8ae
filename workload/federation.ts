import { NODATA, NOTFOUND } from "node:dns";
import { Resolver } from "node:dns/promises";
import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { Gauge, type Registry } from "prom-client";
import { z } from "zod";
import { METRICS, PEER_PATH } from "../k8s/contract.ts";

/** How often every peer is asked. */
const INTERVAL_MS = 5_000;

/** A peer that takes longer is as good as gone: the longest way between two regions takes a tenth of it. */
const TIMEOUT_MS = 3_000;

/** Another region's WAN entry. */
export interface Peer {
  region: string;
  addresses: readonly string[];
  port: number;
}

export interface FederationOptions {
  /** The peers that there are at the moment, such as {@link peersOf}. */
  peers: () => Promise<readonly Peer[]>;
  /** Public name of a peer, which its certificate must be for, with `{region}` for the region's name. */
  host: string;
  registry: Registry;
  log: (line: string) => void;
  /** PEM of the authority that peers' certificates must be of. @default the public ones, as the process knows them */
  authority?: string;
  /** Milliseconds between two rounds. @default 5000 */
  interval?: number;
}

const answerSchema = z.object({ region: z.string() });

/**
 * Asks every other region of the federation who it is, through the mesh, and shows as metrics whether it answered and how
 * fast. What a region does for its own clients never depends on it.
 */
export class Federation {
  readonly #options: FederationOptions;
  readonly #up: Gauge<"peer">;
  readonly #roundTrip: Gauge<"peer">;
  readonly #timer: NodeJS.Timeout;
  /** What is wrong with each peer that is known; empty when nothing is. */
  readonly #problems = new Map<string, string>();
  #peers: readonly Peer[] = [];
  #asking = false;

  constructor(options: FederationOptions) {
    this.#options = options;
    const { registry, interval = INTERVAL_MS } = options;
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ["peer"] as const, registers: [registry] });
    this.#up = gauge(METRICS.peerUp, "Whether a peer region answers: 1 or 0");
    this.#roundTrip = gauge(METRICS.peerRoundTrip, "Seconds from the last request to a peer to its answer");
    this.#timer = setInterval(() => void this.#round(), interval);
    this.#timer.unref();
    void this.#round();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #round(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#peers = await this.#options.peers();
    } catch (error) {
      // Those that are known stay: names and regions are lost for different reasons.
      this.#options.log(`federation: no list of peers: ${error instanceof Error ? error.message : error}`);
    }
    for (const region of this.#problems.keys()) {
      if (this.#peers.some((peer) => peer.region === region)) continue;
      this.#problems.delete(region);
      this.#up.remove({ peer: region });
      this.#roundTrip.remove({ peer: region });
    }
    await Promise.all(this.#peers.map((peer) => this.#ask(peer)));
    this.#asking = false;
  }

  async #ask(peer: Peer): Promise<void> {
    const { region } = peer;
    let problem = "it has no address";
    // Any zone's address will do, as for a caller who looks the name up.
    for (const address of peer.addresses) {
      try {
        this.#roundTrip.set({ peer: region }, await this.#roundTripTo(peer, address));
        problem = "";
        break;
      } catch (error) {
        problem = `${address}:${peer.port}: ${error instanceof Error ? error.message : error}`;
      }
    }
    this.#up.set({ peer: region }, problem === "" ? 1 : 0);
    if (problem !== "") this.#roundTrip.remove({ peer: region });
    if (this.#problems.get(region) === problem) return;
    this.#problems.set(region, problem);
    this.#options.log(`federation: ${region} ${problem === "" ? "answers" : `does not answer: ${problem}`}`);
  }

  /** Seconds that a request and its answer took. A new connection each time: one that is open would outlive its tunnel unseen. */
  #roundTripTo({ region, port }: Peer, address: string): Promise<number> {
    const { host: pattern, authority } = this.#options;
    const host = pattern.replace("{region}", region);
    return new Promise((resolve, reject) => {
      let sent = 0;
      const call = request({
        host: address,
        port,
        path: PEER_PATH,
        servername: host,
        headers: { host: `${host}:${port}` },
        minVersion: "TLSv1.3",
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(authority === undefined ? {} : { ca: authority }),
      });
      call.once("socket", (socket) =>
        (socket as TLSSocket).once("secureConnect", () => {
          sent = performance.now();
        }),
      );
      call.once("error", reject);
      call.once("response", (response) => {
        const seconds = (performance.now() - sent) / 1000;
        response
          .setEncoding("utf8")
          .toArray()
          .then((chunks) => {
            if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
            const answered = answerSchema.parse(JSON.parse(chunks.join(""))).region;
            if (answered !== region) throw new Error(`${answered} answers there`);
            resolve(seconds);
          })
          .catch(reject);
      });
      call.end();
    });
  }
}

/**
 * The peers that DNS knows under a service name (SRV). Each target begins with its region's name and has the addresses of
 * the region's WAN entry; a region with several has as many records.
 */
export function peersOf(service: string): () => Promise<Peer[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  return async () => {
    const records = await resolver.resolveSrv(service).catch((error: NodeJS.ErrnoException) => {
      if (error.code === NOTFOUND || error.code === NODATA) return [];
      throw error;
    });
    const targets = new Map(records.map(({ name, port }) => [name, port]));
    return Promise.all(
      [...targets].map(async ([name, port]) => ({
        region: name.split(".")[0] ?? "",
        addresses: await resolver.resolve4(name),
        port,
      })),
    );
  };
}
