import type { SimulatedCloud } from "../cloud.ts";
import { checkShape, type Facts } from "../facts/facts.ts";
import { type Faults, type Operation, sleep } from "../faults.ts";
import { type Properties, Refusal, refuseWhileUsed, type Service, type Stored } from "../service.ts";
import type { Store, StoredResource } from "../store.ts";
import { overlay, RequestWorld, referencesOf } from "./requestWorld.ts";
import { containsUnknown, DEFAULTS, isUnknown, known, withoutDefaults } from "./values.ts";

/** Where a request comes from: one configured provider instance. */
export interface Caller {
  cloud: SimulatedCloud;
  config: Properties;
}

export interface Request {
  urn: string;
  type: string;
}

export interface Answer {
  id: string;
  inputs: Properties;
  state: Properties;
  /** Why the provider reports the resource as failed although it exists. */
  failure?: string;
}

/** A refused request in the words of the provider. */
export class ProviderError extends Error {}

export interface SimulatorOptions {
  store: Store;
  facts: Facts;
  faults: Faults;
  /** Real seconds for one second of the real API. 0: everything is ready at once. */
  timeScale: number;
  /** Control planes of the clusters. @default none: a cluster is its resource and no more */
  clusters?: ControlPlanes;
}

/** What stands behind the resources of clusters and node pools. */
export interface ControlPlanes {
  /** Whether a change of a resource of this type may change a cluster. */
  concerns: (type: string) => boolean;
  /** Follows the resources; resolves when what is new answers, rejects with why it does not. */
  settle: () => Promise<void>;
  /** PEM certificate that signs an API server's, by the cluster's name. */
  authorityOf: (cluster: string) => string | undefined;
}

/** The simulated clouds behind the provider protocol, on plain values: no secrets markers, no gRPC. */
export class Simulator {
  readonly #store: Store;
  readonly #facts: Facts;
  readonly #faults: Faults;
  readonly #timeScale: number;
  readonly #clusters: ControlPlanes | undefined;

  constructor(options: SimulatorOptions) {
    this.#store = options.store;
    this.#facts = options.facts;
    this.#faults = options.faults;
    this.#timeScale = options.timeScale;
    this.#clusters = options.clusters;
  }

