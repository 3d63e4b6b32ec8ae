import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { Exemption } from "../../policies/exemptions.ts";
import { resourcePolicy, stackPolicy } from "../../policies/policies.ts";
import { canonicalType } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { Run } from "../../policies/run.ts";
import { asRuleSees, asStackRuleSees, changedExample, type Declared, urnOf } from "./fixtures/fixture.ts";
import { goodOne, mutations, stackCases } from "./fixtures/index.ts";

/** The stack as a whole, at which a finding is that names no resource. */
const STACK = { type: "pulumi:pulumi:Stack", name: "stack" };

const exempting = (rule: string, resources: readonly { type: string; name: string }[]): Exemption[] =>
  resources.map(({ type, name }) => ({
    rule,
    resource: `${canonicalType(type)}::${name}`,
    reason: "It is tried.",
    owner: "tests",
    expiry: "2026-12-31",
  }));

const runWith = (exemptions: readonly Exemption[]) => new Run({ production: true, advisory: new Set(), exemptions });

const notApplicable = (reason?: string): never => assert.fail(`the rule does not apply: ${reason}`);

/** What a rule about one resource reports of it, as the policy SDK would call it. */
function reported(id: string, resource: Declared, run: Run): number {
  const rule = rules.find((each) => each.id === id);
  assert.ok(rule, `no rule ${id}`);
  const { type, props, options } = asRuleSees(resource);
  const urn = urnOf(resource);
  run.noteSecrets(urn, options.secretInputs ?? []);
  let reports = 0;
  const args = { type, props, urn, name: resource.name, opts: options, notApplicable };
  const { validateResource } = resourcePolicy(rule, run);
  assert.ok(typeof validateResource === "function");
  void validateResource(args as unknown as ResourceValidationArgs, () => (reports += 1));
  return reports;
}

/** What a rule about resources together reports of these. */
function reportedTogether(id: string, declared: readonly Declared[], run: Run): number {
  const rule = stackRules.find((each) => each.id === id);
  assert.ok(rule, `no stack rule ${id}`);
  const resources = asStackRuleSees(declared).map(({ outcome, options, provider, ...each }) => {
    run.declare(each.urn, { props: each.props, provider });
    return { ...each, props: outcome, opts: options, provider: { urn: provider } } as unknown as PolicyResource;
  });
  let reports = 0;
  const args = { resources, notApplicable } as unknown as StackValidationArgs;
  void stackPolicy(rule, run).validateStack(args, () => (reports += 1));
  return reports;
}

test("whatever a rule refuses in one resource, an exemption lets off, and the run says which rule's", () => {
  assert.ok(mutations.length > 200, `only ${mutations.length} mutations`);
  for (const [id, type, place, value] of mutations) {
    const what = `${id} on ${type} with ${place}`;
    const resource: Declared = { ...changedExample(goodOne(type), place, value), name: "exempted" };
    assert.ok(reported(id, resource, runWith([])) > 0, `${what} is not refused`);
    const run = runWith(exempting(id, [resource]));
    assert.equal(reported(id, resource, run), 0, what);
    assert.deepEqual(run.exempted, [{ rule: id, resources: 1 }], what);
  }
});

test("whatever a rule refuses in resources together, exemptions let off, and the run says which rule's", () => {
  const firing = stackCases.filter(({ fires }) => fires === true);
  assert.ok(firing.length > 100, `only ${firing.length} cases`);
  for (const { rule: id, title, resources } of firing) {
    const what = `${id}: ${title}`;
    assert.ok(reportedTogether(id, resources, runWith([])) > 0, `${what} is not refused`);
    const run = runWith(exempting(id, [...resources, STACK]));
    assert.equal(reportedTogether(id, resources, run), 0, what);
    assert.deepEqual(
      run.exempted.map(({ rule }) => rule),
      [id],
      what,
    );
    // Nobody else is let off.
    const others = exempting(id === "TAG-001" ? "NET-001" : "TAG-001", [...resources, STACK]);
    assert.ok(reportedTogether(id, resources, runWith(others)) > 0, `${what}, under another rule's exemption`);
  }
});
