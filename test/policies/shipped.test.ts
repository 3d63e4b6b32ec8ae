import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  concerns,
  type Exemption,
  holdsIn,
  readExemptions,
  STACK_TYPE,
  strangeTypes,
} from "../../policies/exemptions.ts";
import { canonicalType, judge } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { Run } from "../../policies/run.ts";
import { judgeStack } from "../../policies/stackRule.ts";
import { declaredStack } from "./declaredStack.ts";

const text = readFileSync(new URL("../../policies/exemptions.yaml", import.meta.url), "utf8");
const ids = [...rules, ...stackRules].map(({ id }) => id);
// Whether they have run out is asked where the pack runs: this test says the same on every day.
const { exemptions, faults } = readExemptions(text, { today: "2026-11-28", rules: ids });

test("the exemptions that are shipped are sound", () => {
  assert.deepEqual(faults, []);
  assert.deepEqual(strangeTypes(exemptions, [...rules, ...stackRules]), []);
});

for (const stack of ["staging", "prod"] as const) {
  test(`all that ${stack} declares breaks no rule but by exemption, leaves none undecided, and needs every exemption`, async () => {
    const resources = await declaredStack(stack);
    assert.ok(resources.length > 700, `only ${resources.length} resources`);
    const production = stack === "prod";
    const own = exemptions.filter((each) => holdsIn(each, stack));
    const used = new Set<Exemption>();
    const faulty: string[] = [];
    const note = (rule: string, type: string, name: string, finding: string) => {
      const exemption = own.find((each) => each.rule === rule && concerns(each, canonicalType(type), name));
      if (exemption === undefined) faulty.push(`${rule} ${type}::${name}: ${finding}`);
      else used.add(exemption);
    };
    for (const rule of rules) {
      for (const resource of resources) {
        const verdict = judge(rule, resource, production);
        if (verdict.kind === "fail")
          for (const finding of verdict.findings) note(rule.id, resource.type, resource.name, finding);
        if (verdict.kind === "deferred") note(rule.id, resource.type, resource.name, `waits for ${verdict.waitsFor}`);
      }
    }
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    for (const rule of stackRules) {
      const verdict = judgeStack(rule, resources, production);
      if (verdict.kind === "deferred")
        note(rule.id, STACK_TYPE, `novacron-${stack}`, `waits for ${verdict.waitsFor.map(({ at }) => at)}`);
      for (const { urn = "", text: finding } of verdict.kind === "fail" ? verdict.findings : []) {
        const resource = byUrn.get(urn);
        note(rule.id, resource?.type ?? STACK_TYPE, resource?.name ?? `novacron-${stack}`, finding);
      }
    }
    assert.equal(faulty.length, 0, `\n${faulty.join("\n")}`);
    assert.deepEqual(
      own.filter((each) => !used.has(each)),
      [],
    );
    const run = new Run({ production, advisory: new Set(), exemptions });
    for (const { urn } of resources) run.declare(urn, { props: {} });
    assert.deepEqual(run.broad, []);
  });
}
