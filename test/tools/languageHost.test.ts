import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isRunning, until } from "./processes.ts";
import { checkout, makeProject, type Project } from "./project.ts";

async function project(t: TestContext, files: Record<string, string>): Promise<Project> {
  const made = await makeProject(files);
  t.after(() => made.remove());
  return made;
}

test("a TypeScript program goes up with its config and arguments, previews without changes and goes down", async (t) => {
  const { pulumi } = await project(t, {
    "Pulumi.yaml": `
      name: demo
      main: src/index.ts
      runtime: { name: nodejs, options: { typescript: false, nodeargs: "--title='a b' --no-warnings" } }`,
    "src/index.ts": `
      import { Config, getStack, secret } from "@pulumi/pulumi";
      const config = new Config();
      export const greeting: string = config.require("greeting");
      export const hidden = secret(config.require("password"));
      export const stack = getStack();
      export const nodeArguments = process.execArgv;
      console.log("hello from the program");
      console.error("and from its standard error");
    `,
  });
  await pulumi("config", "set", "greeting", "hi");
  await pulumi("config", "set", "--secret", "password", "s3same");

  const up = await pulumi("up", "--yes");
  assert.equal(up.code, 0, up.output);
  assert.match(up.output, /hello from the program/);
  assert.match(up.output, /and from its standard error/);
  assert.doesNotMatch(up.output, /warning:/);
  assert.doesNotMatch(up.output, /s3same/);

  const again = await pulumi("preview", "--expect-no-changes");
  assert.equal(again.code, 0, again.output);
  const outputs = await pulumi("stack", "output", "--json");
  assert.deepEqual(JSON.parse(outputs.output), {
    greeting: "hi",
    hidden: "[secret]",
    nodeArguments: ["--title=a b", "--no-warnings"],
    stack: "dev",
  });
  const down = await pulumi("destroy", "--yes");
  assert.equal(down.code, 0, down.output);
});

for (const [variant, firstImport] of [
  ["as the SDK makes them", ""],
  ["made cheap by infra/stackTraces.ts", `import ${JSON.stringify(join(checkout, "infra/stackTraces.ts"))};`],
]) {
  test(`an error names the user's file and line, with stack traces ${variant}`, async (t) => {
    const { pulumi } = await project(t, {
      "index.ts": `${firstImport}
        import { ComponentResource } from "@pulumi/pulumi";
        import { network } from "./network.ts";
        new ComponentResource("demo:index:Region", "region");
        export const id = network("x");`,
      "network.ts": 'export function network(name: string) {\n  throw new Error("no room for " + name);\n}\n',
    });
    const preview = await pulumi("preview");
    assert.notEqual(preview.code, 0);
    assert.match(preview.output, /no room for x/);
    assert.match(preview.output, /network\.ts:2:9/);
    assert.match(preview.output, /index\.ts:5:27/);
    assert.doesNotMatch(preview.output, /non-zero exit code/, "the user has read what was wrong; no second message");
  });
}

test("a program that ends itself with an exit code fails the update and the code is named", async (t) => {
  const { pulumi } = await project(t, { "index.ts": "process.exit(3);" });
  const preview = await pulumi("preview");
  assert.notEqual(preview.code, 0);
  assert.match(preview.output, /Program exited with non-zero exit code: 3/);
});

test("a package manager that this host does not know is refused by name", async (t) => {
  const { pulumi } = await project(t, {
    "Pulumi.yaml": "name: demo\nruntime: { name: nodejs, options: { packagemanager: yarn } }\n",
    "index.ts": "",
  });
  const preview = await pulumi("preview");
  assert.notEqual(preview.code, 0);
  assert.match(preview.output, /packagemanager: "yarn" is not npm/);
});

test("about tells Node, npm, provider plugins and direct dependencies", async (t) => {
  const { pulumi } = await project(t, {
    "package.json": '{ "name": "demo", "type": "module", "dependencies": { "@pulumi/aws": "*", "zod": "*" } }',
    "index.ts": "",
  });
  const { output } = await pulumi("about", "--json");
  const about = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
  assert.equal(about.runtime.version, process.version);
  assert.equal(about.runtime.packagemanager, "npm");
  const version = (name: string) =>
    JSON.parse(readFileSync(join(checkout, "node_modules", name, "package.json"), "utf8")).version;
  assert.deepEqual(
    about.plugins.find((plugin: { name: string }) => plugin.name === "aws")?.version,
    version("@pulumi/aws"),
  );
  assert.deepEqual(about.dependencies, [
    { name: "@pulumi/aws", version: version("@pulumi/aws") },
    { name: "zod", version: version("zod") },
  ]);
});

test("pulumi install runs npm in the project and shows what it does", async (t) => {
  const { pulumi, folder } = await project(t, { "index.ts": "" });
  rmSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "package-lock.json"), '{ "name": "demo", "lockfileVersion": 3, "packages": { "": {} } }');
  const install = await pulumi("install");
  assert.equal(install.code, 0, install.output);
  assert.match(install.output, /npm ci in/);
});

test("a policy pack knows stack and config, and a mandatory rule fails the preview", async (t) => {
  const { pulumi } = await project(t, {
    "index.ts": 'export const colour = "green";',
    "pack/PulumiPolicy.yaml": "runtime: { name: nodejs, options: { typescript: false } }\nversion: 1.0.0\n",
    "pack/package.json": '{ "name": "pack", "version": "1.0.0", "main": "index.cjs" }',
    "pack/index.cjs": `
      const { Config, getStack } = require("@pulumi/pulumi");
      const { PolicyPack } = require("@pulumi/policy");
      console.error("policies for", getStack());
      new PolicyPack("pack", { policies: [{
        name: "allowed", description: "says what config allows", enforcementLevel: "mandatory",
        validateStack: (_, report) => { if (new Config("demo").get("allow") !== "yes") report("not allowed on " + getStack()); },
      }] });
    `,
  });
  const refused = await pulumi("preview", "--policy-pack", "pack");
  assert.notEqual(refused.code, 0);
  assert.match(refused.output, /not allowed on dev/);
  assert.match(refused.output, /policies for dev/);
  await pulumi("config", "set", "allow", "yes");
  const allowed = await pulumi("preview", "--policy-pack", "pack");
  assert.equal(allowed.code, 0, allowed.output);
});

test("a policy pack that cannot be loaded fails the preview with its own error", async (t) => {
  const { pulumi } = await project(t, {
    "index.ts": "",
    "pack/PulumiPolicy.yaml": "runtime: nodejs\nversion: 1.0.0\n",
    "pack/package.json": '{ "name": "pack", "version": "1.0.0", "main": "index.cjs" }',
    "pack/index.cjs": 'throw new Error("no rules today");',
  });
  const preview = await pulumi("preview", "--policy-pack", "pack");
  assert.notEqual(preview.code, 0);
  assert.match(preview.output, /no rules today/);
});

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  test(`a program does not outlive the engine after ${signal}`, async (t) => {
    const { start, folder } = await project(t, {
      "index.ts": `
        import { writeFileSync } from "node:fs";
        writeFileSync("program.pid", process.pid + " " + process.ppid);
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      `,
    });
    const pulumi = start("up", "--yes", "--skip-preview");
    const file = join(folder, "program.pid");
    await until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
    pulumi.kill(signal);
    await once(pulumi, "exit");
    const pids = readFileSync(file, "utf8").split(" ").map(Number);
    await until(() => pids.every((pid) => !isRunning(pid)));
  });
}
