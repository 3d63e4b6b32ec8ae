import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterClient } from "../../client/client.ts";
import { openClusters } from "../../ops/clusters.ts";
import { Probe, type ProbeOptions } from "../../ops/delivery/probe.ts";
import { waitUntil } from "../../ops/delivery/waiting.ts";
import { layout } from "../../ops/home.ts";
import { request, runningSimulator, stopSimulator } from "../../ops/simulator.ts";
import type { Endpoint } from "../../sim/main.ts";
import type { Faults } from "../../workload/role.ts";
import { type Answer, checkout, NOVACTL, novactl } from "../ops/novactl.ts";

export const STACK = "staging";
export const REGIONS = ["aws-use1", "azr-weu", "gcp-aso1"] as const;
export type RegionName = (typeof REGIONS)[number];

/** The digest that the stack file ships. */
export const SHIPPED = "sha256:76407f63747a047af6fcbb363537f87becdb418d5afe9bd14a3d90de6c7fba9e";

const ZONE = "staging.novacron.example";

/** A digest of its own for each release of a test: one that was rolled back never runs again. */
export const digestNamed = (name: string): string =>
  `sha256:${createHash("sha256").update(`${name} ${process.pid}`).digest("hex")}`;

export const imageOf = (digest: string): string => `ghcr.io/novacron/dwcp-v3@${digest}`;

/**
 * The staging stack on simulated clouds with their control planes. The program stands in a folder of its own, so that releases
 * may edit its stack file. With NOVACRON_E2E_FOLDER set to such a folder, tests use the environment that runs there and
 * leave it running: for work on the tests themselves.
 */
export class Environment {
  readonly folder: string;
  readonly home: string;
  readonly #kept: boolean;
  #clients: ReadonlyMap<string, ClusterClient> | undefined;

  constructor() {
    const existing = process.env.NOVACRON_E2E_FOLDER;
    this.#kept = existing !== undefined;
    this.folder = existing ?? mkdtempSync(join(tmpdir(), "novacron-test-"));
    this.home = join(this.folder, ".novacron");
    mkdirSync(this.home, { recursive: true });
    for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "package.json"]) {
      if (!this.#kept) copyFileSync(join(checkout, file), join(this.folder, file));
    }
    for (const room of ["infra", "k8s", "policies", "node_modules"]) {
      if (!this.#kept) symlinkSync(join(checkout, room), join(this.folder, room));
    }
  }

  /** Starts novactl in the program's folder. */
  start(...args: string[]): ReturnType<typeof novactl> {
    return novactl(args, {
      cwd: this.folder,
      env: {
        NOVACRON_HOME: this.home,
        NOVACRON_TIME_SCALE: "0",
        NOVACRON_CLUSTERS: "on",
        // Nothing here kills the engine, and each of 1,700 checkpoints would write the whole state.
        PULUMI_SKIP_CHECKPOINTS: "true",
      },
    });
  }

  novactl(...args: string[]): Promise<Answer> {
    return this.start(...args).ended;
  }

  /** Runs novactl, which must end with 0; returns what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.novactl(...args);
    assert.equal(code, 0, `novactl ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async json<Value>(...args: string[]): Promise<Value> {
    return JSON.parse(await this.succeed(...args, "--json")) as Value;
  }

  /** Changes the staging stack's file, as an operator would with an editor. */
  editStackFile(change: (text: string) => string): void {
    const file = join(this.folder, `Pulumi.${STACK}.yaml`);
    const before = readFileSync(file, "utf8");
    const text = change(before);
    assert.notEqual(text, before, "the edit changed nothing");
    writeFileSync(file, text);
  }

  /** Brings the stack up, unless it is. */
  async up(): Promise<void> {
    if (this.#kept) return;
    process.once("exit", this.#removeAtExit);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
    await this.succeed("up", STACK, "--sim", "--yes", "--", "--skip-preview", "--suppress-outputs");
  }

  simulator(): Promise<Endpoint> {
    return runningSimulator(this.home);
  }

  /** A request to the simulator's own API. */
  async control<Value>(route: string, body?: unknown): Promise<Value> {
    return request(await this.simulator(), route, body);
  }

  /** A cluster's API, as operators reach it. */
  async cluster(region: RegionName): Promise<ClusterClient> {
    this.#clients ??= new Map(
      (await openClusters({ name: "novacron", folder: this.folder, home: this.home }, STACK, true)).map(
        ({ region: name, client }) => [name, client],
      ),
    );
    const client = this.#clients.get(region);
    assert.ok(client !== undefined, region);
    return client;
  }

  /** Faults of pods by selector; they also hold for pods that come later. */
  fault(
    region: RegionName,
    selector: { digest?: string; service?: string; pod?: string },
    faults: Faults,
  ): Promise<unknown> {
    return this.control(`POST /regions/${region}/faults`, { ...selector, faults });
  }

  async clearFaults(): Promise<void> {
    await Promise.all(REGIONS.map((region) => this.control(`DELETE /regions/${region}/faults`)));
  }

  /** The signer of all public certificates. */
  publicAuthority(): string {
    return readFileSync(join(layout(this.home).simulator, "public-ca.pem"), "utf8");
  }

  async proxy(): Promise<string> {
    return `http://127.0.0.1:${(await this.simulator()).proxyPort}`;
  }

  async token(wish: Record<string, unknown> = {}): Promise<string> {
    const { token } = await this.control<{ token: string }>("POST /token", {
      subject: "probe",
      expiresIn: 3600,
      ...wish,
    });
    return token;
  }

  /** A black-box probe at a region's public entry. */
  async probe(region: RegionName, rate: number, options: Pick<ProbeOptions, "writeEvery"> = {}): Promise<Probe> {
    const token = await this.token();
    return new Probe({
      url: `https://dwcp.${region}.${ZONE}`,
      token: () => token,
      rate,
      proxy: await this.proxy(),
      certificateAuthority: this.publicAuthority(),
      ...options,
    });
  }

  /** Takes everything down, with all processes. */
  async remove(): Promise<void> {
    if (this.#kept) return;
    process.off("exit", this.#removeAtExit);
    await stopSimulator(this.home, "stop");
    rmSync(this.folder, { recursive: true });
  }

  /** When it is interrupted, the runner does not call what tests have for their end. */
  readonly #removeAtExit = (): void => {
    spawnSync(process.execPath, [...NOVACTL, "sim", "stop"], { env: { ...process.env, NOVACRON_HOME: this.home } });
    rmSync(this.folder, { recursive: true, maxRetries: 5 });
  };
}

/** Asks until the answer is yes. @throws with what was waited for, and how it stands */
export const until = (
  what: string,
  seconds: number,
  check: () => Promise<boolean>,
  state?: () => unknown,
): Promise<number> =>
  waitUntil(what, check, { seconds, every: 400, state: async () => JSON.stringify(await state?.()) ?? "" });
