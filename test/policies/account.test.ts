import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { accountText, readAccount } from "../../policies/account.ts";

const rule = fc.stringMatching(/^[A-Z]{3}-\d{3}$/);
const many = fc.integer({ min: 1, max: 9999 });

test("what the pack says of a run, in one line for people, is read back without loss", () =>
  fc.assert(
    fc.property(
      fc.record(
        {
          pack: fc.constant("novacron"),
          version: fc.constant("0.1.0"),
          rules: fc.nat(),
          resources: fc.nat(),
          exempted: fc.array(fc.record({ rule, resources: many }, { noNullPrototype: true })),
          deferred: fc.array(fc.record({ rule, checks: many }, { noNullPrototype: true }), { minLength: 1 }),
          deferredResources: many,
        },
        { noNullPrototype: true },
      ),
      (account) => {
        assert.deepEqual(readAccount(accountText(account)), account);
        const decided = { ...account, deferred: [], deferredResources: 0 };
        assert.deepEqual(readAccount(accountText(decided)), decided);
      },
    ),
  ));

test("another text is no account", () => {
  for (const text of ["", "novacron 0.1.0", "novacron 0.1.0: 3 rules, 4 resources and more"])
    assert.equal(readAccount(text), undefined);
});
