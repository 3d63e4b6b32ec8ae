import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CheckoutCopy } from "./checkoutCopy.ts";

/** A checkout whose operator's command notes what it is asked and refuses `refused`, as does the look at the entries. */
function checkoutWith(t: TestContext, refused?: string): CheckoutCopy {
  const checkout = new CheckoutCopy(t);
  checkout.fakeTools();
  checkout.write(
    "ops/main.ts",
    `import { appendFileSync } from "node:fs";
    const args = process.argv.slice(2);
    appendFileSync(process.env.LOG ?? "", args.join(" ") + "\\n");
    process.exitCode = args[0] === "${refused}" ? 4 : 0;`,
  );
  checkout.write(
    "tools/readiness.ts",
    `import { appendFileSync } from "node:fs";
    export const showReadiness = async (stack) => appendFileSync(process.env.LOG ?? "", "entries " + stack + "\\n");`,
  );
  return checkout;
}

const UP = "up staging --sim --yes -- --skip-preview --suppress-outputs";

test("npm start brings staging up, shows it and its mesh, and says what to try next", async (t) => {
  const checkout = checkoutWith(t);
  const { code, stdout, stderr } = await checkout.run("tools/start.ts").ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(checkout.notes(), [UP, "entries staging", "status staging --sim", "mesh staging --sim"]);
  assert.match(stdout, /Seconds per step: set-up \d+\.\d, up \d+\.\d, entries \d+\.\d, status \d+\.\d, mesh \d+\.\d/);
  assert.match(stdout, /novactl preview staging --sim/);
});

test("npm start stops at the step that fails", async (t) => {
  const checkout = checkoutWith(t, "up");
  const { code, stderr } = await checkout.run("tools/start.ts").ended;
  assert.equal(code, 1);
  assert.deepEqual(checkout.notes(), [UP]);
  assert.match(stderr, /error: novactl up staging --sim --yes .*failed \(exit code 4\)/);
});
