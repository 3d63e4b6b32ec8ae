import assert from "node:assert/strict";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, posix, relative } from "node:path";
import { test } from "node:test";
import { type Import, importsOf } from "./imports.ts";

const checkout = join(import.meta.dirname, "..");
const LONGEST_FILE = 300;

/** Every source file of ours, as a path from the checkout. */
const files = readdirSync(checkout, { withFileTypes: true })
  .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
  .flatMap((entry) =>
    entry.isDirectory() ? globSync(`${entry.name}/**/*.{ts,mts,cts,mjs,cjs,js}`, { cwd: checkout }) : [entry.name],
  )
  .filter((file) => /\.[mc]?[tj]s$/.test(file) && !file.includes("/node_modules/"))
  .toSorted();

/** Says what is wrong with an import and what to do, or nothing. */
type Arrow = (file: string, found: Import) => string | undefined;

/** The room that an import leads to, such as `infra/plan`: the folder of a file of ours, else nothing. */
function target(file: string, { from }: Import): string | undefined {
  if (from.startsWith(".")) return posix.join(dirname(file), from);
  return from.startsWith("@novacron/") ? from.slice("@novacron/".length) : undefined;
}

const inRoom = (path: string | undefined, ...rooms: string[]): boolean =>
  path !== undefined && rooms.some((room) => path === room || path.startsWith(`${room}/`));

const stackKnowsNoSimulation: Arrow = (file, found) =>
  inRoom(file, "infra", "k8s", "policies") && inRoom(target(file, found), "sim", "ops", "workload", "tools")
    ? "what a stack is made of must not know how it is run or simulated; move what both need into the room that owns the fact"
    : undefined;

const simulatorKnowsNoProgram: Arrow = (file, found) =>
  inRoom(file, "sim") && !found.typeOnly && inRoom(target(file, found), "infra", "k8s", "policies")
    ? "the simulator is told everything by the engine; read it from the resources' properties"
    : undefined;

const plannersArePure: Arrow = (file, found) => {
  if (!inRoom(file, "infra/plan")) return undefined;
  const { from, typeOnly } = found;
  if (from.startsWith("node:") || inRoom(target(file, found), "infra/plan")) return undefined;
  if (inRoom(target(file, found), "infra/config")) {
    return typeOnly ? undefined : "a planner takes only types from the config; write `import type`";
  }
  return "a planner knows nothing but other planners; let its caller hand it the fact";
};

const policiesStandAlone: Arrow = (file, found) =>
  inRoom(file, "policies") && inRoom(target(file, found), "infra", "k8s")
    ? "a policy judges what the engine sees, not how the program made it; write down what it must hold in the policy"
    : undefined;

const clientKnowsKubernetesAlone: Arrow = (file, found) => {
  const room = target(file, found);
  return inRoom(file, "client") && room !== undefined && !inRoom(room, "client")
    ? "operators' tools, simulator and workload share the client; hand it what it needs to know of them"
    : undefined;
};

const workloadKnowsItsContract: Arrow = (file, found) => {
  const room = target(file, found);
  return inRoom(file, "workload") &&
    room !== undefined &&
    !inRoom(room, "workload", "client", "infra/plan", "k8s/contract.ts")
    ? "an image knows of its cluster what k8s/contract.ts and the pure planners say; write down there what both must agree on"
    : undefined;
};

const REVIEW_READS = [
  "ops/review",
  "ops/state.ts",
  "ops/drift.ts",
  "ops/topology.ts",
  "ops/networkPicture.ts",
  "ops/policyFindings.ts",
  "policies/rule.ts",
  "policies/exemptions.ts",
];

const reviewsArePure: Arrow = (file, found) => {
  if (!inRoom(file, "ops/review") || found.typeOnly) return undefined;
  const { from } = found;
  const room = target(file, found);
  const pure =
    room === undefined ? ["node:util", "node:crypto", "yaml", "zod"].includes(from) : inRoom(room, ...REVIEW_READS);
  return pure
    ? undefined
    : "a review is made of events and state alone, so that the same ones give the same bytes; hand it the fact";
};

