import type { Properties, ProviderFunction, Service } from "./service.ts";

/** One simulated cloud: what its provider plugin offers and how its API words things. */
export interface SimulatedCloud {
  /** Package name of the SDK, such as `azure-native`. */
  readonly package: string;
  readonly services: readonly Service[];
  readonly functions: readonly ProviderFunction[];
  /** Input of the provider itself that must be known, with problems as [property, reason]. */
  readonly checkConfig: (config: Properties) => [property: string, reason: string][];
  /** Account and region of a request. */
  readonly place: (
    input: Properties,
    config: Properties,
    regionOf: (reference: string) => string | undefined,
  ) => { account: string; region: string };
  /** Whether ids are valid in one region only. */
  readonly regionalIds: boolean;
  /** The message that the provider prints for a refused request. */
  readonly wording: (
    request: { type: string; operation: "create" | "update" | "delete" | "read"; name: string },
    code: string,
    message: string,
  ) => string;
  /** An automatic name from a resource's name in the program. */
  readonly automaticName: (logicalName: string, hex: (digits: number) => string, maxLength: number) => string;
}
