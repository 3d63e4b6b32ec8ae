import assert from "node:assert/strict";
import { test } from "node:test";
import { valuesAt } from "../../policies/path.ts";
import { isAbout, judge, type Rule } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { judgeStack, type StackResource } from "../../policies/stackRule.ts";
import {
  asRuleSees,
  asStackRuleSees,
  changed,
  changedExample,
  type Declared,
  type Example,
  UNKNOWN_TEXT,
} from "./fixtures/fixture.ts";
import { good, goodOne, mutations, stackCases } from "./fixtures/index.ts";
import { noting } from "./reads.ts";

/** Rules that look at no property, and so are never undecided. */
const OPTIONS_ALONE: Readonly<Record<string, string>> = {
  "PRT-005": "protection is an option of the resource",
};

/** Places whose being there is the fault, whatever stands there. */
const PRESENCE = ["DEL-016 kubernetes:argoproj.io/v1alpha1:AnalysisTemplate spec.metrics[0].provider.web"];

const judged = (rule: Rule, example: Example) => judge(rule, asRuleSees(example), true);

/** Rules that were seen undecided. */
const undecided = new Set<string>();

test("a needed value that a preview cannot know leaves the rule undecided, and a rule that does not need it decides", () => {
  let deferred = 0;
  for (const example of good) {
    const { type, properties } = example;
    for (const rule of rules.filter(({ applies }) => isAbout(applies, type))) {
      for (const { at, value } of rule.needs.flatMap((path) => valuesAt(properties, path))) {
        if (value === undefined) continue;
        const verdict = judged(rule, changedExample(example, at, UNKNOWN_TEXT));
        assert.equal(verdict.kind, "deferred", `${rule.id} on ${type} with ${at} unknown`);
        // A rule may need a property of one type whole, and of another a part of it.
        assert.ok(verdict.kind === "deferred" && verdict.waitsFor.every((place) => place.startsWith(at)), at);
        deferred += 1;
        undecided.add(rule.id);
      }
      // It needs everything.
      if (rule.id === "SEC-001") continue;
      const elsewhere = changedExample(example, "unrelated", UNKNOWN_TEXT);
      assert.equal(judged(rule, elsewhere).kind, "pass", `${rule.id} on ${type}`);
    }
  }
  assert.ok(deferred > 100, `only ${deferred} places were tried`);
});

test("wherever a rule finds a fault, a value that cannot be known yet leaves it undecided", () => {
  const decided = mutations.flatMap(([id, type, place]) => {
    const rule = rules.find((each) => each.id === id);
    if (rule === undefined || place.startsWith("options.")) return [];
    const { kind } = judged(rule, changedExample(goodOne(type), place, UNKNOWN_TEXT));
    if (kind === "deferred") undecided.add(id);
    return kind === "deferred" ? [] : [`${id} ${type} ${place}`];
  });
  assert.deepEqual(decided, PRESENCE);
});

test("every rule about one resource was seen undecided, but for those that look at options alone", () => {
  assert.deepEqual(
    rules.map(({ id }) => id).filter((id) => !undecided.has(id)),
    Object.keys(OPTIONS_ALONE),
  );
});

/** What may stand somewhere instead, and makes a difference to some rule. */
const OTHERS = [undefined, "other", "*", "0.0.0.0/0", false, true, 0, 1_000_000, [], {}];

/**
 * Places of resources at which a rule lets an unknown value pass although it would refuse some other one: what `needs` forgets
 * and the check takes for right.
 */
function swallowed(
  verdictOf: (resources: readonly Declared[]) => string,
  resources: readonly Declared[],
  read: Read[],
) {
  return read.filter(({ index, place }) => {
    const having = (value: unknown) =>
      verdictOf(
        resources.map((each, at) =>
          at === index ? { ...each, properties: changed(each.properties, place, value) } : each,
        ),
      );
    return having(UNKNOWN_TEXT) === "pass" && OTHERS.some((value) => having(value) === "fail");
  });
}

interface Read {
  index: number;
  place: string;
}

/** Every place of the resources that a judgement reads. */
function readBy(resources: readonly Declared[], judgement: (seen: StackResource[]) => void): Read[] {
  const places = resources.map(() => new Set<string>());
  judgement(
    asStackRuleSees(resources).map((each, index) => {
      const seen = noting(resources[index]?.properties ?? {}, places[index] ?? new Set());
      return { ...each, props: seen, outcome: seen };
    }),
  );
  return places.flatMap((each, index) => [...each].map((place) => ({ index, place })));
}

test("no rule about one resource takes what it does not know for what it wants", () => {
  const found = good.flatMap((example) => {
    const declared = [{ ...example, name: "one" }];
    return rules
      .filter(({ applies }) => isAbout(applies, example.type))
      .flatMap((rule) => {
        const options = asRuleSees(example).options;
        const read = readBy(declared, ([one]) => one && judge(rule, { ...one, options }, true));
        const verdictOf = (resources: readonly Declared[]) => resources.map((each) => judged(rule, each).kind).join();
        return swallowed(verdictOf, declared, read).map(({ place }) => `${rule.id} on ${example.type}: ${place}`);
      });
  });
  assert.deepEqual(found, [], "add the place to the rule's needs");
});

test("no rule about resources together takes what it does not know for what it wants", () => {
  const found = stackCases
    .filter(({ fires }) => fires === false)
    .flatMap(({ rule: id, title, resources }) => {
      const rule = stackRules.find((each) => each.id === id);
      if (rule === undefined) return [];
      const verdictOf = (declared: readonly Declared[]) => judgeStack(rule, asStackRuleSees(declared), true).kind;
      const read = readBy(resources, (seen) => judgeStack(rule, seen, true));
      return swallowed(verdictOf, resources, read).map(
        ({ index, place }) => `${id} (${title}) on ${resources[index]?.name}: ${place}`,
      );
    });
  assert.deepEqual(found, [], "add the place to the rule's needs");
});