const sdkByFile: Arrow = (_, { from }) => {
  const [, sdk, path] = /^@pulumi\/(aws|azure-native|gcp|kubernetes)(?:\/(.*))?$/.exec(from) ?? [];
  if (sdk === undefined || (path?.endsWith(".js") && basename(path) !== "index.js")) return undefined;
  return `this loads every resource of ${path === undefined ? "the cloud" : "the module"}, in seconds and hundreds of megabytes; import the one file, such as "@pulumi/aws/ec2/vpc.js"`;
};

const problems = (arrow: Arrow, file: string, imports: readonly Import[]): string[] =>
  imports.flatMap((found) => {
    const problem = arrow(file, found);
    return problem === undefined ? [] : [`${file}:${found.line} imports ${found.from}: ${problem}`];
  });

const imports = new Map(files.map((file) => [file, importsOf(join(checkout, file))]));

const none = (found: string[]) => assert.equal(found.length, 0, `\n${found.join("\n")}`);

/** Each arrow, with imports that it must refuse and others that it must not: a rule that finds nothing is worth nothing. */
const arrows: { title: string; arrow: Arrow; refuses: [string, string][]; allows: [string, string][] }[] = [
  {
    title: "the stack does not know that it is simulated: infra, k8s and policies import no sim, ops, workload, tools",
    arrow: stackKnowsNoSimulation,
    refuses: [
      ["infra/aws/network.ts", "../../sim/ipv4.ts"],
      ["k8s/dwcp/index.ts", "../../workload/main.ts"],
      ["policies/pack.ts", "@novacron/ops"],
      ["infra/index.ts", "../tools/setup.ts"],
    ],
    allows: [
      ["infra/aws/network.ts", "../plan/topology.ts"],
      ["sim/main.ts", "../tools/setup.ts"],
    ],
  },
  {
    title: "the simulator believes only the engine: sim imports no infra, k8s, policies but types of theirs",
    arrow: simulatorKnowsNoProgram,
    refuses: [["sim/clouds/aws/ec2Vpc.ts", "../../../infra/plan/ipv4.ts"]],
    allows: [["sim/clouds/aws/ec2Vpc.ts", "../../ipv4.ts"]],
  },
  {
    title: "planners can be tested without a cloud: infra/plan imports only itself, types of the config and node",
    arrow: plannersArePure,
    refuses: [
      ["infra/plan/mesh.ts", "@pulumi/pulumi"],
      ["infra/plan/mesh.ts", "zod"],
      ["infra/plan/mesh.ts", "../config/schema.ts"],
      ["infra/plan/mesh.ts", "../region.ts"],
    ],
    allows: [
      ["infra/plan/mesh.ts", "./topology.ts"],
      ["infra/plan/ipsec.ts", "node:crypto"],
      ["infra/aws/network.ts", "@pulumi/pulumi"],
    ],
  },
  {
    title: "the policies judge the program from outside: policies import no infra, k8s",
    arrow: policiesStandAlone,
    refuses: [["policies/rules/requiredTags.ts", "../../infra/plan/tags.ts"]],
    allows: [["policies/rules/requiredTags.ts", "../rule.ts"]],
  },
  {
    title: "the Kubernetes client serves everyone: client imports no other room",
    arrow: clientKnowsKubernetesAlone,
    refuses: [["client/client.ts", "../sim/unixSocket.ts"]],
    allows: [
      ["client/client.ts", "./problem.ts"],
      ["client/kubeconfig.ts", "yaml"],
    ],
  },
  {
    title: "images run in any cluster: workload imports only client, planners and k8s/contract.ts",
    arrow: workloadKnowsItsContract,
    refuses: [
      ["workload/dwcp.ts", "../sim/pods/faults.ts"],
      ["workload/gate.ts", "../k8s/charts.ts"],
      ["workload/gate.ts", "../infra/region.ts"],
    ],
    allows: [
      ["workload/gate.ts", "../k8s/contract.ts"],
      ["workload/gate.ts", "../infra/plan/release.ts"],
      ["workload/gate.ts", "../client/informer.ts"],
    ],
  },
  {
    title: "reviews can be made again: ops/review runs nothing, reads no file and asks nobody",
    arrow: reviewsArePure,
    refuses: [
      ["ops/review/review.ts", "node:fs"],
      ["ops/review/review.ts", "node:child_process"],
      ["ops/review/review.ts", "@pulumi/pulumi"],
      ["ops/review/review.ts", "../session.ts"],
      ["ops/review/review.ts", "../pulumi.ts"],
    ],
    allows: [
      ["ops/review/review.ts", "./model.ts"],
      ["ops/review/review.ts", "../state.ts"],
      ["ops/commands/diff.ts", "node:fs"],
    ],
  },
  {
    title: "a program starts in a second: SDK resources are imported by file",
    arrow: sdkByFile,
    refuses: [
      ["infra/x.ts", "@pulumi/aws"],
      ["sim/x.ts", "@pulumi/aws/ec2"],
      ["test/x.test.ts", "@pulumi/aws/ec2/index.js"],
      ["infra/x.ts", "@pulumi/kubernetes/index.js"],
      ["infra/x.ts", "@pulumi/azure-native/network"],
    ],
    allows: [
      ["infra/x.ts", "@pulumi/aws/ec2/vpc.js"],
      ["infra/x.ts", "@pulumi/gcp/provider.js"],
      ["infra/x.ts", "@pulumi/pulumi"],
    ],
  },
];

