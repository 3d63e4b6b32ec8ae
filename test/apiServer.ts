import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterClient, type KubernetesObject } from "../client/client.ts";
import { clusterConfig } from "../client/kubeconfig.ts";
import { waitUntil } from "../ops/delivery/waiting.ts";
import { chartCrds } from "../sim/charts/crds.ts";
import { setUpRegionTools } from "../tools/regionTools.ts";
import { freePort } from "./freePort.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Those that make pods out of what declares them and endpoints out of pods, and without which deleted objects stay. */
const CONTROLLERS =
  "garbage-collector-controller,namespace-controller,deployment-controller,replicaset-controller,statefulset-controller,resourcequota-controller,endpointslice-controller";

interface Definition extends KubernetesObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Folder of the programs and of the definitions of custom resources. */
export const toolsFolder = async (): Promise<string> => process.env.NOVACRON_TOOLS || (await setUpRegionTools());

/** A real API server with its etcd, on loopback and in a folder of its own. Nothing runs in it unless it is started. */
export class ApiServer {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-api-"));
  readonly #tools: string;
  readonly #port: number;
  readonly #etcd: string;
  readonly #token = randomBytes(16).toString("hex");
  readonly #children: ChildProcess[] = [];
  readonly #clients: ClusterClient[] = [];
  #server: ChildProcess | undefined;

  private constructor(tools: string, port: number, etcdPort: number) {
    this.#tools = tools;
    this.#port = port;
    this.#etcd = `http://127.0.0.1:${etcdPort}`;
  }

  static async start(): Promise<ApiServer> {
    const server = new ApiServer(await toolsFolder(), await freePort(), await freePort());
    const { folder } = server;
    server.start("etcd", [
      ...[`--data-dir=${join(folder, "etcd")}`, "--unsafe-no-fsync", "--log-level=error"],
      ...[`--listen-client-urls=${server.#etcd}`, `--advertise-client-urls=${server.#etcd}`],
      `--listen-peer-urls=http://127.0.0.1:${await freePort()}`,
    ]);
    mkdirSync(join(folder, "certificates"));
    writeFileSync(join(folder, "tokens.csv"), `${server.#token},test,1,"system:masters"\n`, { mode: 0o600 });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(join(folder, "sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
    try {
      await server.startServer();
      writeFileSync(join(folder, "kubeconfig"), server.kubeconfig, { mode: 0o600 });
      const client = server.connect();
      await waitUntil("the namespace default", () => answers(client.get("/api/v1/namespaces/default")), PATIENCE);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Starts the API server alone, again after `stopServer`. @throws with the end of its log when it does not become ready */
  async startServer(): Promise<void> {
    this.#server = this.start("kube-apiserver", [
      `--etcd-servers=${this.#etcd}`,
      `--secure-port=${this.#port}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--cert-dir=certificates",
      "--token-auth-file=tokens.csv",
      "--authorization-mode=RBAC",
      "--service-account-key-file=sa.key",
      "--service-account-signing-key-file=sa.key",
      "--service-account-issuer=https://kubernetes.default.svc",
      "--disable-admission-plugins=ServiceAccount",
    ]);
    await waitUntil("the API server", () => this.#isReady(), {
      ...PATIENCE,
      state: async () => readFileSync(join(this.folder, "kube-apiserver.log"), "utf8").slice(-2000),
    });
  }

  async stopServer(): Promise<void> {
    await end(this.#server);
  }

  /** JSON, with a token: for novactl's cache of clusters, or a program's `--kubeconfig`. */
  get kubeconfig(): string {
    const authority = readFileSync(join(this.folder, "certificates", "apiserver.crt")).toString("base64");
    const server = `https://127.0.0.1:${this.#port}`;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server, "certificate-authority-data": authority } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      users: [{ name: "test", user: { token: this.#token } }],
    });
  }

  /** A client of its own, which ends with the server. */
  connect(token = this.#token): ClusterClient {
    const client = new ClusterClient({ ...clusterConfig(this.kubeconfig), token: async () => token });
    this.#clients.push(client);
    return client;
  }

  /** Starts a program of the tools folder, which ends with this process, however that ends; its words go to a file named like it. */
  start(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.folder, `${program}.log`), "a");
    const options = ["--pdeathsig", "KILL", "--", join(this.#tools, program)];
    const child = spawn("setpriv", [...options, ...args], { cwd: this.folder, stdio: ["ignore", log, log] });
    this.#children.push(child);
    return child;
  }

  startControllers(): ChildProcess {
    return this.start("kube-controller-manager", [
      "--kubeconfig=kubeconfig",
      "--leader-elect=false",
      `--controllers=${CONTROLLERS}`,
      "--secure-port=0",
    ]);
  }

  /** Makes the kinds of a chart known, those whose names match. */
  async define(chart: string, wanted = /./): Promise<void> {
    const client = this.connect();
    for (const definition of chartCrds(this.#tools, chart)) {
      const { name } = definition.metadata;
      if (!wanted.test(name)) continue;
      await client.create(CRDS, definition);
      const isServed = async () => {
        const { status } = await client.get<Definition>(`${CRDS}/${name}`);
        return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
      };
      await waitUntil(`kind ${name}`, isServed, PATIENCE);
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    // An API server whose etcd is gone does not end any more: the last one started ends first.
    for (const child of this.#children.toReversed()) await end(child);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #isReady(): Promise<boolean> {
    let client: ClusterClient | undefined;
    try {
      client = new ClusterClient(clusterConfig(this.kubeconfig));
      return (await client.text("GET", "/readyz", { timeout: 2000 })) === "ok";
    } catch {
      return false;
    } finally {
      client?.close();
    }
  }
}

const PATIENCE = { seconds: 90, every: 100 };

const answers = (request: Promise<unknown>): Promise<boolean> =>
  request.then(
    () => true,
    () => false,
  );

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
