import { type Change, diffInputs } from "../server/diff.ts";
import type { Properties } from "../service.ts";
import type { Store } from "../store.ts";
import type { Backend, Old, Operation, Outcome } from "./backend.ts";
import { checkObject } from "./check.ts";
import { text } from "./fields.ts";
import { replaceOn } from "./immutable.ts";
import { nameRelease } from "./releases.ts";
import { idOf, RELEASE } from "./token.ts";

/** Holds objects where there are no control planes. */
export interface ObjectRecord {
  read: (urn: string, id: string) => { inputs: Properties; state: Properties } | undefined;
  write: (urn: string, type: string, id: string, inputs: Properties, state: Properties) => void;
  remove: (urn: string, id: string) => void;
}

/** A record in the simulated clouds' own store, so that inventories count what is there. Keyed by URN: clusters share names. */
export function recordIn(store: Store): ObjectRecord {
  const find = (urn: string, id: string) =>
    store.all().find((resource) => resource.package === "kubernetes" && resource.urn === urn && resource.id === id);
  return {
    read: find,
    write: (urn, type, id, inputs, state) => {
      const current = find(urn, id);
      if (current !== undefined) store.change(current, inputs, state);
      else {
        const place = { account: "cluster", region: "global" };
        store.insert({ package: "kubernetes", type, id, urn, inputs, state, ...place });
      }
    },
    remove: (urn, id) => {
      const current = find(urn, id);
      if (current !== undefined) store.remove(current);
    },
  };
}

/** Objects that nobody checks and nobody runs: what the program says is what there is. */
export class RecordedObjects implements Backend {
  readonly #record: ObjectRecord;

  constructor(record: ObjectRecord) {
    this.#record = record;
  }

  async check(operation: Operation, previous: Properties, inputs: Properties, hex: (digits: number) => string) {
    if (operation.type !== RELEASE) return checkObject(operation, previous, inputs, hex);
    return { inputs: nameRelease(operation, previous, inputs, hex), problems: [] };
  }

  async diff(operation: Operation, old: Old, inputs: Properties): Promise<Change[]> {
    const replacing = operation.type === RELEASE ? ["name", "namespace"] : replaceOn(inputs, operation.config);
    return diffInputs(old.inputs, inputs, replacing);
  }

  async previewCreate(_: Operation, inputs: Properties): Promise<Properties> {
    return inputs;
  }

  async create(operation: Operation, inputs: Properties): Promise<Outcome> {
    const metadata = operation.type === RELEASE ? inputs : (inputs.metadata ?? {});
    const namespace = text(metadata, "namespace");
    const id = idOf({ name: text(metadata, "name"), ...(namespace === "" ? {} : { namespace }) });
    return this.#write(operation, id, inputs);
  }

  async previewUpdate(_: Operation, old: Old, inputs: Properties): Promise<Properties> {
    return { ...old.state, ...inputs };
  }

  async update(operation: Operation, old: Old, inputs: Properties): Promise<Outcome> {
    return this.#write(operation, old.id, inputs);
  }

  async read(operation: Operation, old: Old): Promise<Outcome | undefined> {
    const found = this.#record.read(operation.urn, old.id);
    return found && { id: old.id, inputs: found.inputs, state: found.state };
  }

  async remove(operation: Operation, old: Old): Promise<void> {
    this.#record.remove(operation.urn, old.id);
  }

  #write({ urn, type }: Operation, id: string, inputs: Properties): Outcome {
    const state = type === RELEASE ? { ...inputs, status: recordedStatus(inputs) } : { ...inputs };
    this.#record.write(urn, type, id, inputs, state);
    return { id, state };
  }
}

const recordedStatus = ({ name, namespace, chart, version }: Properties): Properties => ({
  name,
  namespace,
  chart,
  version,
  appVersion: "",
  revision: 1,
  status: "deployed",
});
