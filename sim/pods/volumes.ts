import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ClusterClient } from "../../client/client.ts";
import { configMapFiles, fieldOf, MissingError, type Sources, secretFiles } from "./environment.ts";
import { KUBECONFIG_FOLDER, kubeconfig, requestToken, SERVICE_ACCOUNT_FOLDER, type Token } from "./identity.ts";
import { type Mount, mountsOf, realPath, relocate } from "./mounts.ts";
import type { Container, KeyToPath, Pod, Volume, VolumeSource } from "./objects.ts";

export interface VolumeServices {
  client: ClusterClient;
  sources: Sources;
  /** Folder of the persistent volume that a claim is bound to; undefined while it is not bound. */
  claimFolder: (namespace: string, claim: string) => string | undefined;
}

/** One more volume, which no pod can have declared: names of volumes have no dots. */
const KUBECONFIG_VOLUME = "kubeconfig.d";

/** The volumes of one pod as folders below the pod's own. */
export class PodVolumes {
  readonly #pod: Pod;
  readonly #folder: string;
  readonly #services: VolumeServices;
  /** Whether mounted paths inside configuration files lead to their real places: for programs that read those files. */
  readonly #relocates: boolean;
  readonly #tokens = new Map<string, Token>();
  /** The write under way: the pod's containers start together, and each wants its files. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly #written = new Map<string, Map<string, Buffer>>();
  /** Whether files have changed since a write last said so: one that fails half-way has changed some. */
  #changed = false;

  constructor(pod: Pod, folder: string, services: VolumeServices, relocates: boolean) {
    this.#pod = pod;
    this.#folder = folder;
    this.#services = services;
    this.#relocates = relocates;
  }