  /** Completes the inputs (automatic names) and lists all that the provider refuses before it calls the API. */
  check(
    caller: Caller,
    request: Request,
    previous: Properties,
    news: Properties,
    hex: (digits: number) => string,
  ): { inputs: Properties; problems: [property: string, reason: string][] } {
    const { behaviour } = serviceOf(caller.cloud, request.type);
    const inputs = { ...news };
    const naming = behaviour.naming;
    if (naming !== undefined && naming.automatic !== false && inputs[naming.property] === undefined) {
      inputs[naming.property] =
        previous[naming.property] ?? caller.cloud.automaticName(logicalName(request.urn), hex, naming.maxLength);
      inputs[DEFAULTS] = [naming.property];
    }
    const problems = checkShape(this.#facts, request.type, inputs);
    const name = naming === undefined ? undefined : inputs[naming.property];
    if (
      naming !== undefined &&
      typeof name === "string" &&
      !isUnknown(name) &&
      !(naming.pattern.test(name) && name.length <= naming.maxLength)
    ) {
      problems.push([
        naming.property,
        `'${name}' is not a valid name: ${naming.allowed}, at most ${naming.maxLength} characters`,
      ]);
    }
    // Rules on values only make sense once the shapes are right.
    if (problems.length === 0) problems.push(...(behaviour.check?.(known(inputs)) ?? []));
    return { inputs, problems };
  }

  async create(caller: Caller, request: Request, inputs: Properties): Promise<Answer> {
    const { behaviour } = serviceOf(caller.cloud, request.type);
    if (containsUnknown(inputs)) throw new ProviderError(`${request.urn}: an input is not known at creation`);
    return this.#asProvider(caller, request, "create", async () => {
      await this.#faults.before("create", request.type);
      const world = this.#world(caller, request, inputs);
      const created = behaviour.create(inputs, world);
      // Without a pause between the decision and the insert, so that no two requests pass the same check.
      const { id, ...computed } = created instanceof Promise ? await created : created;
      const namesakes = this.#store.withId(caller.cloud.package, request.type, id);
      if (namesakes.some(({ region }) => !caller.cloud.regionalIds || region === world.region)) {
        throw new Refusal("AlreadyExists", `a resource with the ID '${id}' already exists`);
      }
      const state = { ...withoutDefaults(inputs), ...computed };
      this.#demandOutputs(request.type, state);
      const { sequence } = this.#store.insert({
        package: caller.cloud.package,
        type: request.type,
        id,
        account: world.account,
        region: world.region,
        urn: request.urn,
        inputs,
        state,
      });
      const partial = this.#faults.after("create", request.type);
      const [problem] = await Promise.all([this.#settle(request.type), this.#take(behaviour.seconds?.create)]);
      // Other requests may have amended it meanwhile.
      const now = this.#store.get(sequence)?.state ?? state;
      const failure = partial ? "the resource was created but did not become ready" : problem;
      return { id, inputs, state: now, ...(failure === undefined ? {} : { failure }) };
    });
  }

  async update(caller: Caller, request: Request & { id: string }, inputs: Properties): Promise<Answer> {
    const { behaviour } = serviceOf(caller.cloud, request.type);
    return this.#asProvider(caller, request, "update", async () => {
      await this.#faults.before("update", request.type);
      const current = this.#existing(caller, request);
      const state = overlay(current.state, withoutDefaults(current.inputs), withoutDefaults(inputs));
      const world = this.#world(caller, request, inputs, current);
      Object.assign(state, await behaviour.update?.(inputs, { ...current, state }, world));
      for (const output of this.#facts.resource(request.type).requiredOutputs) state[output] ??= current.state[output];
      const latest = this.#store.change(this.#existing(caller, request), inputs, state);
      const partial = this.#faults.after("update", request.type);
      const [problem] = await Promise.all([this.#settle(request.type), this.#take(behaviour.seconds?.update)]);
      const failure = partial ? "the change was made but did not become ready" : problem;
      return { id: request.id, inputs, state: latest.state, ...(failure === undefined ? {} : { failure }) };
    });
  }

  /** What the API holds now; undefined when the resource is gone. */
  async read(caller: Caller, request: Request & { id: string }): Promise<Answer | undefined> {
    const { behaviour } = serviceOf(caller.cloud, request.type);
    return this.#asProvider(caller, request, "read", async () => {
      await this.#faults.before("read", request.type);
      const current = this.#find(caller.cloud, request);
      if (current === undefined) return undefined;
      const hidden = new Set(behaviour.writeOnly);
      const visible = (properties: Properties) =>
        Object.fromEntries(Object.entries(properties).filter(([key]) => !hidden.has(key)));
      return { id: current.id, inputs: visible(current.inputs), state: visible(current.state) };
    });
  }

  async remove(caller: Caller, request: Request & { id: string }): Promise<void> {
    const { behaviour } = serviceOf(caller.cloud, request.type);
    await this.#asProvider(caller, request, "delete", async () => {
      await this.#faults.before("delete", request.type);
      const current = this.#find(caller.cloud, request);
      if (current === undefined) return;
      const world = this.#world(caller, request, current.inputs, current);
      await (behaviour.remove ?? refuseWhileUsed)(current, world);
      this.#store.remove(current);
      this.#faults.after("delete", request.type);
      const [problem] = await Promise.all([this.#settle(request.type), this.#take(behaviour.seconds?.remove)]);
      if (problem !== undefined) throw new Refusal("ControlPlaneFailure", problem);
    });
  }

  invoke(caller: Caller, token: string, args: Properties): { result: Properties; secrets: readonly string[] } {
    const called = caller.cloud.functions.find((candidate) => candidate.token === token);
    if (called === undefined) throw new ProviderError(`the simulator does not model the function ${token}`);
    try {
      const result = called.call(args, this.#world(caller, { urn: token, type: token }, args));
      return { result, secrets: called.secrets ?? [] };
    } catch (error) {
      if (error instanceof Refusal) throw new ProviderError(`${token}: ${error.code}: ${error.message}`);
      throw error;
    }
  }

  #world(caller: Caller, request: Request, inputs: Properties, current?: Stored): RequestWorld {
    const { cloud, config } = caller;
    const regionOf = (reference: string) =>
      this.#store
        .all()
        .find((candidate) => candidate.package === cloud.package && referencesOf(cloud, candidate).includes(reference))
        ?.region;
    const place = current ?? cloud.place(inputs, config, regionOf);
    const scope = {
      cloud,
      account: place.account,
      region: place.region,
      config,
      logicalName: logicalName(request.urn),
    };
    const authorityOf = (name: string) => this.#clusters?.authorityOf(name);
    const world = new RequestWorld(scope, this.#store, authorityOf);
    const service = cloud.services.find((candidate) => candidate.type === request.type);
    if (current !== undefined || service?.behaviour.region === undefined) return world;
    return new RequestWorld({ ...scope, region: service.behaviour.region(inputs, world) }, this.#store, authorityOf);
  }

  #existing(caller: Caller, request: Request & { id: string }): StoredResource {
    const current = this.#find(caller.cloud, request);
    if (current === undefined) throw new Refusal("NotFound", `the resource '${request.id}' does not exist`);
    return current;
  }

  /** The resource of a request. Of several with its id, in different regions, the one that the same URN asked for. */
  #find(cloud: SimulatedCloud, { urn, type, id }: Request & { id: string }): StoredResource | undefined {
    const namesakes = this.#store.withId(cloud.package, type, id);
    return namesakes.find((candidate) => candidate.urn === urn) ?? namesakes[0];
  }

  /** A create that leaves out a property which the SDK promises is a fault of the simulator, and says so. */
  #demandOutputs(type: string, state: Properties): void {
    const missing = this.#facts.resource(type).requiredOutputs.filter((output) => state[output] === undefined);
    if (missing.length > 0)
      throw new ProviderError(
        `the simulator's ${type} leaves out ${missing.join(", ")}, which the provider always returns`,
      );
  }

  async #asProvider<Result>(
    caller: Caller,
    request: Request,
    operation: Operation,
    action: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new ProviderError(
        caller.cloud.wording(
          { type: request.type, operation, name: logicalName(request.urn) },
          error.code,
          error.message,
        ),
      );
    }
  }

  /** Has the control planes follow a change; returns what went wrong. */
  async #settle(type: string): Promise<string | undefined> {
    if (this.#clusters?.concerns(type) !== true) return undefined;
    try {
      await this.#clusters.settle();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #take(seconds = 1): Promise<void> {
    if (this.#timeScale > 0) await sleep(seconds * this.#timeScale);
  }
}

export function serviceOf(cloud: SimulatedCloud, type: string): Service {
  const service = cloud.services.find((candidate) => candidate.type === type);
  if (service === undefined) throw new ProviderError(`the simulator does not model the resource type ${type}`);
  return service;
}

const logicalName = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
