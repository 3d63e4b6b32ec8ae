import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { catalogue, type Tool } from "../../tools/catalogue.ts";
import { CheckoutCopy } from "./checkoutCopy.ts";
import { isRunning, until } from "./processes.ts";

const COMPATIBLE = 'echo "asked" >> "$LOG"; echo v3.300.1';
const TOO_OLD = "echo v3.100.0";

/** Stands for Go as far as it fetches modules, all of them the same. */
const fetches = `[ "$1" != mod ] || { echo "{\\"Dir\\": \\"$HOME/module\\"}"; exit 0; }`;

/** Stands for Go: notes its pid, takes its time and writes the file after `-o`. */
const go = (seconds: number) => `
  ${fetches}
  echo "go $$" >> "$LOG"
  sleep ${seconds}
  while [ "$1" != -o ]; do shift; done
  echo 'built' > "$2"
  chmod +x "$2"`;

function copy(t: TestContext): CheckoutCopy {
  const made = new CheckoutCopy(t);
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(made.root, "node_modules"));
  for (const { leftOut = {} } of Object.values<Tool>(catalogue)) {
    const folders = Object.values(leftOut).flatMap((packages) => Object.keys(packages));
    for (const folder of folders) mkdirSync(join(made.home, "module", folder), { recursive: true });
  }
  return made;
}

const setUp = (checkout: CheckoutCopy) => checkout.run("tools/setupCommand.ts", "pulumi").ended;

/** The content of the Pulumi that set-up names. */
const chosen = ({ stdout }: { stdout: string }) => readFileSync(stdout.replace("pulumi: ", "").trim(), "utf8");

const cached = (checkout: CheckoutCopy) =>
  readdirSync(join(checkout.home, ".cache/novacron/tools"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.includes("/bin/"),
  );

test("a compatible Pulumi on PATH is used without a word, and asked for its version once", async (t) => {
  const checkout = copy(t);
  checkout.fake("pulumi", COMPATIBLE);
  checkout.fake("go", "exit 1");
  for (let i = 0; i < 2; i++) {
    const result = await setUp(checkout);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stderr, "");
    assert.match(chosen(result), /v3\.300\.1/);
  }
  assert.deepEqual(checkout.notes(), ["asked"]);
});

test("a Pulumi that comes with the official language host is run where it is", async (t) => {
  const checkout = copy(t);
  checkout.fake("pulumi", COMPATIBLE);
  checkout.fake("pulumi-language-nodejs", "");
  const { stdout } = await setUp(checkout);
  assert.equal(stdout, `pulumi: ${join(checkout.bin, "pulumi")}\n`);
});

test("a Pulumi without a language host gets ours beside it, where it looks for one", async (t) => {
  const checkout = copy(t);
  checkout.fake("pulumi", COMPATIBLE);
  const { stdout } = await setUp(checkout);
  const folder = join(checkout.root, ".novacron", "bin");
  assert.equal(stdout, `pulumi: ${join(folder, "pulumi")}\n`);
  assert.match(readFileSync(join(folder, "pulumi-language-nodejs"), "utf8"), /main\.ts/);
});

test("too old a Pulumi and npm's stand-in are passed over, and one is built once for all later runs", async (t) => {
  const checkout = copy(t);
  checkout.fake("pulumi", TOO_OLD);
  checkout.fake("node_modules/.bin/pulumi", COMPATIBLE);
  checkout.path.unshift(join(checkout.bin, "node_modules", ".bin"));
  checkout.fake("go", go(0));
  const first = await setUp(checkout);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(chosen(first), "built\n");
  assert.match(first.stderr, /building with Go, about 10 min/);
  const second = await setUp(checkout);
  assert.equal(chosen(second), "built\n");
  assert.equal(second.stderr, "");
  assert.deepEqual(
    checkout.notes().map((note) => note.split(" ")[0]),
    ["go"],
  );
});

test("what the official installer left is used", async (t) => {
  const checkout = copy(t);
  checkout.fake("../home/.pulumi/versions/3.259.0/bin/pulumi", "official");
  checkout.fake("../home/.pulumi/versions/3.259.0/bin/pulumi-language-nodejs", "");
  const result = await setUp(checkout);
  assert.equal(result.stderr, "");
  assert.match(chosen(result), /official/);
});

test("new pins get a build of their own", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", go(0));
  await setUp(checkout);
  appendFileSync(join(checkout.root, "tools/go/pulumi/go.sum"), "\n");
  await setUp(checkout);
  assert.equal(cached(checkout).length, 2);
});

