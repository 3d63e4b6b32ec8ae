/** One thing that a container of ours does, chosen by its first argument: `dwcp`, `state`, `gate`, `auth`, `pba`, `load`. */
export type Role = (context: RoleContext) => Promise<RunningRole>;

/** What a container finds around it. The simulator runs several roles in one process, so nothing is taken from globals. */
export interface RoleContext {
  /** Environment of the container, with the pod's own (see `ENVIRONMENT` in k8s/contract.ts). */
  env: Readonly<Record<string, string>>;
  /** Arguments after the role's name. */
  args: readonly string[];
  /** Address to listen on: the pod's own. */
  address: string;
  /** Where a path of the container's file system really is: mounted volumes, the service account's token. */
  file: (path: string) => string;
  /** Writes one line to the container's log. */
  log: (line: string) => void;
  /** Faults that are wanted at the moment; asked for each request. */
  faults: () => Faults;
}

/** Faults on demand, for tests of what the environment does about them. */
export interface Faults {
  /** Share of requests answered with 500, 0–1. */
  errorShare?: number;
  /** Added to each answer. */
  delayMilliseconds?: number;
  /** Factor on the role's own service time. */
  slowness?: number;
  /** Readiness probe fails. */
  unready?: boolean;
  /** Metrics endpoint answers 503. */
  noMetrics?: boolean;
  /** Answers are not what they should be: 200 with a page of HTML. */
  garbage?: boolean;
}

export interface RunningRole {
  /** Graceful end, as on SIGTERM: finish what is under way, take nothing new, resolve when done. */
  stop: () => Promise<void>;
  /** Ends at once, as on SIGKILL: connections break. */
  kill: () => void;
  /** Resolves with the exit code when the role ends by itself. */
  ended: Promise<number>;
}
