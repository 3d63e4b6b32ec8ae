import type { ChartRelease } from "../charts/chart.ts";
import type { RenderedChart } from "../charts/index.ts";
import { type Change, diffInputs } from "../server/diff.ts";
import { ProviderError } from "../server/simulator.ts";
import { containsUnknown, isObject, isUnknown } from "../server/values.ts";
import type { Properties } from "../service.ts";
import type { Backend, Old, Operation, Outcome } from "./backend.ts";
import type { Cluster } from "./cluster.ts";
import { text } from "./fields.ts";
import { applyChart, prune, removeObjects, withReleaseNames } from "./releaseObjects.ts";
import { type ReleaseRecord, readRelease, removeRelease, writeRelease } from "./releaseRecord.ts";
import { idOf, logicalName, parseId } from "./token.ts";

export type Render = (release: ChartRelease) => RenderedChart | Promise<RenderedChart>;

/** Inputs of `helm.v3.Release` that mean nothing here or the same as leaving them out. */
const WITHOUT_EFFECT = ["compat", "description", "maxHistory", "lint", "verify", "waitForJobs", "dependencyUpdate"];

const HANDLED = [
  "chart",
  "version",
  "repositoryOpts",
  "name",
  "namespace",
  "values",
  "skipAwait",
  "timeout",
  "atomic",
  "cleanupOnFail",
  "skipCrds",
  "createNamespace",
];

/** Helm releases: the objects of a chart's stand-in, applied, pruned and removed together. */
export class Releases implements Backend {
  readonly #cluster: Cluster;
  readonly #render: Render;

  constructor(cluster: Cluster, render: Render) {
    this.#cluster = cluster;
    this.#render = render;
  }

  async check(operation: Operation, previous: Properties, inputs: Properties, hex: (digits: number) => string) {
    const checked = nameRelease(operation, previous, inputs, hex);
    const problems = Object.keys(inputs)
      .filter((key) => !key.startsWith("__") && ![...HANDLED, ...WITHOUT_EFFECT].includes(key))
      .map((key): [string, string] => [key, "is not simulated; leave it out"]);
    if (!containsUnknown(checked)) {
      const rendered = await this.#render(releaseOf(checked));
      problems.push(...rendered.problems.map((problem): [string, string] => ["values", problem]));
    }
    return { inputs: checked, problems };
  }

  async diff(operation: Operation, old: Old, inputs: Properties): Promise<Change[]> {
    const changes = diffInputs(old.inputs, inputs, ["name", "namespace"]);
    if (changes.length > 0 || text(old.state, "status", "status") !== "failed") return changes;
    operation.progress("the last revision failed and is tried again");
    return [{ path: "status", kind: "update", replace: false }];
  }

  async previewCreate(_: Operation, inputs: Properties): Promise<Properties> {
    return inputs;
  }