for (const { title, arrow, refuses, allows } of arrows) {
  test(title, () => {
    for (const [file, from] of refuses) {
      assert.equal(problems(arrow, file, [{ from, typeOnly: false, line: 1 }]).length, 1, `${file} may import ${from}`);
    }
    for (const [file, from] of allows) none(problems(arrow, file, [{ from, typeOnly: false, line: 1 }]));
    none([...imports].flatMap(([file, found]) => problems(arrow, file, found)));
  });
}

test("a planner may take types from the config", () => {
  none(problems(plannersArePure, "infra/plan/quorum.ts", [{ from: "../config/schema.ts", typeOnly: true, line: 1 }]));
});

test(`a file is one idea: none has more than ${LONGEST_FILE} lines`, () => {
  none(
    files.flatMap((file) => {
      const lines = readFileSync(join(checkout, file), "utf8").trimEnd().split("\n").length;
      return lines > LONGEST_FILE ? [`${file} has ${lines} lines: split it where its second idea begins`] : [];
    }),
  );
});

test("names say what is inside: no file or folder is called utils, common, shared or helpers", () => {
  const nameless = /^(utils?|commons?|shared|helpers?|misc)$/i;
  none(
    files
      .filter((file) =>
        file.split("/").some((part) => nameless.test(basename(part, extname(part)).split(".")[0] ?? "")),
      )
      .map((file) => `${file}: name it after what it holds, or put each part beside its only user`),
  );
});

test("no way to import is overlooked", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "all.ts");
  writeFileSync(
    file,
    [
      'import a from "a";',
      'import "b";',
      'import type { C } from "c";',
      'import { type D, type E } from "d";',
      'import { type F, g } from "e";',
      'export * from "f";',
      'export type { H } from "g";',
      'const i = await import("h");',
      'const j = require("i");',
      'type K = import("j").K;',
      'import l = require("k");',
      '// import "comment";',
      'const text = `import "text"`;',
    ].join("\n"),
  );
  const found = importsOf(file);
  assert.deepEqual(
    found.map(({ from, typeOnly }) => (typeOnly ? `type ${from}` : from)),
    ["a", "b", "type c", "type d", "e", "f", "type g", "h", "i", "type j", "k"],
  );
  assert.deepEqual(
    found.map(({ line }) => line),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  );
  assert.ok(files.includes(relative(checkout, import.meta.filename)), "the files of the checkout are found");
});
