import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterClient } from "../../client/client.ts";
import { setUpRegionTools } from "../../tools/regionTools.ts";
import { freePort } from "../freePort.ts";

/** A real API server with its etcd, on loopback. Nothing runs in it unless it is started. */
export interface ApiServer {
  client: ClusterClient;
  /** JSON, with a token: for novactl's cache of clusters, or a program's `--kubeconfig`. */
  kubeconfig: string;
  /** Starts a program of the tools folder; `{kubeconfig}` in its arguments is the path of a file with it. */
  start: (program: string, args: readonly string[]) => ChildProcess;
  /** The controllers that make pods out of ReplicaSets, and endpoints out of pods. */
  startControllers: () => ChildProcess;
  stop: () => Promise<void>;
}

/** Definitions that releases need. */
const CRDS = [/rollouts|analysis|experiments/, /traefikservices/];

export async function startApiServer(): Promise<ApiServer> {
  const tools = process.env.NOVACRON_TOOLS || (await setUpRegionTools());
  const folder = mkdtempSync(join(tmpdir(), "novacron-api-"));
  const children: ChildProcess[] = [];
  let client: ClusterClient | undefined;
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(
      join(tools, program),
      args.map((argument) => argument.replace("{kubeconfig}", join(folder, "kubeconfig"))),
      { cwd: folder, stdio: "ignore" },
    );
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    client?.close();
    // An API server whose etcd is gone does not end any more: the last one started ends first.
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  const [etcd, peers, port] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${etcd}`;
  start("etcd", [
    ...["--data-dir", join(folder, "etcd"), "--unsafe-no-fsync", "--log-level", "error"],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", `http://127.0.0.1:${peers}`],
  ]);
  const token = randomBytes(16).toString("hex");
  writeFileSync(join(folder, "tokens.csv"), `${token},test,1,"system:masters"\n`, { mode: 0o600 });
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "sa.key"), keys.privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  writeFileSync(join(folder, "sa.pub"), keys.publicKey.export({ type: "spki", format: "pem" }));
  const certificates = join(folder, "certificates");
  mkdirSync(certificates);
  start("kube-apiserver", [
    `--etcd-servers=${url}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    "--service-cluster-ip-range=10.96.0.0/16",
    `--cert-dir=${certificates}`,
    "--token-auth-file=tokens.csv",
    "--authorization-mode=RBAC",
    "--service-account-key-file=sa.pub",
    "--service-account-signing-key-file=sa.key",
    "--service-account-issuer=https://kubernetes.default.svc",
  ]);
  client = await connect(`https://127.0.0.1:${port}`, join(certificates, "apiserver.crt"), token, stop);
  const authority = readFileSync(join(certificates, "apiserver.crt")).toString("base64");
  const kubeconfig = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: client.server, "certificate-authority-data": authority } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user: { token } }],
  });
  writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
  await addDefinitions(client, join(tools, "crds"));
  const startControllers = () =>
    start("kube-controller-manager", [
      "--kubeconfig={kubeconfig}",
      "--service-account-private-key-file=sa.key",
      "--leader-elect=false",
      "--controllers=*,-nodeipam,-nodelifecycle",
      `--secure-port=0`,
    ]);
  return { client, kubeconfig, start, startControllers, stop };
}

async function connect(
  server: string,
  certificate: string,
  token: string,
  stop: () => Promise<void>,
): Promise<ClusterClient> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(200)) {
    try {
      const certificateAuthority = readFileSync(certificate, "utf8");
      const client = new ClusterClient({ server, certificateAuthority, token: async () => token });
      if ((await client.text("GET", "/readyz")) === "ok") return client;
      client.close();
    } catch {
      // Not yet.
    }
  }
  await stop();
  throw new Error("the API server did not become ready within 90 s");
}

async function addDefinitions(client: ClusterClient, folder: string): Promise<void> {
  const files = ["argo-rollouts", "traefik"].flatMap((chart) =>
    readdirSync(join(folder, chart))
      .filter((name) => CRDS.some((wanted) => wanted.test(name)))
      .map((name) => join(folder, chart, name)),
  );
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const file of files) await client.create(path, JSON.parse(readFileSync(file, "utf8")));
  const pending = new Set(
    files.map((file) => (JSON.parse(readFileSync(file, "utf8")) as { metadata: { name: string } }).metadata.name),
  );
  for (const deadline = Date.now() + 30_000; pending.size > 0 && Date.now() < deadline; await sleep(100)) {
    for (const name of pending) {
      const found = await client.get<{ status?: { conditions?: { type: string; status: string }[] } }>(
        `${path}/${name}`,
      );
      const isServed = found.status?.conditions?.some(
        ({ type, status }) => type === "Established" && status === "True",
      );
      if (isServed === true) pending.delete(name);
    }
  }
}
