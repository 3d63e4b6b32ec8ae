import { ApiError } from "../../client/problem.ts";
import { type Change, diffInputs } from "../server/diff.ts";
import { ProviderError } from "../server/simulator.ts";
import { containsUnknown, isObject } from "../server/values.ts";
import type { Properties } from "../service.ts";
import { awaitReady, awaitRemoval, unreadiness } from "./await/index.ts";
import type { Backend, Old, Operation, Outcome } from "./backend.ts";
import { checkObject } from "./check.ts";
import { type Cluster, type Manifest, type Reference, UnknownKind, UnreachableCluster } from "./cluster.ts";
import {
  conflictError,
  FIELD_MANAGER,
  fieldManager,
  isApplied,
  isFieldConflict,
  isForced,
  wanted,
  withoutIgnored,
} from "./fieldManager.ts";
import { parsePath, pruned, text } from "./fields.ts";
import { isImmutabilityMessage, replaceOn } from "./immutable.ts";
import { idOf, kindOf, parseId } from "./token.ts";

/** Objects of a cluster, one resource each, by server-side apply. */
export class ClusterObjects implements Backend {
  readonly #cluster: Cluster;
  /** URNs whose creation was sent without an answer: what exists under their name may be theirs. */
  readonly #unanswered = new Set<string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async check(operation: Operation, previous: Properties, inputs: Properties, hex: (digits: number) => string) {
    const checked = checkObject(operation, previous, inputs, hex);
    const metadata = checked.inputs.metadata;
    if (checked.problems.length === 0 && isObject(metadata) && metadata.namespace === undefined) {
      const resource = await ifReachable(this.#cluster.find(kindIn(checked.inputs)));
      if (resource?.namespaced) {
        checked.inputs = { ...checked.inputs, metadata: { ...metadata, namespace: operation.config.namespace } };
      }
    }
    return checked;
  }

