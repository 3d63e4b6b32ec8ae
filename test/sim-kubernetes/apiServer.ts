import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import { setUpTools } from "../../tools/setup.ts";
import { freePort } from "../freePort.ts";

const TOKEN = "test-token";

/** Controllers without which Deployments make no pods and deleted objects stay. */
const CONTROLLERS =
  "garbage-collector-controller,namespace-controller,deployment-controller,replicaset-controller,statefulset-controller,resourcequota-controller";

const NAMES = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;

type Tools = Record<(typeof NAMES)[number], string>;

/** The programs, from the folder that NOVACRON_TOOLS names or as set-up provides them. */
export async function serverTools(): Promise<Tools> {
  const folder = process.env.NOVACRON_TOOLS;
  if (folder === undefined) return setUpTools(NAMES);
  return Object.fromEntries(NAMES.map((name) => [name, join(folder, name)])) as Tools;
}

/** A real API server with its etcd and a few controllers, on loopback ports and in a folder of their own. */
export class ApiServer {
  readonly folder = mkdtempSync(join(tmpdir(), "novacron-api-"));
  readonly #tools: Tools;
  readonly #processes: { name: string; child: ChildProcess }[] = [];
  #port = 0;
  #etcd = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async start(): Promise<void> {
    this.#port = await freePort();
    this.#etcd = await freePort();
    const pki = join(this.folder, "pki");
    mkdirSync(pki);
    writeFileSync(join(pki, "tokens.csv"), `${TOKEN},test,1,"system:masters"\n`);
    execFileSync("openssl", ["genrsa", "-out", join(pki, "sa.key"), "2048"], { stdio: "ignore" });
    this.#run("etcd", [
      `--data-dir=${join(this.folder, "data")}`,
      `--listen-client-urls=http://127.0.0.1:${this.#etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${this.#etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${await freePort()}`,
      "--unsafe-no-fsync",
    ]);
    await this.startServer();
    writeFileSync(join(this.folder, "kubeconfig"), this.kubeconfig, { mode: 0o600 });
    this.#run("kube-controller-manager", [
      `--kubeconfig=${join(this.folder, "kubeconfig")}`,
      "--leader-elect=false",
      `--controllers=${CONTROLLERS}`,
      "--secure-port=0",
    ]);
    await this.#defaultNamespace();
  }

  /** Starts the API server alone, again after `stopServer`. */
  async startServer(): Promise<void> {
    const pki = join(this.folder, "pki");
    this.#run("kube-apiserver", [
      `--etcd-servers=http://127.0.0.1:${this.#etcd}`,
      `--secure-port=${this.#port}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      `--cert-dir=${pki}`,
      `--token-auth-file=${join(pki, "tokens.csv")}`,
      "--authorization-mode=RBAC",
      `--service-account-key-file=${join(pki, "sa.key")}`,
      `--service-account-signing-key-file=${join(pki, "sa.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--disable-admission-plugins=ServiceAccount",
    ]);
    for (const until = Date.now() + 60_000; ; await sleep(200)) {
      const isReady = existsSync(join(pki, "apiserver.crt")) && (await this.#isReady());
      if (isReady) return;
      if (Date.now() > until)
        throw new Error(readFileSync(join(this.folder, "kube-apiserver.log"), "utf8").slice(-2000));
    }
  }

  async stopServer(): Promise<void> {
    await this.#end("kube-apiserver");
  }

  get kubeconfig(): string {
    const authority = readFileSync(join(this.folder, "pki", "apiserver.crt")).toString("base64");
    return `apiVersion: v1
kind: Config
current-context: test
contexts: [{ name: test, context: { cluster: test, user: test } }]
clusters: [{ name: test, cluster: { server: "https://127.0.0.1:${this.#port}", certificate-authority-data: ${authority} } }]
users: [{ name: test, user: { token: ${TOKEN} } }]
`;
  }

  client(): ClusterClient {
    return new ClusterClient(clusterConfig(this.kubeconfig));
  }

  async stop(): Promise<void> {
    for (const name of ["kube-controller-manager", "kube-apiserver", "etcd"]) await this.#end(name);
    rmSync(this.folder, { recursive: true });
  }

  async #isReady(): Promise<boolean> {
    const client = this.client();
    try {
      return (await client.text("GET", "/readyz", { timeout: 2000 })) === "ok";
    } catch {
      return false;
    } finally {
      client.close();
    }
  }

  async #defaultNamespace(): Promise<void> {
    const client = this.client();
    for (;;) {
      try {
        await client.get("/api/v1/namespaces/default");
        return client.close();
      } catch {
        await sleep(200);
      }
    }
  }

  #run(name: keyof Tools, args: string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), "a");
    const child = spawn(this.#tools[name], args, { stdio: ["ignore", log, log] });
    this.#processes.push({ name, child });
  }

  async #end(name: string): Promise<void> {
    const index = this.#processes.findIndex((candidate) => candidate.name === name);
    const [entry] = index < 0 ? [] : this.#processes.splice(index, 1);
    if (entry === undefined || entry.child.exitCode !== null) return;
    const ended = new Promise((resolve) => entry.child.once("exit", resolve));
    entry.child.kill("SIGKILL");
    await ended;
  }
}
