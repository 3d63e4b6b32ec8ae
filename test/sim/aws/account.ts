import { aws } from "../../../sim/clouds/aws/index.ts";
import { loadFacts } from "../../../sim/facts/load.ts";
import { Faults } from "../../../sim/faults.ts";
import { type Answer, type Caller, Simulator } from "../../../sim/server/simulator.ts";
import type { Properties } from "../../../sim/service.ts";
import { Store } from "../../../sim/store.ts";

const facts = await loadFacts(aws.services.map(({ type }) => type));

/** An empty simulated AWS account, driven as the engine drives a provider: check, then create, update or delete. */
export class Account {
  readonly store = new Store(":memory:");
  readonly #caller: Caller;
  readonly #simulator = new Simulator({ store: this.store, facts, faults: new Faults(), timeScale: 0 });
  #digit = 0;

  /** `config` is the provider's, beside region and account. */
  constructor(config: Properties = {}) {
    this.#caller = { cloud: aws, config: { region: "us-east-1", allowedAccountIds: ["123456789012"], ...config } };
  }

  /** Creates a resource named `name` in the program; throws in the provider's words. */
  async make(type: string, inputs: Properties, name = "it"): Promise<Answer> {
    const request = this.#request(type, name);
    return this.#simulator.create(this.#caller, request, this.#checked(request, {}, inputs));
  }

  async change(type: string, made: Answer, inputs: Properties, name = "it"): Promise<Answer> {
    const request = this.#request(type, name);
    return this.#simulator.update(
      this.#caller,
      { ...request, id: made.id },
      this.#checked(request, made.inputs, inputs),
    );
  }

  async remove(type: string, made: Answer): Promise<void> {
    await this.#simulator.remove(this.#caller, { ...this.#request(type, "it"), id: made.id });
  }

  #checked(request: { urn: string; type: string }, before: Properties, inputs: Properties): Properties {
    const hex = (digits: number) => (++this.#digit).toString(16).padStart(digits, "0");
    const checked = this.#simulator.check(this.#caller, request, before, inputs, hex);
    if (checked.problems.length > 0) {
      throw new Error(checked.problems.map(([property, reason]) => `${property}: ${reason}`).join("\n"));
    }
    return checked.inputs;
  }

  #request(type: string, name: string) {
    return { urn: `urn:pulumi:staging::novacron::${type}::${name}`, type };
  }
}

/** What the cloud says to a request that it refuses; empty when it grants it. */
export async function saidTo(request: () => Promise<unknown>): Promise<string> {
  try {
    await request();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
