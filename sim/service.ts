import type { Output, Unwrap } from "@pulumi/pulumi";
import type { World } from "./world.ts";

/** The output properties of an SDK resource class as plain values. */
export type OutputsOf<Resource> = {
  [Key in keyof Resource as Resource[Key] extends Output<unknown>
    ? Exclude<Key, "urn" | "id">
    : never]: Resource[Key] extends Output<infer Value> ? Value : never;
};

export type Properties = Record<string, unknown>;

/** A resource as the simulated cloud holds it. `state` is what the API would answer: inputs, defaults and computed properties. */
export interface Stored<Outputs = Properties> {
  type: string;
  id: string;
  /** Account, subscription or project. */
  account: string;
  /** The cloud's region, or "global". */
  region: string;
  /** Who asked for it; the last part is its name in the program. */
  urn: string;
  inputs: Properties;
  state: Outputs;
}

/** How a type may be named. An absent name is made from the resource's name in the program plus random hex digits, as the real providers do. */
export interface Naming {
  property: string;
  pattern: RegExp;
  /** The pattern in words, for the message. */
  allowed: string;
  maxLength: number;
  /** False where the API demands a name and the provider makes none. @default true */
  automatic?: boolean;
}

/** What the cloud's documentation says of one resource type. */
export interface Behaviour<Input, Outputs> {
  /** Input paths whose change needs a new resource, such as `cidrBlock` or `kubernetesNetworkConfig.ipFamily`. A path covers all below it. */
  replaceOn: readonly string[];
  naming?: Naming;
  /**
   * What the provider refuses before it calls the API, in previews too. Sees only known values: what is not known yet is absent.
   * Returns problems as [property, reason].
   */
  check?: (input: Partial<Input>) => [property: string, reason: string][];
  /** Region of a resource, where it is not the one that the cloud's `place` finds; "global" for resources without one. */
  region?: (input: Input, world: World) => string;
  /** Every string by which other resources refer to this one. @default its id, and `arn`, `name` or `selfLink` are not included */
  references?: (state: Outputs, id: string) => string[];
  /** Makes the resource or refuses. Returns its id and every property that the API adds to the inputs. */
  create: (input: Input, world: World) => Created<Outputs> | Promise<Created<Outputs>>;
  /** Changes the resource or refuses. Returns what changes besides the inputs. @default nothing does */
  update?: (input: Input, current: Stored<Outputs>, world: World) => Partial<Outputs> | Promise<Partial<Outputs>>;
  /** Refuses, or cleans up what went with the resource. @default refuses while another resource refers to it */
  remove?: (current: Stored<Outputs>, world: World) => void | Promise<void>;
  /** Properties of the state that the provider never reads back (write-only), so a refresh keeps what the program said. */
  writeOnly?: readonly string[];
  /** Seconds that the real API takes, multiplied by the simulator's time scale. @default 1 each */
  seconds?: { create?: number; update?: number; remove?: number };
}

export type Created<Outputs> = { id: string } & Partial<Outputs>;

export interface Service<Outputs = unknown> {
  readonly type: string;
  readonly behaviour: Behaviour<Properties, Properties>;
  /** Never set: carries the type of the outputs to `World.get`. */
  readonly outputs?: Outputs;
}

/**
 * Declares how the simulated cloud treats one resource type. `Args` and `Resource` are the SDK's own types, so that
 * a misspelt input or output does not compile; required, unknown and wrongly typed inputs are refused from facts of
 * the installed SDK before any function here is called.
 */
export const service = <Args, Resource>(
  type: string,
  behaviour: Behaviour<Unwrap<Args>, OutputsOf<Resource>>,
): Service<OutputsOf<Resource>> => ({
  type,
  // The server hands over only what the facts of these same SDK types have let through.
  behaviour: behaviour as unknown as Behaviour<Properties, Properties>,
});

/** A function of a provider (an SDK `get…` or `list…` call). */
export interface ProviderFunction {
  readonly token: string;
  readonly call: (args: Properties, world: World) => Properties;
  /** Result properties that are secret. */
  readonly secrets?: readonly string[];
}

/** An error that the cloud's API answers. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Answers as the cloud's API does when it refuses: its own error code and wording. */
export const refuse = (code: string, message: string): never => {
  throw new Refusal(code, message);
};

/** What a delete does by default: refuses while another resource refers to this one. */
export function refuseWhileUsed(current: Stored, world: World): void {
  const [user] = world.usersOf(current);
  if (user !== undefined)
    refuse("DependencyViolation", `'${current.id}' is in use by '${user.id}' and cannot be deleted.`);
}
