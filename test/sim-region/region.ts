import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterClient } from "../../client/client.ts";
import { API_SERVER } from "../../sim/region/credentials.ts";
import { readPki } from "../../sim/region/pki.ts";
import { REGION_FILES, type RegionSpec, type RegionStatus } from "../../sim/region/spec.ts";
import { setUpRegionTools } from "../../tools/regionTools.ts";

/** A small region: one system node and two for services, over two zones. */
export const smallSpec: RegionSpec = {
  cluster: "region-under-test",
  cloud: "aws",
  location: "us-east-1",
  serviceRange: "172.20.0.0/16",
  podRange: "10.244.0.0/16",
  nodeRange: "10.0.0.0/16",
  serverNames: ["0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com"],
  serviceAccountIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF",
  pools: [
    {
      name: "system",
      nodes: { "us-east-1a": 1 },
      instanceType: "m7i.xlarge",
      labels: { "novacron.io/pool": "system" },
      taints: [],
      cpus: 4,
      memoryGiB: 16,
    },
    {
      name: "workload",
      nodes: { "us-east-1a": 1, "us-east-1b": 1 },
      instanceType: "m7i.xlarge",
      labels: { "novacron.io/pool": "workload" },
      taints: [],
      cpus: 4,
      memoryGiB: 16,
    },
  ],
};

const START_DEADLINE_MS = 120_000;

/** One region with its supervisor, as the simulator's daemon would start it. */
export class RunningRegion {
  readonly folder: string;
  readonly client: ClusterClient;
  /** An HTTP proxy, `http://127.0.0.1:PORT`, by whose CONNECT every address inside can be reached. */
  readonly proxy: string;
  readonly #child: ChildProcess;
  readonly #door: Server;

  private constructor(folder: string, child: ChildProcess, door: Server) {
    this.folder = folder;
    this.#child = child;
    this.#door = door;
    this.proxy = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
    this.client = this.clientWith(readPki(folder, "adminToken"));
  }

  /**
   * @param options `folder` of a region that ran before, to start it again; `outside` is the simulator's socket
   * @throws Error with the supervisor's output when it does not become ready
   */
  static async start(options: { spec?: RegionSpec; folder?: string; outside?: string } = {}): Promise<RunningRegion> {
    const { spec = smallSpec, folder = mkdtempSync(join(tmpdir(), "region-")) } = options;
    const tools = process.env.NOVACRON_TOOLS ?? (await setUpRegionTools());
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, REGION_FILES.spec)))
      writeFileSync(join(folder, REGION_FILES.spec), JSON.stringify(spec));
    const main = join(import.meta.dirname, "../../sim/region/main.ts");
    const outside = options.outside === undefined ? [] : ["--outside", options.outside];
    const child = spawn(
      "unshare",
      [
        ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
        ...["--net", "--pid", "--mount", "--fork", "--kill-child=KILL", "--"],
        ...[process.execPath, main, "--folder", folder, "--tools", tools, ...outside],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const socket = join(folder, REGION_FILES.socket);
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await isReady(socket))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill("SIGKILL");
        throw new Error(`the region did not start: ${errors}${supervisorLog(folder)}`);
      }
      await sleep(100);
    }
    return new RunningRegion(folder, child, await openDoor(socket));
  }

  clientWith(token: string): ClusterClient {
    const certificateAuthority = readPki(this.folder, "certificateAuthority");
    return new ClusterClient({
      server: API_SERVER,
      certificateAuthority,
      proxy: this.proxy,
      token: async () => token,
    });
  }

  /** Asks the region's socket. @throws Error with its `error` */
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return ask<Answer>(join(this.folder, REGION_FILES.socket), method, path, body);
  }

  status(): Promise<RegionStatus> {
    return this.ask<RegionStatus>("GET", "/status");
  }

  /** Host's number of a running process. */
  async pid(name: string): Promise<number> {
    const pid = (await this.status()).processes.find((process) => process.name === name)?.pid;
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  }

  /** Stops it in order. The folder stays, for another start. */
  async stop(): Promise<void> {
    this.client.close();
    this.#door.close();
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    await this.ask("POST", "/stop").catch(() => this.#child.kill("SIGKILL"));
    await ended;
  }

  /** SIGKILL of the supervisor: everything in the region ends at once. */
  async kill(): Promise<void> {
    this.client.close();
    this.#door.close();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function isReady(socket: string): Promise<boolean> {
  try {
    return (await ask<RegionStatus>(socket, "GET", "/status")).ready;
  } catch {
    return false;
  }
}

const supervisorLog = (folder: string): string => {
  const file = join(folder, REGION_FILES.logs, "supervisor.log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

function ask<Answer>(socketPath: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path }, async (response) => {
      const text = (await response.setEncoding("utf8").toArray()).join("");
      const isJson = response.headers["content-type"] === "application/json";
      const answer = isJson ? (JSON.parse(text) as Answer & { error?: string }) : (text as Answer & { error?: string });
      if (response.statusCode === 200) resolve(answer);
      else reject(new Error(answer.error ?? text));
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A TCP port in front of the region's socket, for programs that know proxies by port alone. */
async function openDoor(socket: string): Promise<Server> {
  const door = createServer({ allowHalfOpen: true }, (client) => {
    const region = connect({ path: socket, allowHalfOpen: true });
    client.pipe(region).pipe(client);
    client.on("error", () => region.destroy());
    region.on("error", () => client.destroy());
    client.once("close", () => region.destroy());
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  door.unref();
  return door;
}