  /** Paths that a container finds something at. */
  mounts(container: Container): Mount[] {
    const extra = this.#hasToken() ? [{ path: KUBECONFIG_FOLDER, real: this.#folderOf(KUBECONFIG_VOLUME) }] : [];
    return mountsOf(container, (name) => this.#folderOf(name), extra);
  }

  /** Whether a volume takes its files from this ConfigMap or Secret. */
  uses(kind: "ConfigMap" | "Secret", name: string): boolean {
    return (this.#pod.spec.volumes ?? []).some((volume) =>
      sourcesOf(volume).some(({ configMap, secret }) =>
        kind === "ConfigMap" ? configMap?.name === name : (secret?.secretName ?? secret?.name) === name,
      ),
    );
  }

  /** When the next token is to be renewed. */
  renewAt(): number {
    return Math.min(...[...this.#tokens.values()].map(({ renewAt }) => renewAt));
  }

  /**
   * Writes what is new or has changed, and says whether anything had.
   * @throws MissingError naming what a volume waits for
   */
  write(): Promise<boolean> {
    const result = this.#writing.then(() => this.#writeAll());
    this.#writing = result.catch(() => undefined);
    return result;
  }

  async #writeAll(): Promise<boolean> {
    for (const volume of this.#pod.spec.volumes ?? []) {
      await mkdir(this.#folderOf(volume.name), { recursive: true });
      const sources = sourcesOf(volume);
      if (sources.length === 0) continue;
      const files = new Map<string, Buffer>();
      for (const source of sources) for (const [path, content] of await this.#filesOf(source)) files.set(path, content);
      await this.#place(volume.name, files);
    }
    if (this.#hasToken()) await this.#placeKubeconfig();
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  #folderOf(name: string): string {
    const volume = this.#pod.spec.volumes?.find((candidate) => candidate.name === name);
    const claim = volume?.persistentVolumeClaim?.claimName;
    if (claim === undefined) return join(this.#folder, "volumes", name);
    const folder = this.#services.claimFolder(this.#pod.metadata.namespace ?? "", claim);
    if (folder === undefined) throw new MissingError(`persistentvolumeclaim "${claim}" is not bound`);
    return folder;
  }

  #hasToken(): boolean {
    return (this.#pod.spec.volumes ?? []).some((volume) =>
      sourcesOf(volume).some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
    );
  }

  async #filesOf(source: VolumeSource): Promise<Map<string, Buffer>> {
    const { sources } = this.#services;
    const namespace = this.#pod.metadata.namespace ?? "";
    const { configMap, secret, downwardAPI, serviceAccountToken } = source;
    if (configMap !== undefined) {
      const found = sources.configMap(namespace, configMap.name ?? "");
      if (found === undefined && !configMap.optional) throw new MissingError(`configmap "${configMap.name}" not found`);
      return chosen(found === undefined ? new Map() : configMapFiles(found), configMap.items);
    }
    if (secret !== undefined) {
      const name = secret.secretName ?? secret.name ?? "";
      const found = sources.secret(namespace, name);
      if (found === undefined && !secret.optional) throw new MissingError(`secret "${name}" not found`);
      return chosen(found === undefined ? new Map() : secretFiles(found), secret.items);
    }
    if (serviceAccountToken !== undefined) {
      const key = JSON.stringify(serviceAccountToken);
      const held = this.#tokens.get(key);
      const token =
        held !== undefined && held.renewAt > Date.now()
          ? held
          : await requestToken(this.#services.client, this.#pod, serviceAccountToken);
      this.#tokens.set(key, token);
      return new Map([[serviceAccountToken.path, Buffer.from(token.token)]]);
    }
    const items = downwardAPI?.items ?? [];
    return new Map(
      items.map(({ path, fieldRef }) => [path, Buffer.from(fieldOf(this.#pod, fieldRef?.fieldPath ?? ""))] as const),
    );
  }

  /** Whole files only, and those that changed: a program that reads meanwhile finds the old one or the new one. */
  async #place(volume: string, files: Map<string, Buffer>): Promise<void> {
    const folder = this.#folderOf(volume);
    const before = this.#written.get(volume) ?? new Map<string, Buffer>();
    const relocated = this.#relocates ? this.#relocated(volume, files) : files;
    for (const [path, content] of relocated) {
      if (before.get(path)?.equals(content)) continue;
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, content, { mode: 0o600 });
      await rename(`${file}.new`, file);
      this.#changed = true;
    }
    for (const path of before.keys()) {
      if (relocated.has(path)) continue;
      await rm(join(folder, path), { force: true });
      this.#changed = true;
    }
    this.#written.set(volume, relocated);
  }

  #relocated(volume: string, files: Map<string, Buffer>): Map<string, Buffer> {
    const container = this.#pod.spec.containers.find(({ volumeMounts = [] }) =>
      volumeMounts.some(({ name }) => name === volume),
    );
    if (container === undefined) return files;
    const mounts = this.mounts(container);
    return new Map(
      [...files].map(([path, content]) => {
        const text = content.toString("utf8");
        // Bytes that are no text, such as compressed ones, stay as they are.
        const isText = Buffer.from(text).equals(content);
        return [path, isText ? Buffer.from(relocate(text, mounts)) : content] as const;
      }),
    );
  }

  async #placeKubeconfig(): Promise<void> {
    const container = this.#pod.spec.containers[0];
    if (container === undefined) return;
    const account = realPath(SERVICE_ACCOUNT_FOLDER, this.mounts(container));
    const { namespace = "" } = this.#pod.metadata;
    const text = kubeconfig(this.#services.client.server, join(account, "ca.crt"), join(account, "token"), namespace);
    await this.#place(KUBECONFIG_VOLUME, new Map([["kubeconfig", Buffer.from(text)]]));
  }
}

const sourcesOf = (volume: Volume): VolumeSource[] => {
  if (volume.projected !== undefined) return volume.projected.sources ?? [];
  return (volume.configMap ?? volume.secret ?? volume.downwardAPI) ? [volume] : [];
};

/** Files of a volume: every key, or the ones that `items` names, each at its path. */
function chosen(files: Map<string, Buffer>, items: readonly KeyToPath[] | undefined): Map<string, Buffer> {
  if (items === undefined) return files;
  return new Map(
    items.map(({ key, path }) => {
      const content = files.get(key);
      if (content === undefined) throw new MissingError(`references non-existent config key: ${key}`);
      return [path, content] as const;
    }),
  );
}
