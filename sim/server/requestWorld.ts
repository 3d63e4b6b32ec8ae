import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { SimulatedCloud } from "../cloud.ts";
import type { Properties, Service, Stored } from "../service.ts";
import type { Store, StoredResource } from "../store.ts";
import type { World } from "../world.ts";
import { isObject } from "./values.ts";

export interface RequestScope {
  cloud: SimulatedCloud;
  account: string;
  region: string;
  config: Properties;
  logicalName: string;
}

/** The world as one request sees it, over the store. */
export class RequestWorld implements World {
  readonly account: string;
  readonly region: string;
  readonly config: Properties;
  readonly logicalName: string;
  readonly #cloud: SimulatedCloud;
  readonly #store: Store;
  readonly #authorityOf: (cluster: string) => string | undefined;

  /** @param authorityOf certificate authority of a cluster that has a control plane */
  constructor(
    scope: RequestScope,
    store: Store,
    authorityOf: (cluster: string) => string | undefined = () => undefined,
  ) {
    this.#authorityOf = authorityOf;
    this.account = scope.account;
    this.region = scope.region;
    this.config = scope.config;
    this.logicalName = scope.logicalName;
    this.#cloud = scope.cloud;
    this.#store = store;
  }

  get<Outputs>(service: Service<Outputs>, reference: string | undefined): Stored<Outputs> | undefined {
    return this.#find(service, reference, (candidate) => {
      return (
        !this.#cloud.regionalIds ||
        this.region === "global" ||
        candidate.region === "global" ||
        candidate.region === this.region
      );
    });
  }

  getAnywhere<Outputs>(service: Service<Outputs>, reference: string | undefined): Stored<Outputs> | undefined {
    return this.#find(service, reference, () => true);
  }

  all<Outputs>(service: Service<Outputs>): Stored<Outputs>[] {
    return this.#mine().filter((resource) => resource.type === service.type) as Stored<Outputs>[];
  }

  usersOf(resource: Stored<unknown>): Stored[] {
    const references = new Set(referencesOf(this.#cloud, resource));
    return this.#mine().filter(
      (other) => !(other.type === resource.type && other.id === resource.id) && mentions(other.inputs, references),
    );
  }

  amend<Outputs>(resource: Stored<Outputs>, changes: Partial<Outputs>): void {
    const stored = this.#store
      .withId(this.#cloud.package, resource.type, resource.id)
      .find(({ region }) => region === resource.region);
    if (stored !== undefined) this.#store.change(stored, stored.inputs, { ...stored.state, ...changes });
  }

  claim(name: string): boolean {
    return this.#store.next(`claim ${this.#cloud.package} ${name}`) === 1;
  }

  certificateAuthority(cluster: string): string | undefined {
    return this.#authorityOf(cluster);
  }

  hex(digits: number): string {
    return randomBytes(Math.ceil(digits / 2))
      .toString("hex")
      .slice(0, digits);
  }

  publicAddress(): string {
    return nextPublicAddress(this.#store);
  }

  now(): string {
    return new Date().toISOString();
  }

  #mine(): StoredResource[] {
    return this.#store.all().filter((resource) => resource.package === this.#cloud.package);
  }

  #find<Outputs>(
    service: Service<Outputs>,
    reference: string | undefined,
    admit: (candidate: Stored) => boolean,
  ): Stored<Outputs> | undefined {
    if (reference === undefined) return undefined;
    const direct = this.#store.withId(this.#cloud.package, service.type, reference).find(admit);
    if (direct !== undefined) return direct as Stored<Outputs>;
    return this.#mine().find(
      (candidate) =>
        candidate.type === service.type && admit(candidate) && referencesOf(this.#cloud, candidate).includes(reference),
    ) as Stored<Outputs> | undefined;
  }
}

/** A fresh public address. */
export function nextPublicAddress(store: Store): string {
  const blocks = ["198.51.100", "203.0.113", "192.0.2"];
  const count = store.next("public-address") - 1;
  return `${blocks[Math.floor(count / 254) % blocks.length]}.${(count % 254) + 1}`;
}

/** Every string by which others may refer to a resource. */
export function referencesOf(cloud: SimulatedCloud, resource: Stored<unknown>): string[] {
  const service = cloud.services.find((candidate) => candidate.type === resource.type);
  return [resource.id, ...(service?.behaviour.references?.(resource.state as Properties, resource.id) ?? [])];
}

function mentions(value: unknown, references: ReadonlySet<string>): boolean {
  if (typeof value === "string") return references.has(value);
  if (Array.isArray(value)) return value.some((element) => mentions(element, references));
  return isObject(value) && Object.values(value).some((element) => mentions(element, references));
}

/**
 * The state after an update: what the program changed replaces what the API held, and what the API had added stays,
 * inside of nested objects too.
 */
export function overlay(state: Properties, before: Properties, after: Properties): Properties {
  const result: Properties = { ...state };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isDeepStrictEqual(before[key], after[key])) continue;
    if (after[key] === undefined) delete result[key];
    else
      result[key] =
        isObject(after[key]) && isObject(state[key]) && isObject(before[key])
          ? overlay(state[key], before[key], after[key])
          : after[key];
  }
  return result;
}
