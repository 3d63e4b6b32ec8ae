import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { clusterConfig } from "../../client/kubeconfig.ts";
import { serveKubernetes } from "../../sim/kubernetes/index.ts";
import { ApiServer } from "../apiServer.ts";
import { checkout } from "../ops/novactl.ts";
import { Program } from "./program.ts";

let server: ApiServer;
let program: Program;
let close = () => {};

const run = (args: string[], variables: NodeJS.ProcessEnv = {}) =>
  program.pulumi([...args, "--stack", "dev"], { KUBECONFIG_TEXT: server.kubeconfig, ...variables });

async function succeed(args: string[], variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, variables);
  assert.equal(code, 0, `pulumi ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

const up = (variables: NodeJS.ProcessEnv = {}) => succeed(["up", "--yes", "--skip-preview", "--refresh"], variables);

/** A preview that the policy pack judges: it refuses the program for much else. */
const judged = (variables: NodeJS.ProcessEnv) =>
  run(["preview", "--diff"], { PULUMI_OPTION_POLICY_PACK: join(checkout, "policies"), ...variables });

/** The ConfigMap's data, after a change of it when one is given. */
async function data(name: string, change?: Record<string, string>, manager = ""): Promise<Record<string, string>> {
  const client = server.connect();
  const path = `/api/v1/namespaces/dwcp/configmaps/${name}`;
  if (change !== undefined) await client.merge(path, { data: change }, { fieldManager: manager });
  const found = await client.get<{ data: Record<string, string> }>(path);
  client.close();
  return found.data;
}

describe("the real engine on a real API server", { concurrency: 1 }, () => {
  before(async () => {
    server = await ApiServer.start();
    server.startControllers();
    const connect = (kubeconfig: string) => new ClusterClient(clusterConfig(kubeconfig));
    const served = await serveKubernetes({ connect });
    close = served.close;
    program = new Program(join(import.meta.dirname, "fixture", "index.js"), served.port);
    await succeed(["stack", "init"]);
  });
  after(async () => {
    close();
    program?.remove();
    await server?.stop();
  });

  test("a stack comes up, and nothing changes while nobody changes anything", async () => {
    await succeed(["preview"]);
    await up();
    assert.deepEqual(await data("dwcp-release"), { stage: "10" });
    await succeed(["preview", "--refresh", "--expect-no-changes"]);
    assert.doesNotMatch(program.state(), /s3cret-of-the-test|czNjcmV0LW9mLXRoZS10ZXN0/);
  });

  test("a promotion is one readable line in the preview", async () => {
    const { stdout: shown } = await judged({ STAGE: "50" });
    assert.match(shown, /~ stage: "10" => "50"/);
    assert.match(shown, /~ 1 to update/);
    assert.doesNotMatch(shown, /DEL-046/);
  });

  test("state that would change together with the stage is refused: the preview hands on what the server's dry run says", async () => {
    const { code, stdout: shown } = await judged({ STAGE: "50", IMAGE: "state:2" });
    assert.notEqual(code, 0);
    assert.match(shown, /changes while a stage is under way in its cluster/);
    await up({ STAGE: "50" });
    assert.deepEqual(await data("dwcp-release"), { stage: "50" });
  });

  test("an update leaves weights that a controller owns as they are", async () => {
    await data("weights", { canary: "10" }, "rollouts-controller");
    await succeed(["preview", "--refresh", "--expect-no-changes"], { STAGE: "50" });
    await up({ STAGE: "100" });
    assert.deepEqual(await data("weights"), { canary: "10" });
  });

  test("drift is seen by a refresh, and repairing it against another manager is refused by name", async () => {
    await data("dwcp-release", { stage: "0" }, "kubectl-edit");
    assert.match(await succeed(["refresh", "--preview-only", "--diff"], { STAGE: "100" }), /stage/);
    const { code, stdout, stderr } = await run(["up", "--yes", "--skip-preview", "--refresh"], { STAGE: "100" });
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /\.data\.stage is held by "kubectl-edit"/);
    await up({ STAGE: "0" });
  });

  test("while the cluster cannot be reached nothing is forgotten", async () => {
    const count = () => program.state().match(/"type":\s*"kubernetes:/g)?.length;
    const before = count();
    assert.equal(before, 5);
    await server.stopServer();
    const { code, stdout, stderr } = await run(["up", "--yes", "--skip-preview", "--refresh"], { STAGE: "0" });
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /cannot be reached/);
    assert.equal(count(), before);
    await server.startServer();
    await succeed(["preview", "--refresh", "--expect-no-changes"], { STAGE: "0" });
  });

  test("destroy leaves nothing behind", async () => {
    await succeed(["destroy", "--yes", "--skip-preview"]);
    const client = server.connect();
    await assert.rejects(client.get("/api/v1/namespaces/dwcp"), /not found/);
    client.close();
  });
});
