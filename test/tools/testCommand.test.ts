import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CheckoutCopy } from "./checkoutCopy.ts";
import { isRunning, until } from "./processes.ts";

const HEAD = 'import assert from "node:assert/strict";\nimport { test } from "node:test";\n';

/** A checkout whose set-up, lint and types are fine, with these test files. */
function checkoutWith(t: TestContext, files: Record<string, string>): CheckoutCopy {
  const checkout = new CheckoutCopy(t);
  checkout.fakeTools();
  for (const command of ["biome", "tsc"]) checkout.fake(`../node_modules/.bin/${command}`, "");
  for (const [path, content] of Object.entries(files)) checkout.write(path, HEAD + content);
  return checkout;
}

async function npmTest(checkout: CheckoutCopy, ...suites: string[]) {
  const { code, stdout, stderr } = await checkout.run("tools/test.ts", ...suites).ended;
  return { code, output: stdout + stderr, lastLine: stdout.trimEnd().split("\n").at(-1) };
}

test("the last line counts all tests, unit tests come first and end-to-end tests last, and a failure is shown with its place and values", async (t) => {
  const checkout = checkoutWith(t, {
    "test/plan/good.test.ts": 'test("a", () => {}); test("b", async (t) => { await t.test("c", () => {}); });',
    "test/plan/bad.test.ts": 'test("adding up", () => assert.equal(1 + 1, 3)); console.log("said by the test");',
    "test/engine/up.test.ts": 'test("d", () => {});',
    "test/e2e/whole.e2e.ts": 'test("e", () => {});',
  });
  const { code, output, lastLine } = await npmTest(checkout);
  assert.equal(code, 1);
  assert.equal(lastLine, "5 passed, 1 failed");
  assert.match(output, /bad\.test\.ts:3 adding up/);
  assert.match(output, /2 !== 3/);
  assert.match(output, /said by the test/);
  assert.match(
    output,
    /plan\/good\.test\.ts: 3 passed.*engine\/up\.test\.ts: 1 passed.*e2e\/whole\.e2e\.ts: 1 passed/s,
  );
});

test("one suite alone runs without the others, and an unknown one is refused by name", async (t) => {
  const checkout = checkoutWith(t, {
    "test/plan/bad.test.ts": 'test("a", () => assert.fail());',
    "test/e2e/whole.e2e.ts": 'test("b", () => {});',
  });
  const alone = await npmTest(checkout, "e2e");
  assert.deepEqual([alone.code, alone.lastLine], [0, "1 passed, 0 failed"]);
  const unknown = await npmTest(checkout, "e2e", "unity");
  assert.equal(unknown.code, 1);
  assert.match(unknown.output, /no suite unity: there are unit, engine, e2e/);
});

test("a step that fails counts as one failed and shows what it said", async (t) => {
  const checkout = checkoutWith(t, { "test/plan/good.test.ts": 'test("a", () => {});' });
  checkout.fake("../node_modules/.bin/tsc", 'echo "main.ts(1,1): error TS1"; exit 2');
  const { code, output, lastLine } = await npmTest(checkout);
  assert.equal(code, 1);
  assert.equal(lastLine, "1 passed, 1 failed");
  assert.match(output, /main\.ts\(1,1\): error TS1/);
});

test("a file that cannot be loaded, and a run without any test, are failures", async (t) => {
  const broken = await npmTest(checkoutWith(t, { "test/plan/broken.test.ts": 'throw new Error("not loadable");' }));
  assert.deepEqual([broken.code, broken.lastLine], [1, "0 passed, 1 failed"]);
  assert.match(broken.output, /not loadable/);
  const empty = await npmTest(checkoutWith(t, {}));
  assert.deepEqual([empty.code, empty.lastLine], [1, "0 passed, 1 failed"]);
});

test("all green is exit code 0", async (t) => {
  const { code, lastLine } = await npmTest(checkoutWith(t, { "test/plan/good.test.ts": 'test("a", () => {});' }));
  assert.deepEqual([code, lastLine], [0, "1 passed, 0 failed"]);
});

test("Ctrl-C ends the running tests and is no success", async (t) => {
  const checkout = checkoutWith(t, {
    "test/plan/slow.test.ts": `
      import { writeFileSync } from "node:fs";
      test("slow", async () => {
        writeFileSync(process.env.LOG ?? "", String(process.pid));
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`,
  });
  const running = checkout.run("tools/test.ts");
  await until(() => checkout.notes().length > 0 && checkout.notes()[0] !== "");
  running.process.kill("SIGINT");
  assert.equal((await running.ended).code, 130);
  await until(() => !isRunning(Number(checkout.notes()[0])));
});
