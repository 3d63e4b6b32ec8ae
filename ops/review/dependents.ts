import type { StateResource } from "../state.ts";
import { isProvider, urnParts } from "../state.ts";
import { nounOf } from "./marks.ts";
import type { Dependents } from "./model.ts";
import { compare } from "./steps.ts";

/** A resource of the state with what it is made from. */
export interface DependentResource extends StateResource {
  dependencies?: readonly string[];
  propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  parent?: string;
  provider?: string;
}

/** A reviewer looks into no more; the count tells how far it goes. */
const NAMED = 12;

export const NO_DEPENDENTS: Dependents = { count: 0, names: [] };

/** Resources that are made from any of some, through others too: what an interruption of these reaches. */
export type DependentsOf = (urns: readonly string[]) => Dependents;

/** Finds what depends on what in a state. A Kubernetes object depends on its cluster through its provider. */
export function dependentsIn(resources: readonly DependentResource[]): DependentsOf {
  const users = new Map<string, Set<string>>();
  const add = (used: string, user: string) => {
    const known = users.get(used) ?? new Set();
    known.add(user);
    users.set(used, known);
  };
  for (const resource of resources) {
    const used = [...(resource.dependencies ?? []), ...Object.values(resource.propertyDependencies ?? {}).flat()];
    for (const urn of used) if (urn !== null) add(urn, resource.urn);
    // A reference to a provider is its URN and its id.
    const provider = resource.provider?.slice(0, resource.provider.lastIndexOf("::"));
    if (provider !== undefined && provider !== "") add(provider, resource.urn);
  }
  const counted = new Set(
    resources.filter((resource) => resource.custom && !isProvider(resource)).map(({ urn }) => urn),
  );
  return (urns) => {
    const reached = new Set(urns);
    // A set is walked in the order of insertion, also over what is added meanwhile.
    for (const urn of reached) for (const user of users.get(urn) ?? []) reached.add(user);
    const names = [...reached.difference(new Set(urns))]
      .filter((user) => counted.has(user))
      .map((user) => `${nounOf(urnParts(user).type)} ${urnParts(user).name}`);
    return { count: names.length, names: names.toSorted(compare).slice(0, NAMED) };
  };
}
