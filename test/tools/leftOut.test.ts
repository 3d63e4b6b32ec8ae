import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { buildWithout } from "../../tools/leftOut.ts";

test("a module is built from a copy in which one package is a stand-in; what is below it and beside it stays", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "novacron-test-"));
  const path = process.env.PATH ?? "";
  t.after(() => {
    process.env.PATH = path;
    chmodSync(join(root, "cache/lego/dns/one"), 0o755);
    rmSync(root, { recursive: true });
  });
  const write = (file: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text, { mode });
  };
  write("cache/lego/dns/all.go", "package dns // all\n");
  write("cache/lego/dns/more.go", "package dns // more\n");
  write("cache/lego/dns/one/one.go", "package one\n");
  write("cache/lego/acme.go", "package lego\n");
  write("cache/lego/go.mod", "module lego\n");
  write("module/go.mod", "module tools\n");
  write("module/go.sum", "sums\n");
  write("module/leftOut/dns/none.go", "package dns // none\n");
  write("module/leftOut/lego/none.go", "package lego // none\n");
  write("bin/go", `#!/bin/sh\necho '{"Dir": "${join(root, "cache/lego")}"}'\n`, 0o755);
  chmodSync(join(root, "cache/lego/dns/one"), 0o555);
  process.env.PATH = [join(root, "bin"), path].join(delimiter);

  const into = join(root, "sources");
  const flags = await buildWithout(
    { "example.com/lego": { dns: "dns/none.go" } },
    { moduleFolder: join(root, "module"), into },
  );
  const [, file = ""] = flags[0]?.split("-modfile=") ?? [];
  const [, copy = ""] = /^replace example\.com\/lego => (.+)$/m.exec(readFileSync(file, "utf8")) ?? [];
  assert.deepEqual(readdirSync(join(copy, "dns")).toSorted(), ["one", "standIn.go"]);
  assert.equal(statSync(join(copy, "dns/one")).mode & 0o700, 0o700, "who is not root has to be able to remove it");
  assert.equal(readFileSync(join(copy, "dns/standIn.go"), "utf8"), "package dns // none\n");
  assert.equal(readFileSync(join(copy, "dns/one/one.go"), "utf8"), "package one\n");
  assert.equal(readFileSync(join(copy, "acme.go"), "utf8"), "package lego\n");
  assert.equal(readFileSync(join(into, "go.sum"), "utf8"), "sums\n");
  assert.deepEqual(
    readdirSync(join(root, "cache/lego/dns")).toSorted(),
    ["all.go", "more.go", "one"],
    "the cache is Go's",
  );

  await buildWithout({ "example.com/lego": { ".": "lego/none.go" } }, { moduleFolder: join(root, "module"), into });
  assert.deepEqual(
    readdirSync(join(into, "0")).toSorted(),
    ["dns", "go.mod", "standIn.go"],
    "a module's first package",
  );
});
