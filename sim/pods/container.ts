import type { Faults } from "../../workload/role.ts";
import { MissingError } from "./environment.ts";
import type { Execution } from "./execution.ts";
import { type ImageReference, UnknownImageError } from "./images.ts";
import type { Container, ContainerStatus, Terminated } from "./objects.ts";
import { getHttp, Prober } from "./probes.ts";

/** Wait before a container that ended is started again, doubling up to the longest; a kubelet's are 10 s to 5 min. */
const BACKOFF_MS = { first: 1_000, longest: 10_000 };

/** A container that has run this long counts as healthy again, and its next wait is the first. */
const HEALTHY_MS = 60_000;

/** Wait before what was missing is looked for again, in what is held here; nothing is asked. */
const MISSING_RETRY_MS = 250;

export interface ContainerInput {
  container: Container;
  image: ImageReference;
  /** Address to probe. */
  address: string;
  /** Whether it is started again after this exit code. */
  restarts: (exitCode: number) => boolean;
  /** Restarts of an earlier life of the pod that this one goes on from. */
  restartCount: number;
  launch: () => Promise<Execution>;
  /** Called after each change of the status. */
  onChange: () => void;
  log: (line: string) => void;
}

/** Runs one container: starts its program, probes it, starts it again after it ended, ends it gracefully. */
export class ContainerRun {
  readonly status: ContainerStatus;
  /** Resolves with the exit code once it is not started again. */
  readonly finished: Promise<number>;
  readonly #finish: (code: number) => void;
  #begun = false;
  readonly #input: ContainerInput;
  readonly #stopping = Promise.withResolvers<void>();
  #isStopping = false;
  #execution: Execution | undefined;
  #probers: Prober[] = [];
  #killing = false;

  constructor(input: ContainerInput) {
    const { container, image, restartCount } = input;
    this.#input = input;
    this.status = {
      name: container.name,
      image: container.image,
      imageID: `${image.repository}@${image.digest}`,
      ready: false,
      started: false,
      restartCount,
      state: { waiting: { reason: "ContainerCreating" } },
      lastState: {},
    };
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** Starts it, and keeps it running as its restart policy says. */
  start(): void {
    if (this.#isStopping) {
      this.#finish(0);
      return;
    }
    this.#begun = true;
    void this.#run().then(this.#finish);
  }

  /** Ends it gracefully: the pre-stop hook first, then a chance to finish; whoever called kills it at the deadline. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopping.resolve();
    if (!this.#begun) this.#finish(0);
    const execution = this.#execution;
    if (execution === undefined) return void (await this.finished);
    await Promise.race([this.#preStop(), execution.ended]);
    execution.stop();
    await execution.ended;
  }

  /** Ends it for good and at once. */
  kill(): void {
    this.#isStopping = true;
    this.#killing = true;
    this.#stopping.resolve();
    if (!this.#begun) this.#finish(0);
    this.#execution?.kill();
  }

  /** Ends what runs at once, as if it had crashed; it is started again. */
  crash(): void {
    this.#execution?.kill();
  }

  setFaults(faults: Faults): void {
    this.#execution?.setFaults(faults);
  }

  reload(): void {
    this.#execution?.reload();
  }

  async #run(): Promise<number> {
    let backoff = BACKOFF_MS.first;
    for (;;) {
      const execution = await this.#launch();
      if (execution === undefined) return 0;
      const startedAt = Date.now();
      this.#started(startedAt);
      const code = await execution.ended;
      this.#ended(code, startedAt);
      if (this.#isStopping || !this.#input.restarts(code)) return code;
      if (Date.now() - startedAt > HEALTHY_MS) backoff = BACKOFF_MS.first;
      this.#wait("CrashLoopBackOff", `back-off ${backoff / 1000}s restarting failed container=${this.status.name}`);
      await this.#pause(backoff);
      if (this.#isStopping) return code;
      backoff = Math.min(backoff * 2, BACKOFF_MS.longest);
      this.status.restartCount += 1;
    }
  }

  /** Starts the program as soon as that is possible; undefined when the container was stopped before it was. */
  async #launch(): Promise<Execution | undefined> {
    const { launch, log } = this.#input;
    let backoff = BACKOFF_MS.first;
    while (!this.#isStopping) {
      try {
        const execution = await launch();
        this.#execution = execution;
        if (!this.#isStopping) return execution;
        if (this.#killing) execution.kill();
        else execution.stop();
        await execution.ended;
        return undefined;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof UnknownImageError) {
          this.#wait("ErrImagePull", message);
          await this.#stopping.promise;
        } else if (error instanceof MissingError) {
          this.#wait("CreateContainerConfigError", message);
          await this.#pause(MISSING_RETRY_MS);
        } else {
          // Not the program's own doing: the API server is away, the disk is full.
          log(`error: ${message}`);
          this.#wait("CreateContainerError", message);
          await this.#pause(backoff);
          backoff = Math.min(backoff * 2, BACKOFF_MS.longest);
        }
      }
    }
    return undefined;
  }

  #started(startedAt: number): void {
    const { startupProbe } = this.#input.container;
    this.status.state = { running: { startedAt: time(startedAt) } };
    this.status.containerID = `novacron://${crypto.randomUUID()}`;
    if (startupProbe === undefined) this.#useful();
    else {
      const prober = this.#probe(startupProbe, (passes, message) => {
        if (!passes) return this.#unfit("startup", message);
        prober.stop();
        this.#useful();
      });
    }
    this.#input.onChange();
  }