test("without Go and without Pulumi, one message says what to install", async (t) => {
  const checkout = copy(t);
  checkout.fake("pulumi", TOO_OLD);
  const { code, stderr } = await setUp(checkout);
  assert.equal(code, 1);
  assert.match(stderr, /no download/);
  const error = stderr.slice(stderr.indexOf("error: "));
  assert.equal(
    error,
    `error: pulumi from 3.259.0 below 4.0.0 is not on PATH; ${join(checkout.bin, "pulumi")} is 3.100.0\n` +
      "Install what is named above, or Go 1.25.11 or newer (https://go.dev/dl) to have it built, and run this again.\n",
  );
});

test("a failing build shows Go's own words and leaves nothing behind", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", `${go(0)}\necho "no space left on device" >&2\nexit 2`);
  const { code, stderr } = await setUp(checkout);
  assert.equal(code, 1);
  assert.match(stderr, /error: `go build .*\(exit code 2\):\nno space left on device/);
  assert.deepEqual(cached(checkout), []);
});

test("modules that cannot be fetched end a build as a failing one does", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", 'echo "no such host" >&2\nexit 1');
  const { code, stderr } = await checkout.run("tools/setupCommand.ts", "traefik").ended;
  assert.equal(code, 1);
  assert.match(stderr, /traefik [\d.]+: build failed[\s\S]*error: go mod download: no such host/);
  assert.deepEqual(cached(checkout), []);
});

test("of two set-ups at once one builds, and the other says for whom it waits", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", `${fetches}\nwhile [ ! -e "$HOME/go-on" ]; do sleep 0.05; done\n${go(0)}`);
  const first = checkout.run("tools/setupCommand.ts", "pulumi");
  await until(() => first.stderr().includes("building"));
  const second = checkout.run("tools/setupCommand.ts", "pulumi");
  await until(() => second.stderr().includes(`waiting for process ${first.process.pid}: set-up of pulumi`));
  checkout.write("home/go-on", "");
  for (const result of [await first.ended, await second.ended]) assert.equal(chosen(result), "built\n");
  assert.equal(checkout.notes().length, 1);
});

test("a set-up that was killed in the middle does not block the next", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", go(30));
  const killed = checkout.run("tools/setupCommand.ts", "pulumi");
  await until(() => checkout.notes().length === 1);
  killed.process.kill("SIGKILL");
  await killed.ended;
  for (const pid of goPids(checkout)) process.kill(-pid, "SIGKILL");
  checkout.fake("go", go(0));
  const next = await setUp(checkout);
  assert.equal(chosen(next), "built\n", next.stderr);
});

test("two tools are built at once, the longest builds first, and after a failure no other is begun", async (t) => {
  const checkout = copy(t);
  checkout.fake(
    "go",
    `for package; do :; done
    echo "$package" >> "$LOG"
    while [ ! -e "$HOME/go-on" ]; do sleep 0.05; done
    exit 2`,
  );
  const run = checkout.run("tools/setupCommand.ts", "kwok", "prometheus", "etcd", "kube-apiserver");
  await until(() => checkout.notes().length === 2);
  checkout.write("home/go-on", "");
  const { code, stderr } = await run.ended;
  assert.equal(code, 1);
  assert.match(stderr, /error: `go build .*\(exit code 2\)/);
  assert.deepEqual(checkout.notes().toSorted(), [
    "github.com/prometheus/prometheus/cmd/prometheus",
    "k8s.io/kubernetes/cmd/kube-apiserver",
  ]);
});

test("Ctrl-C during builds ends every Go too and leaves nothing half made", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", go(30));
  const interrupted = checkout.run("tools/setupCommand.ts", "pulumi", "etcd");
  await until(() => checkout.notes().length === 2);
  interrupted.process.kill("SIGINT");
  assert.equal((await interrupted.ended).code, 130);
  await until(() => goPids(checkout).every((pid) => !isRunning(pid)));
  assert.deepEqual(cached(checkout), []);
  checkout.fake("go", go(0));
  assert.equal((await setUp(checkout)).code, 0);
});

test("clean removes the cache, says how much it was, and does not mind having nothing to do", async (t) => {
  const checkout = copy(t);
  checkout.fake("go", go(0));
  await setUp(checkout);
  const clean = await checkout.run("tools/clean.ts").ended;
  assert.match(clean.stdout, /removed .*novacron\/tools: 0\.0 MB freed/);
  assert.deepEqual(readdirSync(join(checkout.home, ".cache/novacron")), []);
  assert.deepEqual(readdirSync(join(checkout.root, ".novacron")), []);
  assert.match((await checkout.run("tools/clean.ts").ended).stdout, /nothing to remove/);
});

const goPids = (checkout: CheckoutCopy): number[] => checkout.notes().map((note) => Number(note.split(" ")[1]));
