import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { roleAssignmentName, storageAccountName } from "../../infra/azure/names.ts";

const parts = fc.array(fc.string(), { minLength: 1, maxLength: 5 });

test("a run that was cut short finds its role assignments again, under names that Azure accepts", () => {
  fc.assert(
    fc.property(parts, (given) => {
      const name = roleAssignmentName(...given);
      assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(roleAssignmentName(...given), name);
    }),
  );
  assert.notEqual(roleAssignmentName("ab", "c"), roleAssignmentName("a", "bc"));
});

test("two stacks in one subscription do not take each other's storage account names", () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const name = storageAccountName("artifacts", ...one);
      assert.match(name, /^[a-z0-9]{3,24}$/);
      if (one.join("\n") !== other.join("\n")) assert.notEqual(storageAccountName("artifacts", ...other), name);
    }),
  );
  assert.throws(() => storageAccountName("flow-logs", "x"), /1–11 lower-case letters and digits/);
});
