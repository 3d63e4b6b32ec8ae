import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { Informer } from "../../client/informer.ts";
import type { Faults } from "../../workload/role.ts";
import type { RegionContext, Stoppable } from "../region/context.ts";
import { RUNNING } from "../region/node.ts";
import { readPki } from "../region/pki.ts";
import { PodAddresses } from "./addresses.ts";
import { FaultRules, type PodSelector, selects } from "./faults.ts";
import { serveKubelet } from "./kubeletServer.ts";
import type { Programs } from "./launch.ts";
import { Logs } from "./logs.ts";
import type { ConfigMap, KubernetesNode, PersistentVolume, PersistentVolumeClaim, Pod, Secret } from "./objects.ts";
import { type NodeServices, PodRun } from "./pod.ts";
import { volumeFolder } from "./provisioner.ts";

/** Wait before an address that could not be given is given again. */
const RETRY_MS = 500;

/** Stands in for the kubelets of all nodes of a region: runs what the scheduler has given to them. */
export class Kubelet {
  readonly #region: RegionContext;
  readonly #runs = new Map<string, PodRun>();
  readonly #logs = new Logs();
  readonly #faults = new FaultRules();
  readonly #services: NodeServices;
  readonly #addresses: PodAddresses;
  #server: Stoppable | undefined;
  readonly #nodes: Informer<KubernetesNode>;
  readonly #pods: Informer<Pod>;
  readonly #configMaps: Informer<ConfigMap>;
  readonly #secrets: Informer<Secret>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;

