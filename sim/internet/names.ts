import { zone } from "../clouds/aws/route53.ts";
import { record } from "../clouds/aws/route53Record.ts";
import type { Store } from "../store.ts";

/** What decides among the records of a name. */
interface RecordSet {
  type: string;
  fqdn: string;
  zoneId: string;
  records?: string[];
  aliases?: { name: string }[];
  healthCheckId?: string;
  weightedRoutingPolicies?: { weight: number }[];
  failoverRoutingPolicies?: { type: string }[];
  latencyRoutingPolicies?: { region: string }[];
  multivalueAnswerRoutingPolicy?: boolean;
}

export interface PublicNamesOptions {
  store: Store;
  /** Whether a health check of Route 53 passes. */
  isHealthy: (healthCheck: string) => boolean;
  /** From 0 to below 1. @default Math.random */
  random?: () => number;
}

/** Names that lead to names end somewhere. */
const LONGEST_CHAIN = 8;

/** A multivalue answer has no more. */
const MULTIVALUE = 8;

/** The public names of the simulated Route 53, with its routing policies and health checks (Route 53 Developer Guide). */
export class PublicNames {
  readonly #options: PublicNamesOptions;

  constructor(options: PublicNamesOptions) {
    this.#options = options;
  }

  /**
   * Addresses that a resolver somewhere in the internet is told. Empty when the name does not exist.
   * @param location the cloud's region that asks, for routing by latency
   */
  resolve(name: string, location?: string): string[] {
    let wanted = plain(name);
    for (let step = 0; step < LONGEST_CHAIN; step++) {
      const sets = this.#setsOf(wanted);
      const addresses = sets.filter(({ type }) => type === "A");
      const [chosen] = addresses.length > 0 ? [addresses] : [sets.filter(({ type }) => type === "CNAME")];
      const picked = this.#pick(chosen ?? [], location);
      const alias = picked[0]?.aliases?.[0]?.name ?? (picked[0]?.type === "CNAME" ? picked[0].records?.[0] : undefined);
      if (alias === undefined) return picked.flatMap(({ records = [] }) => records);
      wanted = plain(alias);
    }
    return [];
  }

  /** Whether a public zone holds the name or could. */
  isOwned(name: string): boolean {
    return this.#publicZones().some(
      ({ state }) => plain(name) === plain(state.name) || plain(name).endsWith(`.${plain(state.name)}`),
    );
  }

  #publicZones() {
    return this.#options.store
      .all()
      .filter(
        ({ type, state }) => type === zone.type && ((state.vpcs as unknown[] | undefined) ?? []).length === 0,
      ) as unknown as { id: string; state: { name: string } }[];
  }

  #setsOf(name: string): RecordSet[] {
    const zones = new Set(this.#publicZones().map(({ id }) => id));
    const all = this.#options.store
      .all()
      .filter(({ type }) => type === record.type)
      .map(({ state }) => state as unknown as RecordSet)
      .filter(({ zoneId }) => zones.has(zoneId));
    const exact = all.filter(({ fqdn }) => plain(fqdn) === name);
    if (exact.length > 0) return exact;
    const wildcard = name.replace(/^[^.]+/, "*");
    return all.filter(({ fqdn }) => plain(fqdn) === wildcard);
  }

  /** One set, or for multivalue answers several. Sets that fail their health check count only when all of them do. */
  #pick(sets: readonly RecordSet[], location: string | undefined): RecordSet[] {
    const { isHealthy, random = Math.random } = this.#options;
    const passing = sets.filter(({ healthCheckId }) => healthCheckId === undefined || isHealthy(healthCheckId));
    const candidates = passing.length > 0 ? passing : sets;
    const [first] = candidates;
    if (first === undefined) return [];
    if (first.multivalueAnswerRoutingPolicy === true) return candidates.slice(0, MULTIVALUE);
    if (first.failoverRoutingPolicies !== undefined)
      return [candidates.find((set) => set.failoverRoutingPolicies?.[0]?.type === "PRIMARY") ?? first];
    if (first.latencyRoutingPolicies !== undefined)
      return [candidates.find((set) => set.latencyRoutingPolicies?.[0]?.region === location) ?? first];
    if (first.weightedRoutingPolicies === undefined) return [first];
    const weightOf = (set: RecordSet) => set.weightedRoutingPolicies?.[0]?.weight ?? 0;
    const total = candidates.reduce((sum, set) => sum + weightOf(set), 0);
    // Weights that are all zero are all equal.
    let left = random() * (total === 0 ? candidates.length : total);
    for (const set of candidates) {
      left -= total === 0 ? 1 : weightOf(set);
      if (left < 0) return [set];
    }
    return [first];
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");