  async diff(operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]): Promise<Change[]> {
    const replacing = replaceOn(inputs, operation.config);
    const ofInputs = () => visible(diffInputs(old.inputs, inputs, replacing), ignoreChanges);
    if (containsUnknown(inputs)) return ofInputs();
    const manifest = toManifest(inputs);
    // A new name or namespace is a new object: nothing to compare with.
    if (isMoved(old.id, manifest)) return ofInputs();
    const live = (await this.#cluster.find(manifest)) && (await this.#cluster.get(manifest));
    if (live === undefined) return ofInputs();
    const manager = fieldManager(operation.urn, inputs, old.state);
    const applied = withoutIgnored(manifest, live, manager, ignoreChanges);
    if (isApplied(applied, live, manager)) return [];
    try {
      // Forced, because who holds a field is not the question here; an update without force meets the conflict.
      const after = await this.#cluster.apply(applied, { manager, force: true, dryRun: true });
      return visible(diffInputs(wanted(live), wanted(after), replacing), ignoreChanges);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 422) throw error;
      const changes = diffInputs(pruned(live, applied) as Properties, applied, replacing);
      return visible(refusedChanges(changes, error), ignoreChanges);
    }
  }

  async previewCreate(operation: Operation, inputs: Properties): Promise<Properties> {
    if (containsUnknown(inputs)) return inputs;
    const manifest = toManifest(inputs);
    const manager = fieldManager(operation.urn, inputs, {});
    await ifReachable(
      this.#cluster
        .find(manifest)
        // Not yet a kind, or not yet a namespace: this run may be about to make it.
        .then((resource) => resource && this.#cluster.apply(manifest, { manager, force: true, dryRun: true }))
        .catch((error) => {
          if (!(error instanceof ApiError) || error.code !== 404) throw error;
        }),
    );
    return inputs;
  }

  async create(operation: Operation, inputs: Properties): Promise<Outcome> {
    const manifest = toManifest(inputs);
    await this.#cluster.resource(manifest, operation.signal);
    const existing = await this.#cluster.get(manifest);
    if (existing !== undefined && existing.metadata.deletionTimestamp !== undefined) {
      await awaitRemoval(this.#cluster, manifest, operation);
    } else if (existing !== undefined && !this.#isOwn(operation, existing) && !operation.config.upsertExistingObjects) {
      throw new ProviderError(
        `${manifest.kind} ${idOf(manifest.metadata)} already exists in the cluster and no state knows it. ` +
          `To do: import it (pulumi import ${operation.type} NAME ${idOf(manifest.metadata)}), remove it, or set upsertExistingObjects`,
      );
    }
    this.#unanswered.add(operation.urn);
    const outcome = await this.#apply(operation, manifest, fieldManager(operation.urn, inputs, {}), true).catch(
      (error) => {
        if (!(error instanceof UnreachableCluster)) this.#unanswered.delete(operation.urn);
        throw error;
      },
    );
    this.#unanswered.delete(operation.urn);
    return outcome;
  }

  /** Whether an object was made by a creation of the same resource that never got its answer. */
  #isOwn({ urn }: Operation, existing: Manifest): boolean {
    const manager = fieldManager(urn, existing, {});
    const applied = existing.metadata.managedFields?.some((entry) => entry.manager === manager);
    return this.#unanswered.has(urn) && applied === true;
  }

  async previewUpdate(operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]) {
    if (containsUnknown(inputs)) return { ...old.state, ...inputs };
    const { manifest, manager } = await this.#toApply(operation, old, inputs, ignoreChanges);
    if ((await this.#cluster.find(manifest)) === undefined) return { ...old.state, ...inputs };
    return stateOf(await this.#applyUnless(operation, manifest, manager, true), manager);
  }

  async update(operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]) {
    const { manifest, manager } = await this.#toApply(operation, old, inputs, ignoreChanges);
    return this.#apply(operation, manifest, manager, false);
  }

  async read(operation: Operation, old: Old): Promise<Outcome | undefined> {
    const known = isObject(old.inputs.metadata) || isObject(old.state.metadata);
    const kind = kindIn(old.inputs, old.state, { ...kindOf(operation.type) });
    const reference: Reference = { ...kind, metadata: parseId(old.id) };
    if (reference.metadata.namespace === undefined && (await this.#cluster.find(kind))?.namespaced) {
      reference.metadata.namespace = operation.config.namespace;
    }
    if ((await this.#cluster.find(kind)) === undefined && (await this.#cluster.isUndefined(kind))) return undefined;
    const live = await this.#cluster.get(reference);
    if (live === undefined) return undefined;
    const inputs = known ? inputsOf(live, old.inputs) : wanted(live);
    const manager = fieldManager(operation.urn, old.inputs, old.state);
    const failure = await unreadiness(this.#cluster, live, "read");
    return {
      id: old.id,
      inputs,
      state: stateOf(live, manager),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  async remove(operation: Operation, old: Old): Promise<void> {
    const kind = kindIn(old.inputs, old.state, { ...kindOf(operation.type) });
    const reference: Reference = { ...kind, metadata: parseId(old.id) };
    const policy = text(old.inputs, "metadata", "annotations", "pulumi.com/deletionPropagationPolicy");
    const asked = await this.#cluster.remove(reference, capitalized(policy) || "Foreground");
    if (asked) await awaitRemoval(this.#cluster, reference, operation);
  }

  /** What an update sends: without the ignored fields that others hold. */
  async #toApply(operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]) {
    const manifest = toManifest(inputs);
    const manager = fieldManager(operation.urn, inputs, old.state);
    const live = (await this.#cluster.find(manifest)) && (await this.#cluster.get(manifest));
    return { manager, manifest: live ? withoutIgnored(manifest, live, manager, ignoreChanges) : manifest };
  }

  async #applyUnless(operation: Operation, manifest: Manifest, manager: string, dryRun: boolean): Promise<Manifest> {
    const force = isForced(manifest, operation.config.enablePatchForce);
    try {
      return await this.#cluster.apply(manifest, { manager, force, dryRun, signal: operation.signal });
    } catch (error) {
      throw isFieldConflict(error) ? conflictError(error, manifest, manager) : error;
    }
  }

  async #apply(operation: Operation, manifest: Manifest, manager: string, creation: boolean): Promise<Outcome> {
    const applied = await this.#applyUnless(operation, manifest, manager, false);
    const { live, failure } = await awaitReady(this.#cluster, applied, creation ? "create" : "update", operation);
    return {
      id: idOf(applied.metadata),
      state: stateOf(live, manager),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}

const toManifest = (inputs: Properties): Manifest =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__"))) as Manifest;

/** The live object as the state keeps it, without the bookkeeping of its managers. */
export function stateOf(live: Manifest, manager: string): Properties {
  const { managedFields: _, ...metadata } = live.metadata;
  return { ...live, metadata, [FIELD_MANAGER]: manager };
}

/** What the program would have to say for the cluster to be as it is. */
function inputsOf(live: Manifest, said: Properties): Properties {
  const inputs = pruned(live, said) as Properties;
  if (!isObject(said.stringData)) return inputs;
  const data = Object.keys(said.stringData).map((key) => [
    key,
    Buffer.from(text(live, "data", key), "base64").toString("utf8"),
  ]);
  return { ...inputs, stringData: Object.fromEntries(data) };
}

function kindIn(...sources: Properties[]): { apiVersion: string; kind: string } {
  const source = sources.find(({ apiVersion, kind }) => typeof apiVersion === "string" && typeof kind === "string");
  return { apiVersion: text(source, "apiVersion"), kind: text(source, "kind") };
}

function isMoved(id: string, { metadata }: Manifest): boolean {
  const old = parseId(id);
  return old.name !== metadata.name || (old.namespace ?? metadata.namespace) !== metadata.namespace;
}

/** Changes that the program wants to see. */
function visible(changes: Change[], ignoreChanges: readonly string[]): Change[] {
  const ignored = ignoreChanges.map(parsePath);
  const isBelow = (path: readonly (string | number)[], of: readonly (string | number)[]) =>
    of.every((key, index) => key === "*" || key === path[index]);
  return changes.filter(({ path }) => {
    const keys = parsePath(path);
    return keys[0] !== "__initialApiVersion" && !ignored.some((candidate) => isBelow(keys, candidate));
  });
}

/** Marks the changes that the server refuses because the field cannot change. */
function refusedChanges(changes: Change[], error: ApiError): Change[] {
  const refused = (error.status?.details?.causes ?? []).filter(({ message = "" }) => isImmutabilityMessage(message));
  if (refused.length === 0 || changes.some(({ replace }) => replace)) return changes;
  const fields = refused.map(({ field = "" }) => parsePath(field).filter((key) => typeof key === "string"));
  return changes.map((change) => {
    const keys = parsePath(change.path).filter((key) => typeof key === "string");
    return { ...change, replace: fields.some((field) => field.every((key, index) => key === keys[index])) };
  });
}

/** The answer, or nothing where a preview must do without the cluster. */
async function ifReachable<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UnreachableCluster || error instanceof UnknownKind) return undefined;
    throw error;
  }
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
