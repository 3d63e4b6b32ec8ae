import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Properties, Stored } from "./service.ts";

export interface StoredResource extends Stored {
  /** SDK package, such as `azure-native`. */
  package: string;
  /** Order of creation. */
  sequence: number;
}

/** Raised with every change of the tables. */
const VERSION = 1;

/**
 * Everything that exists in the simulated clouds. Held in memory for speed and written through to SQLite with every change,
 * so that a killed simulator knows all that it ever acknowledged. The file holds what a cloud would hold, pre-shared keys
 * included: it is readable by its owner alone.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #resources = new Map<number, StoredResource>();
  /** By package, type and id. Several where ids are valid in one region only, such as names of log groups. */
  readonly #byId = new Map<string, StoredResource[]>();
  #sequence = 0;
  #revision = 0;

  constructor(file: string) {
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(file);
    this.#refuseOtherVersions(file);
    this.#database.exec(`
      pragma journal_mode = wal;
      pragma user_version = ${VERSION};
      create table if not exists resource (sequence integer primary key, document text not null);
      create table if not exists counter (name text primary key, value integer not null);
    `);
    for (const row of this.#database.prepare("select document from resource").all()) {
      const resource = JSON.parse(String(row.document)) as StoredResource;
      this.#index(resource);
      this.#sequence = Math.max(this.#sequence, resource.sequence);
    }
  }

  #refuseOtherVersions(file: string): void {
    const version = Number(this.#database.prepare("pragma user_version").get()?.user_version);
    const isNew = this.#database.prepare("select name from sqlite_schema").get() === undefined;
    if (isNew || version === VERSION) return;
    this.#database.close();
    throw new Error(
      `${file} was written by another version of the simulator (${version}, this is ${VERSION}); remove the folder that holds it and the stacks' state to begin anew`,
    );
  }

  /** Rises with every change, so that what was worked out from the resources can be kept until then. */
  get revision(): number {
    return this.#revision;
  }

  all(): StoredResource[] {
    return [...this.#resources.values()];
  }

  get(sequence: number): StoredResource | undefined {
    return this.#resources.get(sequence);
  }

  /** Resources with an id: one, or one in each region. */
  withId(pack: string, type: string, id: string): readonly StoredResource[] {
    return this.#byId.get(key({ package: pack, type, id })) ?? [];
  }

  insert(resource: Omit<StoredResource, "sequence">): StoredResource {
    this.#sequence += 1;
    const stored = { ...resource, sequence: this.#sequence };
    this.#write(stored);
    return stored;
  }

  change(resource: StoredResource, inputs: Properties, state: Properties): StoredResource {
    const changed = { ...resource, inputs, state };
    this.#write(changed);
    return changed;
  }

  remove(resource: StoredResource): void {
    this.#database.prepare("delete from resource where sequence = ?").run(resource.sequence);
    this.#revision += 1;
    this.#resources.delete(resource.sequence);
    this.#byId.set(key(resource), this.#others(resource));
  }

  /** Counts up, for numbers that must not come twice. Starts at 1. */
  next(counter: string): number {
    const row = this.#database
      .prepare("insert into counter values (?, 1) on conflict (name) do update set value = value + 1 returning value")
      .get(counter);
    return Number(row?.value);
  }

  close(): void {
    this.#database.close();
  }

  #write(resource: StoredResource): void {
    this.#revision += 1;
    this.#database
      .prepare("insert or replace into resource values (?, ?)")
      .run(resource.sequence, JSON.stringify(resource));
    this.#index(resource);
  }

  #index(resource: StoredResource): void {
    this.#resources.set(resource.sequence, resource);
    this.#byId.set(key(resource), [...this.#others(resource), resource]);
  }

  #others({ sequence, ...resource }: StoredResource): StoredResource[] {
    return (this.#byId.get(key(resource)) ?? []).filter((other) => other.sequence !== sequence);
  }
}

const key = (resource: { package: string; type: string; id: string }): string =>
  `${resource.package}\n${resource.type}\n${resource.id}`;