  constructor(region: RegionContext, programs: Programs) {
    this.#region = region;
    const { client } = region;
    const failed = (error: Error): void => region.log(`pods: ${error.message}`);
    this.#nodes = new Informer({
      client,
      path: "/api/v1/nodes",
      onChange: (node, before) => {
        if (hasPower(node) && !hasPower(before)) this.#reconcileNode(node.metadata.name);
        if (!hasPower(node)) this.#killPodsOf(node.metadata.name);
      },
      onDelete: ({ metadata }) => this.#killPodsOf(metadata.name),
      onError: failed,
    });
    this.#pods = new Informer({
      client,
      path: "/api/v1/pods",
      onChange: (pod) => this.#reconcile(pod),
      onDelete: (pod) => this.#drop(pod),
      onError: failed,
    });
    this.#configMaps = source(client, "/api/v1/configmaps", (name, namespace) =>
      this.#refresh("ConfigMap", name, namespace),
    );
    this.#secrets = source(client, "/api/v1/secrets", (name, namespace) => this.#refresh("Secret", name, namespace));
    this.#claims = source(client, "/api/v1/persistentvolumeclaims");
    this.#volumes = source(client, "/api/v1/persistentvolumes");
    this.#addresses = new PodAddresses(client, region.spec.podRange, () =>
      this.#pods.all().map(({ status }) => status.podIP),
    );
    this.#services = {
      region,
      client,
      programs,
      logs: this.#logs,
      faults: this.#faults,
      sources: {
        configMap: (namespace, name) => this.#configMaps.get(name, namespace),
        secret: (namespace, name) => this.#secrets.get(name, namespace),
      },
      claimFolder: (namespace, claim) => {
        const volume = this.#claims.get(claim, namespace)?.spec.volumeName;
        const isBound = volume !== undefined && this.#volumes.get(volume)?.status?.phase === "Bound";
        return isBound ? volumeFolder(region.folder, volume) : undefined;
      },
    };
  }

  /** Resolves once everything in the cluster is known and its pods are being started. */
  async start(): Promise<void> {
    // Folders of an earlier life: nothing runs in them, and what is to be kept is not there.
    const folder = join(this.#region.folder, "pods");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const before = [this.#configMaps, this.#secrets, this.#claims, this.#volumes, this.#nodes];
    await Promise.all(before.map((informer) => informer.start()));
    await this.#pods.start();
    const tls = {
      cert: readPki(this.#region.folder, "serverCertificate"),
      key: readPki(this.#region.folder, "serverKey"),
    };
    this.#server = await serveKubelet(this.#logs, tls);
  }

  /** Ends everything at once. */
  async stop(): Promise<void> {
    const informers = [this.#pods, this.#nodes, this.#configMaps, this.#secrets, this.#claims, this.#volumes];
    await Promise.all(informers.map((informer) => informer.stop()));
    await this.#server?.stop();
    for (const run of this.#runs.values()) run.kill();
    this.#runs.clear();
  }

  /** Faults for the pods that are meant, those that come later among them. */
  setFaults(selector: PodSelector, faults: Faults): void {
    this.#faults.set(selector, faults);
    for (const run of this.#runs.values()) run.setFaults();
  }

  clearFaults(): void {
    this.#faults.clear();
    for (const run of this.#runs.values()) run.setFaults();
  }

  /** Kills the containers of the pods that are meant, and says which pods those were. */
  crash(selector: PodSelector): string[] {
    const meant = [...this.#runs.values()].filter(({ pod }) => selects(selector, pod));
    for (const run of meant) run.crash();
    return meant.map(({ pod }) => `${pod.metadata.namespace}/${pod.metadata.name}`);
  }

  #reconcileNode(node: string): void {
    for (const pod of this.#pods.all()) if (pod.spec.nodeName === node) this.#reconcile(pod);
  }

  #reconcile(pod: Pod): void {
    const key = keyOf(pod);
    const { spec, status, metadata } = pod;
    const known = this.#runs.get(key);
    if (known !== undefined && known.pod.metadata.uid !== metadata.uid) this.#drop(known.pod);
    const run = this.#runs.get(key);
    if (run !== undefined) {
      run.update(pod);
      return;
    }
    const node = spec.nodeName;
    if (node === undefined || !hasPower(this.#nodes.get(node))) return;
    if (metadata.deletionTimestamp === undefined && status.podIP === undefined) {
      this.#address(pod);
      return;
    }
    // kwok's part: that the pod has been taken up.
    if (metadata.deletionTimestamp === undefined && status.phase === "Pending") return;
    if (metadata.deletionTimestamp === undefined && (status.phase === "Succeeded" || status.phase === "Failed")) return;
    const started = new PodRun(pod, this.#services);
    this.#runs.set(key, started);
    // One that is to go and does not run here any more has nothing left to end.
    if (metadata.deletionTimestamp !== undefined) {
      started.update(pod);
      return;
    }
    started.start().catch((error: Error) => this.#region.log(`pod ${key}: ${error.stack ?? error.message}`));
  }

  #address(pod: Pod): void {
    this.#addresses.assign(pod).catch((error: Error) => {
      this.#region.log(`address of pod ${keyOf(pod)}: ${error.message}`);
      setTimeout(() => {
        const current = this.#pods.get(pod.metadata.name, pod.metadata.namespace);
        if (current !== undefined && current.status.podIP === undefined) this.#reconcile(current);
      }, RETRY_MS).unref();
    });
  }

  #drop(pod: Pod): void {
    const run = this.#runs.get(keyOf(pod));
    if (run === undefined) return;
    this.#runs.delete(keyOf(pod));
    run.kill();
  }

  #killPodsOf(node: string): void {
    for (const { pod } of [...this.#runs.values()]) if (pod.spec.nodeName === node) this.#drop(pod);
  }

  #refresh(kind: "ConfigMap" | "Secret", name: string, namespace: string): void {
    for (const run of this.#runs.values()) {
      if (run.pod.metadata.namespace === namespace) void run.refresh(kind, name);
    }
  }
}

/** A node without power runs nothing and says nothing; its pods start again when it is back. */
const hasPower = (node: KubernetesNode | undefined): boolean => node?.metadata.labels?.[RUNNING.key] === RUNNING.value;

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

/** Objects that pods are made of, and who is told when one of them changes. */
function source<Item extends KubernetesObject>(
  client: ClusterClient,
  path: string,
  onChange: (name: string, namespace: string) => void = () => undefined,
): Informer<Item> {
  return new Informer<Item>({
    client,
    path,
    onChange: ({ metadata }, before) => {
      if (before !== undefined) onChange(metadata.name, metadata.namespace ?? "");
    },
  });
}
