import { sendRequest } from "./request.ts";
import type { Operation } from "./state.ts";

/** Longer than a disk takes, shorter than a caller waits; a majority does not need the slowest replica. */
const TIMEOUT_MS = 2_000;

/** Fewer replicas answered than a majority: nothing is known for sure, and the caller may try again. */
export class NoMajorityError extends Error {}

/** DWCP's view of its state: a write counts when a majority of replicas has it on disk, a read when one has it. */
export class StateClient {
  readonly #urls: readonly string[];

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** Resolves as soon as a majority has the operation. Writing the same one again changes nothing. @throws NoMajorityError */
  async put({ id, payload }: Operation): Promise<void> {
    const majority = Math.floor(this.#urls.length / 2) + 1;
    let written = 0;
    let failed = 0;
    const decided = Promise.withResolvers<void>();
    for (const url of this.#urls) {
      this.#request(`${url}/operations/${encodeURIComponent(id)}`, "PUT", { payload }).then(
        () => {
          written += 1;
          settle();
        },
        () => {
          failed += 1;
          settle();
        },
      );
    }
    const settle = (): void => {
      if (written >= majority) decided.resolve();
      else if (failed > this.#urls.length - majority)
        decided.reject(
          new NoMajorityError(`${written} of ${this.#urls.length} replicas have the operation, ${majority} are needed`),
        );
    };
    return decided.promise;
  }

  async get(id: string): Promise<Operation | undefined> {
    const answers = this.#urls.map(
      async (url) => JSON.parse(await this.#request(`${url}/operations/${encodeURIComponent(id)}`, "GET")) as Operation,
    );
    return Promise.any(answers).catch(() => undefined);
  }

  /** Ids of all operations that any replica holds. @throws NoMajorityError when too few answer to be sure of all */
  async ids(): Promise<string[]> {
    const answers = await Promise.allSettled(this.#urls.map((url) => this.#request(`${url}/operations`, "GET")));
    const texts = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    if (texts.length < Math.floor(this.#urls.length / 2) + 1)
      throw new NoMajorityError(`${texts.length} of ${this.#urls.length} replicas answer`);
    return [
      ...new Set(
        texts.flatMap((text) =>
          text
            .split("\n")
            .filter(Boolean)
            .map((line) => (JSON.parse(line) as Operation).id),
        ),
      ),
    ];
  }

  #request(url: string, method: string, body?: unknown): Promise<string> {
    return sendRequest(url, { method, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}
