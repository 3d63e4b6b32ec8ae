import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { request as get } from "node:http";
import { request as getSecurely } from "node:https";
import { join } from "node:path";
import { formatAddress, parseRange } from "../ipv4.ts";
import { webhookConfig } from "./authentication.ts";
import type { Program, RegionContext } from "./context.ts";
import { API_SERVER_PORT, type ComponentUser, serverCertificateFiles, writeCredentials } from "./credentials.ts";
import { RUNNING } from "./node.ts";
import { pkiFile, readPki } from "./pki.ts";
import { GO_RUNTIME } from "./processes.ts";
import { CONTROL_PLANE, REGION_FILES, type RegionSpec } from "./spec.ts";

type Component = (typeof CONTROL_PLANE)[number];

const ETCD = "http://127.0.0.1:2379";
const CONTROLLER_MANAGER_PORT = 10257;
const SCHEDULER_PORT = 10259;
const KWOK_PORT = 10247;

/**
 * Soft limits of memory in MiB, against growth without end; what is held at rest is half of them. A limit that a loaded
 * process reaches makes its collector run all the time: with 360 MiB, API servers that held 225 took half a processor each.
 */
const MEMORY_MEBIBYTES: Record<Component, number> = {
  etcd: 160,
  "kube-apiserver": 700,
  "kube-controller-manager": 250,
  "kube-scheduler": 150,
  kwok: 150,
};

/**
 * An API server's heap grows to the double before garbage is collected, not by half as all others' do. So it spends 15 % of the work of its
 * start on collecting, instead of 29 %, and holds 70 MiB more (measured).
 */
const API_SERVER_GOGC = "100";

