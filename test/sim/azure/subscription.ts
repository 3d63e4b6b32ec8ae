import assert from "node:assert/strict";
import { azure } from "../../../sim/clouds/azure/index.ts";
import { azureNetworks } from "../../../sim/clouds/azure/tunnels.ts";
import { loadFacts } from "../../../sim/facts/load.ts";
import { Faults } from "../../../sim/faults.ts";
import { ProviderError, Simulator } from "../../../sim/server/simulator.ts";
import { Store } from "../../../sim/store.ts";

type Inputs = Record<string, unknown>;

export const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";
export const TENANT = "22222222-2222-2222-2222-222222222222";

const facts = await loadFacts(azure.services.map(({ type }) => type));

/** A simulated Azure of its own, spoken to as the engine does: checked first, then created. */
export class Subscription {
  readonly store: Store;
  readonly #simulator: Simulator;
  readonly #caller: { cloud: typeof azure; config: Inputs };
  #count = 0;

  constructor(store = new Store(":memory:"), subscriptionId = SUBSCRIPTION) {
    this.store = store;
    this.#simulator = new Simulator({ store, facts, faults: new Faults(), timeScale: 0 });
    this.#caller = { cloud: azure, config: { subscriptionId, tenantId: TENANT } };
  }

  /** Another subscription of the same Azure. */
  beside(subscriptionId: string): Subscription {
    return new Subscription(this.store, subscriptionId);
  }

  /** Creates a resource of a type such as `network:Subnet`, and answers its id and state. */
  async create(kind: string, inputs: Inputs): Promise<{ id: string; inputs: Inputs; state: Inputs }> {
    this.#count += 1;
    const request = this.#request(kind, `r${this.#count}`);
    const checked = this.#simulator.check(this.#caller, request, {}, inputs, (digits) => "0".repeat(digits));
    this.#demand(checked.problems);
    return this.#simulator.create(this.#caller, request, checked.inputs);
  }

  async update(kind: string, made: { id: string; inputs: Inputs }, changes: Inputs): Promise<Inputs> {
    const request = this.#request(kind, "changed");
    const checked = this.#simulator.check(this.#caller, request, made.inputs, { ...made.inputs, ...changes }, () => "");
    this.#demand(checked.problems);
    return (await this.#simulator.update(this.#caller, { ...request, id: made.id }, checked.inputs)).state;
  }

  remove(kind: string, id: string): Promise<void> {
    return this.#simulator.remove(this.#caller, { ...this.#request(kind, "removed"), id });
  }

  call(token: string, args: Inputs): Inputs {
    return this.#simulator.invoke(this.#caller, token, args).result;
  }

  networks() {
    return azureNetworks(this.store.all());
  }

  #request(kind: string, name: string) {
    const type = `azure-native:${kind}`;
    return { type, urn: `urn:pulumi:test::novacron::${type}::${name}` };
  }

  #demand(problems: readonly (readonly [string, string])[]): void {
    if (problems.length > 0)
      throw new ProviderError(problems.map(([property, reason]) => `${property}: ${reason}`).join("; "));
  }
}

/** Asserts that Azure refuses with a code, or, where it is the provider that refuses, with a text. */
export const refuses = (code: string, action: Promise<unknown>): Promise<void> =>
  assert.rejects(action, (error: unknown) => {
    assert.ok(error instanceof ProviderError, `not a refusal: ${error}`);
    assert.ok(error.message.includes(code), `refused with ${error.message}`);
    return true;
  });