  async create(operation: Operation, inputs: Properties): Promise<Outcome> {
    const { releaseName, namespace } = releaseOf(inputs);
    if (inputs.createNamespace === true) {
      const metadata = { name: namespace };
      await this.#cluster.apply(
        { apiVersion: "v1", kind: "Namespace", metadata },
        { manager: "helm", force: true, signal: operation.signal },
      );
    }
    if ((await readRelease(this.#cluster, releaseName, namespace))?.status === "deployed") {
      throw new ProviderError(
        `cannot re-use a name that is still in use: the release ${namespace}/${releaseName} exists`,
      );
    }
    return this.#install(operation, inputs, 1);
  }

  async previewUpdate(_: Operation, old: Old, inputs: Properties): Promise<Properties> {
    return { ...old.state, ...inputs };
  }

  async update(operation: Operation, old: Old, inputs: Properties): Promise<Outcome> {
    const { name, namespace = operation.config.namespace } = parseId(old.id);
    const current = await readRelease(this.#cluster, name, namespace);
    const outcome = await this.#install(operation, inputs, (current?.revision ?? 0) + 1, current);
    return { ...outcome, id: old.id };
  }

  async read(operation: Operation, old: Old): Promise<Outcome | undefined> {
    const { name, namespace = operation.config.namespace } = parseId(old.id);
    const record = await readRelease(this.#cluster, name, namespace);
    if (record === undefined) return undefined;
    const imported = {
      chart: record.chart,
      version: record.version,
      name,
      namespace,
      values: record.values,
      ...(record.repository === undefined ? {} : { repositoryOpts: { repo: record.repository } }),
    };
    const inputs = Object.keys(old.inputs).length > 0 ? old.inputs : imported;
    return { id: old.id, inputs, state: { ...inputs, ...outputsOf(record) } };
  }

  async remove(operation: Operation, old: Old): Promise<void> {
    const { name, namespace = operation.config.namespace } = parseId(old.id);
    const record = await readRelease(this.#cluster, name, namespace);
    if (record === undefined) return;
    await removeObjects(this.#cluster, record.objects, operation);
    await removeRelease(this.#cluster, name, namespace);
  }

  async #install(
    operation: Operation,
    inputs: Properties,
    revision: number,
    current?: ReleaseRecord,
  ): Promise<Outcome> {
    const release = releaseOf(inputs);
    const { releaseName, namespace } = release;
    const rendered = await this.#render(release);
    if (rendered.problems.length > 0) throw new ProviderError(rendered.problems.join("\n"));
    const objects = await withReleaseNames(this.#cluster, rendered, release);
    const record: ReleaseRecord = {
      name: releaseName,
      namespace,
      chart: release.chart,
      version: release.version ?? "",
      appVersion: appVersionOf(rendered),
      revision,
      status: "failed",
      values: { ...release.values },
      repository: release.repository,
      objects: objects.map(({ apiVersion, kind, metadata: { name, namespace: within } }) => ({
        apiVersion,
        kind,
        metadata: { name, ...(within === undefined ? {} : { namespace: within }) },
      })),
    };
    // Written first, so that what a broken installation left can be removed: with what the revision before had made.
    await writeRelease(this.#cluster, { ...record, objects: [...record.objects, ...(current?.objects ?? [])] });
    const crds = inputs.skipCrds === true ? [] : rendered.crds;
    const failure = await applyChart(this.#cluster, crds, objects, {
      ...operation,
      timeout: operation.timeout ?? (Number(inputs.timeout) || 300),
      wait: inputs.skipAwait !== true,
    });
    if (current !== undefined) await prune(this.#cluster, current.objects, record.objects, operation);
    const ended: ReleaseRecord = { ...record, status: failure === undefined ? "deployed" : "failed" };
    await writeRelease(this.#cluster, ended);
    const id = idOf({ name: releaseName, namespace });
    const state = { ...inputs, ...outputsOf(ended) };
    return { id, state, ...(failure === undefined ? {} : { failure }) };
  }
}

/** Completes a release's name and namespace, as for objects. */
export function nameRelease(
  { urn, config }: Operation,
  previous: Properties,
  inputs: Properties,
  hex: (digits: number) => string,
): Properties {
  const name = inputs.name ?? previous.name ?? `${logicalName(urn).toLowerCase()}-${hex(8)}`;
  return { ...inputs, name, namespace: inputs.namespace ?? config.namespace };
}

function releaseOf(inputs: Properties): ChartRelease {
  const repository = text(inputs, "repositoryOpts", "repo");
  const version = inputs.version;
  return {
    chart: text(inputs, "chart"),
    repository: repository === "" ? undefined : repository,
    version: typeof version === "string" && !isUnknown(version) ? version : undefined,
    namespace: text(inputs, "namespace"),
    releaseName: text(inputs, "name"),
    values: isObject(inputs.values) ? inputs.values : {},
  };
}

function outputsOf(record: ReleaseRecord): Properties {
  const { name, namespace, chart, version, appVersion, revision, status, objects } = record;
  const names: Record<string, string[]> = {};
  for (const object of objects) {
    const key = `${object.kind}/${object.apiVersion}`;
    names[key] = [...(names[key] ?? []), idOf(object.metadata)];
  }
  return { resourceNames: names, status: { name, namespace, chart, version, appVersion, revision, status } };
}

const appVersionOf = ({ objects }: RenderedChart): string =>
  objects
    .map((object) => text(object, "metadata", "labels", "app.kubernetes.io/version"))
    .find((found) => found !== "") ?? "";
