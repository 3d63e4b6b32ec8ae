import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { novactl } from "./ops/novactl.ts";
import { withoutDeferred } from "./reviews/change.ts";
import { examples } from "./reviews/examples.ts";

const checkout = join(import.meta.dirname, "..");

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: checkout,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(checkout, file)));

for (const stack of ["staging", "prod"]) {
  test(`the picture of ${stack} in the docs shows the stack as it is`, async () => {
    const { stdout } = await novactl(["topology", stack]).ended;
    const picture = readFileSync(join(checkout, "docs", `topology-${stack}.svg`), "utf8");
    assert.equal(stdout, picture, `draw it again: npx novactl topology ${stack} --output docs/topology-${stack}.svg`);
  });
}

test("the three reviews in the docs say what the engine says of these changes", () => {
  const [, section = ""] = readFileSync(join(checkout, "docs", "reviewing.md"), "utf8").split("\n## Three examples\n");
  const told = section
    .split("\n## ")[0]
    ?.split(/^(?=\*\*)/m)
    .slice(1)
    .map((text) => ({
      sentence: withoutDeferred([...text.matchAll(/^> (.*)$/gm)].map(([, line]) => line).join(" ")),
      exitCode: Number(/exit code (\d)/.exec(text)?.[1]),
      dangers: [...text.matchAll(/--allow ([\w-]+)/g)].map(([, name]) => name),
      picture: /\(pictures\/(.*)\)/.exec(text)?.[1],
    }));
  const expected = examples.map(({ name, change: { sentence, exitCode, dangers } }) => ({
    sentence,
    exitCode,
    dangers,
    picture: `review-${name}.png`,
  }));
  assert.deepEqual(told, expected);
});

test("every link in the documents leads to a file", () => {
  const missing = tracked
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      [...readFileSync(join(checkout, file), "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !existsSync(join(checkout, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
  assert.deepEqual(missing, []);
});

test("a stack file carries no salt or secret of somebody's run", () => {
  for (const file of tracked.filter((name) => /^Pulumi\..+\.yaml$/.test(name))) {
    assert.doesNotMatch(readFileSync(join(checkout, file), "utf8"), /^encryptionsalt|secure:/m, file);
  }
});
