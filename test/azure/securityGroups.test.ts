import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { endpointRules, nodeRules } from "../../infra/azure/securityGroups.ts";
import { regionPlan } from "./mockedRegion.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 31 }), { maxLength: 31 });
const peersOf = (chosen: number[]) =>
  chosen.map((number) => ({ region: `aws-r${number}`, number, cidr: `10.${2 * number}.0.0/15` }));

test("a region that joins changes no existing firewall rule", () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 31 }), (chosen, joining) => {
      fc.pre(!chosen.includes(joining));
      const rules = (of: number[]) => nodeRules(regionPlan({ peers: peersOf(of) }));
      const before = rules(chosen);
      const after = rules([joining, ...chosen]);
      for (const rule of before)
        assert.deepEqual(
          after.find(({ name }) => name === rule.name),
          rule,
        );
      assert.equal(after.length, before.length + 1);
      const priorities = after.map(({ priority }) => priority);
      assert.equal(new Set(priorities).size, priorities.length);
      assert.ok(priorities.every((priority) => priority >= 100 && priority <= 4096));
    }),
  );
});

test("nothing comes in that no rule names, and from the internet only HTTPS", () => {
  for (const rules of [nodeRules(regionPlan()), endpointRules(regionPlan())]) {
    const last = rules.toSorted((a, b) => b.priority - a.priority)[0];
    assert.deepEqual([last?.access, last?.from, last?.to], ["Deny", "*", "*"]);
    const open = rules.filter(({ access, from }) => access === "Allow" && (from === "Internet" || from === "*"));
    assert.ok(open.every(({ port, protocol }) => port === "443" && protocol === "Tcp"));
  }
});
