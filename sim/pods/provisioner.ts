import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Informer } from "../../client/informer.ts";
import { ApiError, isNotFound } from "../../client/problem.ts";
import type { RegionContext } from "../region/context.ts";
import type { KubernetesNode, PersistentVolume, PersistentVolumeClaim, StorageClass } from "./objects.ts";

/** The clouds' disk drivers. A disk is in one zone, and only nodes of that zone can have it. */
const DRIVERS = ["ebs.csi.aws.com", "disk.csi.azure.com", "pd.csi.storage.gke.io"];

const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const ZONE = "topology.kubernetes.io/zone";

/** Wait before something that failed is tried again. */
const RETRY_MS = 1_000;

/** Where the data of a persistent volume lies: outlives pods, and the region's stop. */
export const volumeFolder = (regionFolder: string, volume: string): string =>
  join(regionFolder, "data", "volumes", volume);

/** Stands in for the cloud's disk driver: makes a zonal volume for each claim, and removes the data of deleted ones. */
export class Provisioner {
  readonly #region: RegionContext;
  readonly #classes: Informer<StorageClass>;
  readonly #nodes: Informer<KubernetesNode>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  #stopped = false;

  constructor(region: RegionContext) {
    this.#region = region;
    const { client } = region;
    this.#classes = new Informer({
      client,
      path: "/apis/storage.k8s.io/v1/storageclasses",
      onChange: () => {
        for (const claim of this.#claims.all()) this.#try(() => this.#provision(claim));
      },
    });
    this.#nodes = new Informer({ client, path: "/api/v1/nodes" });
    this.#claims = new Informer({
      client,
      path: "/api/v1/persistentvolumeclaims",
      onChange: (claim) => this.#try(() => this.#provision(claim)),
    });
    this.#volumes = new Informer({
      client,
      path: "/api/v1/persistentvolumes",
      onChange: (volume) => this.#try(() => this.#reclaim(volume)),
    });
  }

  async start(): Promise<void> {
    await this.#declareDrivers();
    await Promise.all([this.#classes.start(), this.#nodes.start()]);
    await Promise.all([this.#claims.start(), this.#volumes.start()]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#classes, this.#nodes, this.#claims, this.#volumes].map((informer) => informer.stop()));
  }

  /** Volumes need no attaching here: the controller manager is told so, or it would wait for an attacher. */
  async #declareDrivers(): Promise<void> {
    for (const name of DRIVERS) {
      const driver = {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSIDriver",
        metadata: { name },
        spec: { attachRequired: false, podInfoOnMount: false },
      };
      await this.#region.client.create("/apis/storage.k8s.io/v1/csidrivers", driver).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 409)) throw error;
      });
    }
  }

  #try(work: () => Promise<void>): void {
    if (this.#stopped) return;
    work().catch((error: Error) => {
      this.#region.log(`volumes: ${error.message}`);
      setTimeout(() => this.#try(work), RETRY_MS).unref();
    });
  }

  async #provision(claim: PersistentVolumeClaim): Promise<void> {
    const { metadata, spec } = claim;
    if (spec.volumeName !== undefined || metadata.deletionTimestamp !== undefined) return;
    const storageClass = this.#classes.get(spec.storageClassName ?? "");
    if (storageClass === undefined || !DRIVERS.includes(storageClass.provisioner)) return;
    const node = metadata.annotations?.[SELECTED_NODE];
    if (node === undefined && storageClass.volumeBindingMode === "WaitForFirstConsumer") return;
    const zone = (node === undefined ? this.#nodes.all()[0] : this.#nodes.get(node))?.metadata.labels?.[ZONE];
    if (zone === undefined)
      throw new Error(`claim ${metadata.namespace}/${metadata.name}: node '${node}' has no zone yet`);
    const name = `pvc-${metadata.uid}`;
    await mkdir(volumeFolder(this.#region.folder, name), { recursive: true });
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, annotations: { [PROVISIONED_BY]: storageClass.provisioner }, labels: { [ZONE]: zone } },
      spec: {
        accessModes: spec.accessModes ?? ["ReadWriteOnce"],
        capacity: { storage: spec.resources?.requests?.storage ?? "1Gi" },
        csi: { driver: storageClass.provisioner, volumeHandle: name, fsType: "ext4" },
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: metadata.namespace,
          name: metadata.name,
          uid: metadata.uid,
        },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }] },
        },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
        storageClassName: storageClass.metadata.name,
        volumeMode: spec.volumeMode ?? "Filesystem",
      },
    };
    await this.#region.client.create("/api/v1/persistentvolumes", volume).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.code === 409)) throw error;
    });
  }

  async #reclaim(volume: PersistentVolume): Promise<void> {
    const { metadata, spec, status } = volume;
    const isOurs = DRIVERS.includes(metadata.annotations?.[PROVISIONED_BY] ?? "");
    if (!isOurs || status?.phase !== "Released" || spec.persistentVolumeReclaimPolicy !== "Delete") return;
    await rm(volumeFolder(this.#region.folder, metadata.name), { recursive: true, force: true });
    await this.#region.client.remove(`/api/v1/persistentvolumes/${metadata.name}`).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}
