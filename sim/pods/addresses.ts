import type { ClusterClient } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import { addressIn, parseRange } from "../ipv4.ts";
import type { Pod } from "./objects.ts";

/** The first addresses of a range, and the last, are nobody's: the API server advertises one of them. */
const RESERVED = 16;

/**
 * Gives pods their addresses, as the network plugin of a cluster does. Taken is what any pod has, so nothing is given twice
 * after a restart; one that is free again is used last, since callers may still hold connections to it. kwok has a
 * memory of its own for that, which a restart empties.
 */
export class PodAddresses {
  readonly #client: ClusterClient;
  readonly #range: string;
  readonly #size: number;
  readonly #taken: () => Iterable<string | undefined>;
  /** By uid of the pod: on their way to the API server. */
  readonly #given = new Map<string, string>();
  #next = 0;

  /** `taken` tells the addresses of all pods that are known. @throws Error when the range is none */
  constructor(client: ClusterClient, range: string, taken: () => Iterable<string | undefined>) {
    const parsed = parseRange(range);
    if (parsed === undefined) throw new Error(`'${range}' is not a range of addresses`);
    this.#client = client;
    this.#range = range;
    this.#size = parsed.last - parsed.first + 1 - 2 * RESERVED;
    this.#taken = taken;
  }

  /** Gives a pod an address, unless one is on its way. @throws when the API server refuses, or none is left */
  async assign({ metadata }: Pod): Promise<void> {
    const { uid = "", namespace, name } = metadata;
    if (this.#given.has(uid)) return;
    const address = this.#free();
    this.#given.set(uid, address);
    try {
      await this.#client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
        contentType: "application/strategic-merge-patch+json",
        body: { metadata: { uid }, status: { podIP: address, podIPs: [{ ip: address }] } },
      });
    } catch (error) {
      const isGone = error instanceof ApiError && (error.code === 404 || error.code === 409);
      if (!isGone) throw error;
    } finally {
      this.#given.delete(uid);
    }
  }

  #free(): string {
    const taken = new Set([...this.#taken(), ...this.#given.values()]);
    for (let tried = 0; tried < this.#size; tried += 1) {
      const address = addressIn(this.#range, RESERVED + this.#next);
      this.#next = (this.#next + 1) % this.#size;
      if (!taken.has(address)) return address;
    }
    throw new Error(`no address of ${this.#range} is left for pods`);
  }
}
