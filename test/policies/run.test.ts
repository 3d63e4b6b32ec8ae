import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exemption } from "../../policies/exemptions.ts";
import { readLevels } from "../../policies/levels.ts";
import { Run } from "../../policies/run.ts";

const exemption = (rule: string, name: string): Exemption => ({
  rule,
  resource: `aws:ec2/eip:Eip::${name}`,
  reason: "It is tried.",
  owner: "tests",
  expiry: "2026-12-31",
});
const address = (name: string, stack = "prod") => ({
  type: "aws:ec2/eip:Eip",
  urn: `urn:pulumi:${stack}::novacron::aws:ec2/eip:Eip::${name}`,
  name,
});
const run = (...exemptions: Exemption[]) => new Run({ production: true, advisory: new Set(), exemptions });

test("a resource is let off the rule that its exemption names, and off no other", () => {
  const one = run(exemption("TAG-001", "old-*"));
  assert.ok(one.exempts("TAG-001", address("old-1")));
  assert.ok(!one.exempts("ENC-001", address("old-1")));
  assert.ok(!one.exempts("TAG-001", address("new-1")));
  assert.deepEqual(one.exempted, [{ rule: "TAG-001", resources: 1 }]);
});

test("an exemption that no resource needed is told, one that was needed or may be yet is not", () => {
  const needed = exemption("TAG-001", "old-*");
  const deferred = exemption("ENC-001", "old-*");
  const idle = exemption("NET-001", "old-*");
  // Of a type that this stack has nothing of, such as another cloud's.
  const elsewhere = { ...idle, resource: "aws:kms/key:Key::old-*" };
  const one = run(needed, deferred, idle, elsewhere);
  one.declare(address("old-1").urn, { props: {} });
  one.exempts("TAG-001", address("old-1"));
  one.defer("ENC-001", address("old-1"));
  assert.deepEqual(one.unused, [idle]);
});

test("an exemption of one stack exempts in no other, and is not missed there", () => {
  const one = run({ ...exemption("TAG-001", "old-*"), stacks: ["staging"] });
  const { urn } = address("old-1");
  one.declare(urn, { props: {} });
  assert.ok(!one.exempts("TAG-001", address("old-1")));
  assert.deepEqual(one.unused, []);
  assert.ok(one.exempts("TAG-001", address("old-1", "staging")));
});

test("an exemption that takes in every resource of its type is told, unless that is one in each region", () => {
  const every = exemption("TAG-001", "*nat*");
  const some = exemption("TAG-001", "*-nat-a");
  const one = run(every, some);
  const declare = (...names: string[]) => {
    for (const name of names) one.declare(address(name).urn, { props: {} });
  };
  declare("aws-use1-nat-a", "aws-usw2-nat-a");
  assert.deepEqual(one.broad, []);
  declare("aws-use1-nat-b");
  assert.deepEqual(one.broad, [every]);
  declare("aws-use1-entry");
  assert.deepEqual(one.broad, []);
});

test("a finding that no resource is to blame for is about the stack, and exempt only in the stacks that are named", () => {
  const one = run({ ...exemption("DAT-010", "x"), resource: "pulumi:pulumi:Stack::novacron-*", stacks: ["staging"] });
  one.declare(address("a", "staging").urn, { props: {} });
  assert.equal(one.stack.urn, "urn:pulumi:staging::novacron::pulumi:pulumi:Stack::novacron-staging");
  assert.equal(one.unused.length, 1);
  assert.ok(one.exempts("DAT-010", one.stack));
  assert.deepEqual(one.unused, []);
  one.declare(address("a").urn, { props: {} });
  assert.ok(!one.exempts("DAT-010", one.stack));
});

test("what a stack's resources have in common in their tags is known from its config and their URNs", () => {
  const one = new Run({ production: true, advisory: new Set(), exemptions: [], tags: { owner: "platform" } });
  assert.deepEqual(one.tagsFor(address("a").urn), { project: "novacron", stack: "prod", owner: "platform" });
});

test("checks that wait for up are counted by rule, and the resources that they wait for once", () => {
  const one = run();
  one.defer("ENC-001", address("a"));
  one.defer("NET-001", address("a"));
  one.defer("NET-001", address("b"));
  assert.deepEqual(one.deferrals, [
    { rule: "NET-001", checks: 2 },
    { rule: "ENC-001", checks: 1 },
  ]);
  assert.equal(one.deferredResources, 2);
});

const rules = ["TAG-001", "ENC-001"];

test("a staging may let rules warn only; production may not, whatever it asks for", () => {
  assert.deepEqual(readLevels(["TAG-001"], { production: false, rules }), {
    advisory: new Set(["TAG-001"]),
    faults: [],
  });
  const production = readLevels(["TAG-001"], { production: true, rules });
  assert.deepEqual(production.advisory, new Set());
  assert.match(production.faults.join(), /may not be looser than staging/);
  assert.deepEqual(readLevels(undefined, { production: true, rules }), { advisory: new Set(), faults: [] });
});

test("wishes that cannot be read are errors and loosen nothing", () => {
  for (const wish of ["TAG-001", { "TAG-001": true }, ["TAG-001", "TAG-999"]]) {
    const { advisory, faults } = readLevels(wish, { production: false, rules });
    assert.deepEqual(advisory, new Set(), JSON.stringify(wish));
    assert.equal(faults.length, 1, JSON.stringify(wish));
  }
});