  /** Past its startup probe: the other probes begin. */
  #useful(): void {
    const { readinessProbe, livenessProbe } = this.#input.container;
    this.status.started = true;
    if (readinessProbe === undefined) this.status.ready = true;
    else {
      this.#probe(readinessProbe, (passes, message) => {
        if (passes === this.status.ready) return;
        if (!passes) this.#input.log(`readiness probe failed: ${message}`);
        this.status.ready = passes;
        this.#input.onChange();
      });
    }
    if (livenessProbe !== undefined)
      this.#probe(livenessProbe, (passes, message) => {
        if (!passes) this.#unfit("liveness", message);
      });
    this.#input.onChange();
  }

  #probe(
    probe: ConstructorParameters<typeof Prober>[2],
    onVerdict: (passes: boolean, message: string) => void,
  ): Prober {
    const prober = new Prober(this.#input.container, this.#input.address, probe, onVerdict);
    this.#probers.push(prober);
    prober.start();
    return prober;
  }

  #unfit(probe: string, message: string): void {
    this.#input.log(`${probe} probe failed, the container is ended: ${message}`);
    this.#stopProbes();
    this.#execution?.kill();
  }

  #ended(code: number, startedAt: number): void {
    this.#stopProbes();
    this.#execution = undefined;
    this.status.ready = false;
    this.status.started = false;
    const ended = terminated(code, code === 0 ? "Completed" : "Error", startedAt);
    if (this.status.containerID !== undefined) ended.containerID = this.status.containerID;
    this.status.lastState = this.status.state.terminated ? { terminated: this.status.state.terminated } : {};
    this.status.state = { terminated: ended };
    this.#input.onChange();
  }

  #wait(reason: string, message: string): void {
    if (this.status.state.waiting?.reason === reason && this.status.state.waiting.message === message) return;
    if (this.status.state.terminated) this.status.lastState = { terminated: this.status.state.terminated };
    this.status.state = { waiting: { reason, message } };
    this.#input.onChange();
  }

  #stopProbes(): void {
    for (const prober of this.#probers) prober.stop();
    this.#probers = [];
  }

  async #preStop(): Promise<void> {
    const { container, address, log } = this.#input;
    const hook = container.lifecycle?.preStop;
    if (hook?.sleep !== undefined) return pause(hook.sleep.seconds * 1000);
    // The one command that pre-stop hooks are for in images that have no shell.
    const seconds = /\bsleep (\d+(?:\.\d+)?)/.exec(hook?.exec?.command?.join(" ") ?? "")?.[1];
    if (seconds !== undefined) return pause(Number(seconds) * 1000);
    if (hook?.httpGet !== undefined)
      await getHttp(container, address, hook.httpGet, 30_000).catch((error: Error) =>
        log(`pre-stop: ${error.message}`),
      );
  }

  /** Waits, or until the container is stopped. */
  #pause(milliseconds: number): Promise<void> {
    return Promise.race([pause(milliseconds), this.#stopping.promise]);
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());

const time = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

const terminated = (exitCode: number, reason: string, startedAt: number, message?: string): Terminated => ({
  exitCode,
  reason,
  startedAt: time(startedAt),
  finishedAt: time(Date.now()),
  ...(message === undefined ? {} : { message }),
});
