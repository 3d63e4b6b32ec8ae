import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import type { ClusterClient } from "../../client/client.ts";
import { readRegion } from "../../ops/delivery/region.ts";
import { serviceNamed } from "../../ops/delivery/services.ts";
import { Standby } from "../../ops/delivery/standby.ts";
import { waitUntil } from "../../ops/delivery/waiting.ts";
import type { ApiServer } from "../apiServer.ts";
import { checkout, novactl } from "../ops/novactl.ts";
import { startApiServer, startArgo, startPods } from "./argo.ts";
import { applyService, digest, REPOSITORY } from "./service.ts";

const next = digest("b");
const service = serviceNamed("dwcp-v3");
const folder = mkdtempSync(join(tmpdir(), "novacron-commands-"));
const stackFile = join(folder, "Pulumi.staging.yaml");
let server: ApiServer;
let client: ClusterClient;
let pods: { stop: () => Promise<void> };
let good: string;

before(async () => {
  for (const name of ["Pulumi.yaml", "Pulumi.staging.yaml"]) copyFileSync(join(checkout, name), join(folder, name));
  const [image = ""] = /ghcr.io\/novacron\/dwcp-v3@\S+/.exec(readFileSync(stackFile, "utf8")) ?? [];
  good = image.slice(image.indexOf("@") + 1);
  server = await startApiServer();
  server.startControllers();
  startArgo(server);
  client = server.connect();
  await applyService(client, image, { gates: false });
  pods = await startPods(client);
  const dead = server.kubeconfig.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:9");
  mkdirSync(join(folder, "home", "stacks", "staging"), { recursive: true });
  // Of three regions one is here, one cannot be reached, and one is not up yet.
  writeFileSync(
    join(folder, "home", "stacks", "staging", "clusters-real.json"),
    JSON.stringify({ "aws-use1": server.kubeconfig, "azr-weu": dead }),
  );
  const isStable = async () => (await readRegion(client, service)).phase === "stable";
  await waitUntil("the first version", () => isStable().catch(() => false), { seconds: 60 });
});
after(async () => {
  await pods.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  novactl(args, { cwd: folder, env: { NOVACRON_HOME: join(folder, "home"), NOVACRON_OPERATOR: "tester@here" } }).ended;

const config = () => (parse(readFileSync(stackFile, "utf8")) as { config: Record<string, never> }).config;
const releaseConfig = (): Record<string, unknown> => config()["novacron:release"] ?? {};

for (const [args, expected] of [
  [["--image", `${REPOSITORY}:latest`], /write repository@sha256: and 64 hexadecimal digits/],
  [["--image", `example.org/other@${next}`], /another repository is a change of the config/],
  [["--image", `${REPOSITORY}@${next}`, "--service", "dwpc-v3"], /did you mean dwcp-v3\?/],
] as const) {
  test(`an image that cannot be meant is refused in one line: ${args.join(" ").slice(0, 60)}`, async () => {
    const { code, stderr } = await run("release", "staging", ...args);
    assert.equal(code, 1);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });
}

test("a release writes the config with its comments kept, opens the first wave alone, and reports the region it cannot reach", async () => {
  const before = readFileSync(stackFile, "utf8");
  const { code, stdout, stderr } = await run("release", "staging", "--image", `${REPOSITORY}@${next}`, "--json");
  assert.equal(code, 2, stderr);
  const { regions } = JSON.parse(stdout) as { regions: { region: string; done: boolean; ceiling: string }[] };
  assert.deepEqual(
    regions.map(({ region, done, ceiling }) => [region, done, ceiling]),
    [
      ["aws-use1", true, "10"],
      ["azr-weu", false, "0"],
    ],
  );
  const { stage, wave, digest: granted } = releaseConfig();
  assert.deepEqual([stage, wave, granted], [10, 1, next]);
  const lines = new Set(readFileSync(stackFile, "utf8").split("\n"));
  const changed = before.split("\n").filter((line) => !lines.has(line));
  assert.deepEqual(
    changed.map((line) => line.trim().split(":")[0]),
    ["dwcpV3", "digest", "stage", "wave"],
  );
  const state = await readRegion(client, service);
  assert.deepEqual([state.digest, state.ceiling?.stage, state.ceiling?.digest], [next, "10", next]);
});

test("a promotion is refused with the gate that fails; by force it needs a reason, and goes into the record", async () => {
  const refused = await run("promote", "staging");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /not promoted to 50: aws-use1: .*stage \(the region is at 0; before 50 it must be at 10\).*gate \(/,
  );
  assert.match(
    (await run("promote", "staging", "--force")).stderr,
    /--force overrides gates, so it needs --reason TEXT/,
  );
  assert.equal(releaseConfig().stage, 10);
  const forced = await run("promote", "staging", "--force", "--reason", "known alarm");
  assert.equal(forced.code, 2, forced.stderr);
  assert.equal(releaseConfig().stage, 50);
  const { stdout } = await run("history", "staging", "--json");
  const { actions, unread } = JSON.parse(stdout) as { actions: Record<string, unknown>[]; unread: object[] };
  assert.deepEqual(
    actions.map(({ action, who, from, to }) => [action, who, from, to]),
    [
      ["release", "tester@here", good, next],
      ["promote", "tester@here", "10", "50"],
    ],
  );
  assert.deepEqual([actions[1]?.forced, actions[1]?.reason, unread.length], [true, "known alarm", 1]);
});

for (const [args, expected] of [
  [["--to", "10"], /allowed up to 50 already/],
  [["--to", "60"], /the stages are 10, 50, 100, done/],
  [["--wave", "2"], /wave 1 is at 50; it must be done first/],
  [["--wave", "9"], /the waves are 1 to 2/],
] as const) {
  test(`a promotion that cannot be meant is refused: ${args.join(" ")}`, async () => {
    const { code, stderr } = await run("promote", "staging", ...args);
    assert.equal(code, 1);
    assert.match(stderr, expected);
  });
}

test("a paused release goes nowhere until it is resumed, whoever asks", async () => {
  assert.equal((await run("pause", "staging", "--reason", "lunch")).code, 2);
  assert.equal(releaseConfig().stage, 0);
  assert.match(
    (await run("promote", "staging", "--force", "--reason", "x")).stderr,
    /paused by tester@here at .* \(lunch\)/,
  );
  assert.equal((await run("resume", "staging")).code, 2);
  assert.equal(releaseConfig().stage, 50);
  assert.match((await run("resume", "staging")).stderr, /is not paused/);
});

test("a rollback needs a second at most before the traffic is switched, and leaves a config that the next up agrees with", async () => {
  const { stdout, code } = await run("rollback", "staging", "--reason", "test", "--json");
  const answer = JSON.parse(stdout) as {
    regions: { region: string; done: string; switchedAfter?: number; notes?: string[] }[];
    notes: string[];
  };
  const [reached, unreached] = answer.regions;
  assert.equal(code, 2);
  assert.deepEqual([reached?.done, unreached?.done], ["aborted", "failed"], stdout);
  assert.ok((reached?.switchedAfter ?? 9999) < 5000, stdout);
  const { stage, wave, digest: granted, denied } = releaseConfig();
  assert.deepEqual([stage, wave, granted, denied], ["done", 2, good, [next]]);
  const state = await readRegion(client, service);
  assert.deepEqual([state.ceiling, state.digest], [{ digest: good, stage: "done", denied: [next] }, good]);
  const again = await run("release", "staging", "--image", `${REPOSITORY}@${next}`);
  assert.match(again.stderr, /is denied and never starts again/);
  assert.match(
    (await run("rollback", "staging", "--region", "aws-use9")).stderr,
    /no such region; its regions: aws-use1, azr-weu/,
  );
});

test("no release begins while a rollback that was cut off leaves the requests with the version before; a rollback ends it", async () => {
  const before = readFileSync(stackFile, "utf8");
  const standby = await Standby.read(client, service);
  assert.ok(await standby?.takeOver());
  const { code, stderr } = await run("release", "staging", "--image", `${REPOSITORY}@${digest("c")}`);
  assert.equal(code, 1);
  assert.match(stderr, /in aws-use1 all requests go to dwcp-v3-previous: .*`novactl rollback staging` ends it/);
  assert.equal(readFileSync(stackFile, "utf8"), before);
});
