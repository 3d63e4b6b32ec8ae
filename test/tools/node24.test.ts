import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CheckoutCopy } from "./checkoutCopy.ts";
import { until } from "./processes.ts";

const LOCK = JSON.stringify({
  packages: {
    "": {},
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/for-another-machine": { version: "1.0.0", optional: true },
  },
});
const INSTALLED = JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } } });

/** Stands for npm: notes its arguments and leaves what npm notes about an installation. */
const NPM = `
  echo "npm $*" >> "$LOG"
  sleep 0.5
  mkdir -p node_modules
  cp installed.json node_modules/.package-lock.json`;

function bareClone(t: TestContext): CheckoutCopy {
  const checkout = new CheckoutCopy(t);
  checkout.write("package-lock.json", LOCK);
  checkout.write("installed.json", INSTALLED);
  checkout.write("script.ts", "const [code]: string[] = process.argv.slice(2);\nprocess.exit(Number(code));\n");
  checkout.fake("npm", NPM);
  return checkout;
}

const run = (checkout: CheckoutCopy, ...args: string[]) =>
  checkout.run("tools/node24.mjs", join(checkout.root, "script.ts"), ...args).ended;

test("from a bare clone, dependencies are installed once, also by two at once, and the script's exit code comes back", async (t) => {
  const checkout = bareClone(t);
  const results = await Promise.all([run(checkout, "3"), run(checkout, "4")]);
  assert.deepEqual(
    results.map(({ code }) => code),
    [3, 4],
  );
  assert.equal(results.filter(({ stderr }) => /waiting for process \d+, which runs npm ci/.test(stderr)).length, 1);
  assert.deepEqual(checkout.notes(), ["npm ci --no-audit --no-fund"]);

  const again = await run(checkout, "0");
  assert.equal(again.code, 0);
  assert.equal(again.stderr, "", "no word, and no warning of Node's, when all is there");
  assert.equal(checkout.notes().length, 1);
});

for (const [change, lock] of [
  ["another version", LOCK.replace("1.0.0", "1.0.1")],
  ["other contents", LOCK.replace("sha512-a", "sha512-b")],
  ["one package more", LOCK.replace('"node_modules/for', '"node_modules/b":{"version":"1.0.0"},"node_modules/for')],
] as const) {
  test(`a package-lock.json with ${change} is installed before the script runs`, async (t) => {
    const checkout = bareClone(t);
    checkout.write("node_modules/.package-lock.json", INSTALLED);
    checkout.write("package-lock.json", lock);
    await run(checkout, "0");
    assert.equal(checkout.notes().length, 1);
  });
}

test("a failing npm ci is told once with npm's words, and the script does not run", async (t) => {
  const checkout = bareClone(t);
  checkout.fake("npm", 'echo "npm error network down" >&2; exit 7');
  const { code, stderr } = await run(checkout, "0");
  assert.equal(code, 1);
  assert.match(stderr, /error: npm ci failed \(exit code 7\):\nnpm error network down\n$/);
});

test("without npm one line says what to install", async (t) => {
  const checkout = bareClone(t);
  checkout.path.length = 0;
  const { code, stderr } = await run(checkout, "0");
  assert.equal(code, 1);
  assert.match(stderr, /error: npm is not on PATH: install Node 20 or newer/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} reaches the script, and its way of ending is this one's`, async (t) => {
    const checkout = bareClone(t);
    checkout.write("node_modules/.package-lock.json", INSTALLED);
    checkout.write(
      "script.ts",
      `process.once("${signal}", () => {
        console.error("tidied up");
        process.kill(process.pid, "${signal}");
      });
      setTimeout(() => {}, 30_000);
      console.error("ready");`,
    );
    const running = checkout.run("tools/node24.mjs", join(checkout.root, "script.ts"));
    await until(() => running.stderr().includes("ready"));
    running.process.kill(signal);
    const result = await running.ended;
    assert.equal(result.signal, signal);
    assert.match(result.stderr, /tidied up/);
  });
}