/** API server before etcd: without its store it does not end by itself. */
const STOP_ORDER: Component[] = ["kwok", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"];

/** Watches keep an API server from ending in peace; its data is in etcd, which writes down what it has accepted. */
const STOP_GRACE_MS = 2000;

/**
 * Starts the control plane and resolves once the API server answers, the others being on their way.
 * @throws Error that names the programs which are not in the tools' folder
 */
export async function startControlPlane(context: RegionContext): Promise<void> {
  const missing = CONTROL_PLANE.filter((name) => !existsSync(join(context.tools, name)));
  if (missing.length > 0)
    throw new Error(`${context.tools} lacks ${missing.join(", ")}; \`npm run setup\` provides them`);
  const programs = controlPlane(context);
  const start = (name: Component) => context.processes.start(programs[name]);
  await start("etcd").ready();
  await start("kube-apiserver").ready();
  for (const name of ["kube-controller-manager", "kube-scheduler", "kwok"] as const) start(name);
}

export async function stopControlPlane({ processes }: RegionContext): Promise<void> {
  for (const name of STOP_ORDER) await processes.get(name)?.stop(STOP_GRACE_MS);
}

function controlPlane(context: RegionContext): Record<Component, Program> {
  const { folder, tools, client } = context;
  const { tokenFile, kubeconfig } = writeCredentials(folder);
  const webhookFile = join(folder, REGION_FILES.pki, "authentication.json");
  writeFileSync(webhookFile, webhookConfig(), { mode: 0o600 });
  const program = (name: Component, args: string[], ready: () => Promise<boolean>): Program => ({
    name,
    command: join(tools, name),
    args,
    env: {
      HOME: folder,
      ...GO_RUNTIME,
      ...(name === "kube-apiserver" && { GOGC: API_SERVER_GOGC }),
      GOMEMLIMIT: `${MEMORY_MEBIBYTES[name]}MiB`,
    },
    ready,
  });
  const certificateAuthority = readPki(folder, "certificateAuthority");
  return {
    etcd: program("etcd", etcdFlags(folder), () => answers(`${ETCD}/health`)),
    "kube-apiserver": program("kube-apiserver", apiServerFlags(context, tokenFile, webhookFile), async () => {
      await client.text("GET", "/readyz", { timeout: 1000 });
      return true;
    }),
    "kube-controller-manager": program("kube-controller-manager", controllerManagerFlags(folder, kubeconfig), () =>
      answers(`https://127.0.0.1:${CONTROLLER_MANAGER_PORT}/healthz`, certificateAuthority),
    ),
    "kube-scheduler": program("kube-scheduler", schedulerFlags(folder, kubeconfig), () =>
      answers(`https://127.0.0.1:${SCHEDULER_PORT}/healthz`, certificateAuthority),
    ),
    kwok: program("kwok", kwokFlags(kubeconfig), () => answers(`http://127.0.0.1:${KWOK_PORT}/healthz`)),
  };
}

function etcdFlags(folder: string): string[] {
  const data = join(folder, REGION_FILES.data, "etcd");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return [
    `--data-dir=${data}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    "--listen-peer-urls=http://127.0.0.1:2380",
    "--log-level=warn",
    // What is written outlives the process in the page cache; only a crash of the machine could lose it.
    "--unsafe-no-fsync",
  ];
}

function apiServerFlags({ spec, folder }: RegionContext, tokenFile: string, webhookFile: string): string[] {
  return [
    `--etcd-servers=${ETCD}`,
    "--bind-address=0.0.0.0",
    `--secure-port=${API_SERVER_PORT}`,
    `--advertise-address=${controlPlaneAddress(spec)}`,
    `--service-cluster-ip-range=${spec.serviceRange}`,
    ...serverCertificateFiles(folder),
    "--authorization-mode=RBAC",
    `--token-auth-file=${tokenFile}`,
    `--authentication-token-webhook-config-file=${webhookFile}`,
    "--authentication-token-webhook-version=v1",
    // A right that is taken away in the cloud is gone here soon.
    "--authentication-token-webhook-cache-ttl=10s",
    `--service-account-issuer=${spec.serviceAccountIssuer}`,
    `--api-audiences=${spec.serviceAccountIssuer},https://kubernetes.default.svc`,
    `--service-account-key-file=${pkiFile(folder, "serviceAccountPublicKey")}`,
    `--service-account-signing-key-file=${pkiFile(folder, "serviceAccountKey")}`,
    "--allow-privileged",
    // Who must not crowd out whom is no question with one region's handful of clients; to ask it costs each request, and the start.
    "--enable-priority-and-fairness=false",
    // Its cache would keep the last hundred changes of these definitions: each of them whole, as it was before and after.
    "--watch-cache-sizes=customresourcedefinitions.apiextensions.k8s.io#0",
    "--profiling=false",
    "--tls-min-version=VersionTLS13",
  ];
}

const controllerManagerFlags = (folder: string, kubeconfig: Record<ComponentUser, string>): string[] => [
  `--kubeconfig=${kubeconfig["system:kube-controller-manager"]}`,
  "--bind-address=127.0.0.1",
  `--secure-port=${CONTROLLER_MANAGER_PORT}`,
  ...serverCertificateFiles(folder),
  "--leader-elect=false",
  // Addresses of pods are given by their kubelet (sim/pods), and attaching of volumes is left to the clouds.
  "--controllers=*,-node-ipam-controller,-persistentvolume-attach-detach-controller",
  `--service-account-private-key-file=${pkiFile(folder, "serviceAccountKey")}`,
  `--root-ca-file=${pkiFile(folder, "certificateAuthority")}`,
  "--profiling=false",
];

const schedulerFlags = (folder: string, kubeconfig: Record<ComponentUser, string>): string[] => [
  `--kubeconfig=${kubeconfig["system:kube-scheduler"]}`,
  "--bind-address=127.0.0.1",
  `--secure-port=${SCHEDULER_PORT}`,
  ...serverCertificateFiles(folder),
  "--leader-elect=false",
  "--profiling=false",
];

const kwokFlags = (kubeconfig: Record<ComponentUser, string>): string[] => [
  `--kubeconfig=${kubeconfig.kwok}`,
  `--config=${join(import.meta.dirname, "stages.yaml")}`,
  `--manage-nodes-with-label-selector=${RUNNING.key}=${RUNNING.value}`,
  "--node-lease-duration-seconds=40",
  `--server-address=127.0.0.1:${KWOK_PORT}`,
  "--v=WARN",
];

/** Endpoint of the Service `kubernetes`: the highest usable address of the nodes' range. */
function controlPlaneAddress({ nodeRange }: RegionSpec): string {
  const range = parseRange(nodeRange);
  if (range === undefined) throw new Error(`nodeRange '${nodeRange}' is not a range of IPv4 addresses`);
  return formatAddress(range.last - 1);
}

/** Whether a health endpoint says 200. */
function answers(url: string, ca?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const send = ca === undefined ? get : getSecurely;
    const request = send(url, { timeout: 1000, agent: false, ...(ca !== undefined && { ca }) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", () => resolve(false));
    request.end();
  });
}
