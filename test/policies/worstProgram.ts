import { changedExample, type Declared, type StackCase } from "./fixtures/fixture.ts";
import { goodOne, mutations, stackCases } from "./fixtures/index.ts";

const STACK = "pulumi:pulumi:Stack";

/** The first of each rule: what one rule refuses once needs no second resource in the engine. */
const firstOfEach = <Entry>(entries: readonly Entry[], ruleOf: (entry: Entry) => string): Entry[] => [
  ...new Map(entries.toReversed().map((entry) => [ruleOf(entry), entry])).values(),
];

/** A good resource for each rule, with the one thing wrong that the rule refuses. */
const alone: readonly Declared[] = firstOfEach(mutations, ([rule]) => rule).map(([rule, type, place, value]) => ({
  ...changedExample(goodOne(type), place, value),
  name: `worst-${rule}`,
}));

/** Resources together, for each rule about such; objects of a cluster in a cluster of their own. */
const cases = firstOfEach(
  stackCases.filter(({ fires }) => fires === true),
  ({ rule }) => rule,
);
const publishes = ({ resources }: StackCase): boolean => resources.some(({ type }) => type === STACK);

/** Everything that any rule refuses, in one program, but for what a stack publishes. */
export const worst: readonly Declared[] = [
  ...alone,
  ...cases.filter((each) => !publishes(each)).flatMap(({ rule, resources }) => resources.map(within(rule))),
];

/** What a stack publishes can be wrong in one way at a time: a program for each rule about it. */
export const publishing: readonly StackCase[] = cases.filter(publishes);

function within(rule: string): (each: Declared) => Declared {
  const own = (name: string) => `case-${rule}-${name}`;
  return (each) => ({
    ...each,
    name: own(each.name),
    comesFrom: Object.fromEntries(
      Object.entries(each.comesFrom ?? {}).map(([property, names]) => [property, names.map(own)]),
    ),
    ...(each.type.startsWith("kubernetes:") ? { provider: own(each.provider ?? "cluster") } : {}),
  });
}
