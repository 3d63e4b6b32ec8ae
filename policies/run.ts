import { concerns, type Exemption, exemptedType, holdsIn, isPattern, STACK_TYPE } from "./exemptions.ts";
import { canonicalType } from "./rule.ts";
import type { StackResource } from "./stackRule.ts";

/** Of a resource, what an exemption needs to know. */
interface Named {
  type: string;
  urn: string;
  name: string;
}

/**
 * What is gathered while the engine shows the pack one resource after another: what each declares, which checks have to wait
 * for `up`, and which exemptions were needed.
 */
export class Run {
  readonly production: boolean;
  /** Whether all regions take part. What a run leaves alone is shown as it was, its links to the others missing, and is not judged. */
  readonly isWhole: boolean;
  /** Whether a program runs. Where a state is analysed, what clusters record may have changed since. */
  readonly isLive: boolean;
  /** Ids of rules that only warn in this stack. */
  readonly advisory: ReadonlySet<string>;
  readonly #exemptions: readonly Exemption[];
  readonly #used = new Set<Exemption>();
  readonly #exempted = new Map<string, Set<string>>();
  readonly #deferred = new Map<string, { checks: number; resources: Set<string> }>();
  readonly #declared = new Map<string, Pick<StackResource, "props" | "provider">>();
  readonly #secretInputs = new Map<string, readonly string[]>();

  readonly #tags: Readonly<Record<string, string>>;

  constructor(of: {
    production: boolean;
    advisory: ReadonlySet<string>;
    exemptions: readonly Exemption[];
    /** @default true */
    isWhole?: boolean;
    /** @default true */
    isLive?: boolean;
    tags?: Readonly<Record<string, string>>;
  }) {
    this.#tags = of.tags ?? {};
    this.isWhole = of.isWhole ?? true;
    this.isLive = of.isLive ?? true;
    this.production = of.production;
    this.advisory = of.advisory;
    this.#exemptions = of.exemptions;
  }

  /** Names of what is declared, by type. */
  readonly #names = new Map<string, Set<string>>();

  /** Name and project of the stack, as the resources' own URNs tell: an analysis of a state says neither to the pack. */
  #stack = { name: "", project: "" };

  /** What a finding is about that no resource is to blame for: the engine names the stack so. */
  get stack(): Named {
    const { name, project } = this.#stack;
    const own = `${project}-${name}`;
    return { type: STACK_TYPE, urn: `urn:pulumi:${name}::${project}::${STACK_TYPE}::${own}`, name: own };
  }

  /** Keeps what the program declares of a resource: rules about resources together judge by that, as those about one do. */
  declare(urn: string, declared: Pick<StackResource, "props" | "provider">): void {
    this.#declared.set(urn, declared);
    this.#stack = stackOf(urn);
    const type = typeOf(urn);
    this.#names.set(type, (this.#names.get(type) ?? new Set()).add(nameOf(urn)));
  }

  /**
   * What the program declared of a resource. Once all is registered the engine shows what came of it instead, and that is
   * nothing at all, in a preview, for whatever is in a cluster that does not exist yet.
   */
  declared(urn: string): Pick<StackResource, "props" | "provider"> | undefined {
    return this.#declared.get(urn);
  }

  /** Keeps which inputs the program marks secret: the marks are off again when the resource is judged. */
  noteSecrets(urn: string, places: readonly string[]): void {
    this.#secretInputs.set(urn, places);
  }

  secretInputs(urn: string): readonly string[] | undefined {
    return this.#secretInputs.get(urn);
  }

  /** Tags that are the same for everything in a resource's stack, as far as they are known. */
  tagsFor(urn: string): Readonly<Record<string, string>> {
    const { name, project } = stackOf(urn);
    return { project, stack: name, ...this.#tags };
  }

  /** Whether a resource may break a rule. To be asked only when it does, since that shows which exemptions are needed. */
  exempts(rule: string, { type, urn, name }: Named): boolean {
    const exemption = this.#matching(rule, { type, urn, name })[0];
    if (exemption === undefined) return false;
    this.#used.add(exemption);
    this.#exempted.set(rule, (this.#exempted.get(rule) ?? new Set()).add(urn));
    return true;
  }

  /** Notes that a rule has to wait for `up` to judge a resource. */
  defer(rule: string, resource: Named): void {
    const entry = this.#deferred.get(rule) ?? { checks: 0, resources: new Set() };
    entry.checks += 1;
    entry.resources.add(resource.urn);
    this.#deferred.set(rule, entry);
    // It may be needed yet.
    for (const each of this.#matching(rule, resource)) this.#used.add(each);
  }

  #matching(rule: string, { type, urn, name }: Named): Exemption[] {
    return this.#exemptions.filter(
      (each) => each.rule === rule && holdsIn(each, stackOf(urn).name) && concerns(each, canonicalType(type), name),
    );
  }

  /** How many checks wait for `up`, by rule, the most first. */
  get deferrals(): { rule: string; checks: number }[] {
    return [...this.#deferred]
      .map(([rule, { checks }]) => ({ rule, checks }))
      .toSorted((one, other) => other.checks - one.checks || one.rule.localeCompare(other.rule));
  }

  get deferredResources(): number {
    return new Set([...this.#deferred.values()].flatMap(({ resources }) => [...resources])).size;
  }

  /** Resources that were let off, by rule. */
  get exempted(): { rule: string; resources: number }[] {
    return [...this.#exempted].map(([rule, urns]) => ({ rule, resources: urns.size }));
  }

  /** Exemptions that no resource needed, although the stack has some of their type: with a region less it may have none. */
  get unused(): Exemption[] {
    return this.#held.filter((each) => {
      const type = exemptedType(each);
      return (type === STACK_TYPE || this.#names.has(type)) && !this.#used.has(each);
    });
  }

  /**
   * Exemptions whose pattern takes in every resource of its type, although there are several: they would let off the next one,
   * too. The same resource of each region counts as one.
   */
  get broad(): Exemption[] {
    return this.#held.filter((each) => {
      const type = exemptedType(each);
      const names = [...(this.#names.get(type) ?? [])];
      const kinds = new Set(names.map((name) => name.replace(OF_REGION, "")));
      return isPattern(each) && kinds.size > 1 && names.every((name) => concerns(each, type, name));
    });
  }

  get #held(): Exemption[] {
    return this.#exemptions.filter((each) => holdsIn(each, this.#stack.name));
  }
}

/** What a resource's name begins with: its region's, which begins with its cloud's. */
const OF_REGION = /^(aws|azr|gcp)-[a-z0-9]+-/;

/** The last `::` divides: names of resources hold none. */
const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** `urn:pulumi:<stack>::<project>::<types of parents>$<type>::<name>` */
const typeOf = (urn: string): string => canonicalType(urn.split("::")[2]?.split("$").at(-1) ?? "");

/** `urn:pulumi:<stack>::<project>::…` */
const stackOf = (urn: string): { name: string; project: string } => {
  const [name = "", project = ""] = urn.slice("urn:pulumi:".length).split("::");
  return { name, project };
};
