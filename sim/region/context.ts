import type { Duplex } from "node:stream";
import type { ClusterClient } from "../../client/client.ts";
import type { RegionSpec, RegionStatus } from "./spec.ts";

/** What every part of a region's supervisor is given. */
export interface RegionContext {
  /** As it is at the moment: pools change while the region runs. */
  readonly spec: RegionSpec;
  /** May do everything in the cluster, as `system:masters`. */
  client: ClusterClient;
  /** The region's folder, absolute. */
  folder: string;
  /** Folder of the programs, each by its own name, and of `crds`. Absolute. */
  tools: string;
  outside: Outside;
  /** Writes one line to the supervisor's own log. */
  log: (line: string) => void;
  processes: ProcessTable;
}

/**
 * What lies outside the region: the clouds' services, the internet, other regions. Reached through one unix socket.
 * Every call is refused with an Error when the region was started without that socket.
 */
export interface Outside {
  /** Who shows this token, by the access rules of the cluster's cloud. */
  authenticate(token: string): Promise<Identity>;
  /** Addresses that the cloud gives a Service of type LoadBalancer. The same request gets the same addresses. */
  addresses(request: AddressRequest): Promise<string[]>;
  /** Addresses of a public name; empty when the name does not exist. */
  resolve(name: string): Promise<string[]>;
  /** Value of a secret in the cloud's secret manager, as JSON object or text. */
  secret(request: SecretRequest): Promise<string>;
  /**
   * Has the public certificate authority sign, as an ACME server would after its challenges.
   * @throws Error with what the authority refuses
   */
  signCertificate(request: SigningRequest): Promise<SignedCertificate>;
  /** A connection to a public name or address, or another region's private address, and port. @throws when it is refused or takes longer than 10 s */
  connect(host: string, port: number): Promise<Duplex>;
}

export interface Identity {
  authenticated: boolean;
  username?: string;
  groups?: string[];
}

export interface AddressRequest {
  /** Of the Service, such as `service.beta.kubernetes.io/aws-load-balancer-eip-allocations`. */
  annotations: Record<string, string>;
  loadBalancerIP?: string;
}

export interface SecretRequest {
  /** `spec.provider` of the SecretStore. */
  provider: unknown;
  key: string;
  property?: string;
}

export interface SigningRequest {
  names: string[];
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: string;
  days: number;
}

export interface SignedCertificate {
  /** PEM chain, leaf first. */
  certificate: string;
  /** PEM of the authority. */
  authority: string;
}

/** Programs that run as operating system processes of the region, by name. */
export interface ProcessTable {
  /**
   * Starts a program and resolves with it at once; `ready` of it tells when it answers.
   * @throws Error when a process of that name is there already
   */
  start(program: Program): SupervisedProcess;
  get(name: string): SupervisedProcess | undefined;
  /** For status: all that were started and not ended for good. */
  list(): RegionStatus["processes"];
}

export interface Program {
  /** Unique in the region: `etcd`, or for a container `<namespace>/<pod>/<container>`. */
  name: string;
  /** Absolute path of the program. */
  command: string;
  args: readonly string[];
  /** The whole environment; nothing of the supervisor's own is passed on. @default HOME and PATH alone */
  env?: Readonly<Record<string, string>>;
  /** @default the region's folder */
  cwd?: string;
  /** File that standard output and error are appended to. @default `<folder>/logs/<name>.log` */
  log?: string;
  /** Whether it answers, asked every 100 ms from each start until it says so. @default true at once */
  ready?: () => Promise<boolean>;
  /**
   * `always` starts it again whenever it ends, after 0.2 s, doubling to 5 s while it lives for less than 10 s. `never`
   * takes it off the table when it ends.
   * @default always
   */
  restart?: "always" | "never";
}

export interface SupervisedProcess {
  readonly name: string;
  /** As the host counts; undefined while it does not run. */
  readonly pid: number | undefined;
  readonly state: "starting" | "running" | "stopped" | "restarting";
  /** Resolves when it answers for the first time after its latest start; rejects when it is stopped or ends for good before. */
  ready(): Promise<void>;
  /**
   * SIGTERM, and SIGKILL after the grace period; resolves when it is gone. Stays stopped until `start`.
   * @param graceMilliseconds 0 kills at once. @default 5000
   */
  stop(graceMilliseconds?: number): Promise<void>;
  /** Starts it again after `stop`. @throws Error while it is still ending */
  start(): void;
  /** SIGKILL; the restart rule then does what it does after a crash. */
  kill(): void;
  /** Resolves when it has ended and will not be started again by itself: stopped, or `restart: "never"`. */
  readonly ended: Promise<Exit>;
}

export interface Exit {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  signal: string | null;
}

/** What {@link RegionContext} users hand back to be stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}
