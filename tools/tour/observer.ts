import { setTimeout as sleep } from "node:timers/promises";
import { openEntries, probeAt } from "../../ops/delivery/entries.ts";
import { short } from "../../ops/delivery/objects.ts";
import { type Probe, type ProbeWindow, shareOf } from "../../ops/delivery/probe.ts";
import { describeDelivery } from "../../ops/delivery/screen.ts";
import { type Delivery, gateText, type RegionDelivery, readDelivery, type Watched } from "../../ops/delivery/status.ts";
import { OperatorError } from "../../ops/operatorError.ts";
import type { Project } from "../../ops/project.ts";
import { runNovactl } from "../novactl.ts";
import { LiveLines } from "./liveLines.ts";

/** Requests per second at each region's entry, beside the load that the environment makes itself. */
const RATE = 20;

/** Requests by which a share is measured. The gateways count exactly, so these are seconds, not a matter of chance. */
const SAMPLE = 300;

const LOOK_MS = 1_000;

/** The delivery screen of a running release together with what probes see from outside. */
export class Observer {
  readonly #watched: Watched;
  readonly #probes: ReadonlyMap<string, Probe>;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #lines = new LiveLines();
  readonly #began = performance.now();
  #said = "";

  private constructor(watched: Watched, probes: ReadonlyMap<string, Probe>, folder: string, signal: AbortSignal) {
    this.#watched = watched;
    this.#probes = probes;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Opens a probe at each region's public entry and starts them. */
  static async open(project: Project, watched: Watched, folder: string, signal: AbortSignal): Promise<Observer> {
    const entries = await openEntries(project, watched.stack);
    const probes = new Map(entries.map((entry) => [entry.region, probeAt(entry, watched.stack, { rate: RATE })]));
    for (const probe of probes.values()) probe.start();
    return new Observer(watched, probes, folder, signal);
  }

  get probes(): ReadonlyMap<string, Probe> {
    return this.#probes;
  }

  /** Writes below the live lines. */
  say(text: string): void {
    this.#lines.clear();
    console.log(text);
  }

  /** Shows and runs a command as an operator would type it. Returns its exit code. */
  async act(...args: string[]): Promise<number> {
    this.say(`\n$ npx novactl ${args.join(" ")}`);
    return runNovactl(args, this.#folder);
  }

  /**
   * Shows how the release stands until it is as wished, or the time is up.
   * @returns milliseconds that it took
   * @throws OperatorError when the time is up, or a region has aborted what was not meant to be
   */
  async follow(what: string, isThere: (delivery: Delivery) => boolean, seconds = 120): Promise<number> {
    const began = performance.now();
    for (;;) {
      this.#signal.throwIfAborted();
      const delivery = await readDelivery(this.#watched);
      this.#show(delivery);
      const took = performance.now() - began;
      if (isThere(delivery)) return took;
      if (took > seconds * 1000)
        throw new OperatorError(`waited ${seconds} s for ${what}: ${delivery.regions.map(inWords).join("; ")}`);
      await sleep(LOOK_MS);
    }
  }

  /** What the probes of some regions see from now on, over enough requests to tell a share by. */
  async sample(regions: readonly string[]): Promise<Map<string, ProbeWindow>> {
    const probes = regions.flatMap((region) => {
      const probe = this.#probes.get(region);
      return probe === undefined ? [] : [[region, probe] as const];
    });
    // What was under way when the weights changed.
    await sleep(500, undefined, { signal: this.#signal });
    const before = new Map(probes.map(([region, { total }]) => [region, total]));
    const windows = () => probes.map(([region, { total }]) => [region, since(total, before.get(region))] as const);
    await this.follow("enough requests", () => windows().every(([, { requests }]) => requests >= SAMPLE));
    return new Map(windows());
  }

  /** Ends the load. Returns acknowledged writes that are gone, by region. */
  async close(): Promise<Map<string, number>> {
    this.#lines.clear();
    await Promise.all([...this.#probes.values()].map((probe) => probe.stop()));
    const lost = [...this.#probes].map(
      async ([region, probe]): Promise<[string, number]> => [region, (await probe.lost()).length],
    );
    return new Map(await Promise.all(lost));
  }

  #show(delivery: Delivery): void {
    if (this.#lines.isLive) {
      this.#lines.show(["", ...describeDelivery(delivery), "", this.#probeLine(delivery)]);
      return;
    }
    const said = delivery.regions.map(inWords).join("; ");
    if (said !== this.#said) console.log(`${this.#seconds()}  ${said}`);
    this.#said = said;
  }

  /** The last second, as the probes saw it. */
  #probeLine({ image }: Delivery): string {
    const digest = image.slice(image.indexOf("@") + 1);
    const seen = [...this.#probes].map(([region, probe]) => {
      const window = probe.window();
      return `${region} ${shareOf(window, digest).toFixed(1)} % of ${window.requests}, ${window.failed} failed`;
    });
    return `${this.#seconds()}  from outside, ${short(digest)}: ${seen.join("; ")}`;
  }

  #seconds = (): string => `${((performance.now() - this.#began) / 1000).toFixed(0).padStart(4)} s`;
}

const since = (now: ProbeWindow, then: ProbeWindow | undefined): ProbeWindow => ({
  requests: now.requests - (then?.requests ?? 0),
  failed: now.failed - (then?.failed ?? 0),
  resent: now.resent - (then?.resent ?? 0),
  answers: Object.fromEntries(
    Object.entries(now.answers).map(([digest, count]) => [digest, count - (then?.answers[digest] ?? 0)]),
  ),
});

/** Without figures that change each second. */
function inWords(region: RegionDelivery): string {
  const { region: name, error, phase, stage, digest, weight } = region;
  if (error !== undefined) return `${name} ${error}`;
  if (phase !== "canary") return `${name} ${phase} ${short(digest)}`;
  const waits = gateText(region).includes("waits for promotion") ? ", waits for promotion" : "";
  return `${name} ${short(digest)} at ${stage} %, weight ${weight?.declared ?? 0} %${waits}`;
}
