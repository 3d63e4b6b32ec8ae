import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { state } from "../../workload/state.ts";
import { NoMajorityError, StateClient } from "../../workload/stateClient.ts";
import { address, context } from "./context.ts";

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

const main = join(import.meta.dirname, "..", "..", "workload", "main.ts");

test("an acknowledged operation outlives SIGKILL of any one replica, also one whose log was cut off", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  const addresses = [address(), address(), address()];
  const urls = addresses.map((at) => `http://${at}:8080`);
  const replicas: ChildProcess[] = [];
  t.after(() => {
    for (const replica of replicas) replica.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const start = async (i: number): Promise<void> => {
    const replica = spawn(process.execPath, [main, "state"], {
      env: {
        ...process.env,
        POD_IP: addresses[i] ?? "",
        STATE_FOLDER: join(folder, String(i)),
        STATE_URLS: urls.filter((_, other) => other !== i).join(","),
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    replicas[i] = replica;
    while (!(await isReady(urls[i] ?? ""))) {
      assert.equal(replica.exitCode, null);
      await sleep(50);
    }
  };
  const kill = async (i: number): Promise<void> => {
    const ended = new Promise((resolve) => replicas[i]?.once("exit", resolve));
    replicas[i]?.kill("SIGKILL");
    await ended;
  };
  await Promise.all([start(0), start(1), start(2)]);
  const client = new StateClient(urls);
  const write = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, i) => client.put({ id: `op-${from + i}`, payload: { n: from + i } })),
    );

  await write(0, 50);
  await kill(0);
  await write(50, 100);
  appendFileSync(join(folder, "0", "operations.log"), '{"id":"cut o');
  await start(0);
  await kill(1);
  await write(100, 150);
  await start(1);
  // Whichever replica is lost now, the others know everything.
  for (const i of [0, 1, 2]) {
    await kill(i);
    const ids = await new StateClient(urls).ids();
    assert.equal(ids.filter((id) => id.startsWith("op-")).length, 150, `without replica ${i}`);
    await start(i);
  }
  await kill(0);
  await kill(2);
  await assert.rejects(client.put({ id: "lonely", payload: 1 }), NoMajorityError);
  await assert.rejects(client.ids(), NoMajorityError);
});

test("a replica refuses a body that is no operation's, and takes nothing from a peer that answers with an error", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  const broken = context({ STATE_FOLDER: join(folder, "broken") });
  const replica = context({ STATE_FOLDER: join(folder, "replica"), STATE_URLS: `http://${broken.address}:8080` });
  broken.wanted = { errorShare: 1 };
  const roles = [await state(broken), await state(replica)];
  t.after(() => {
    for (const role of roles) role.kill();
    rmSync(folder, { recursive: true });
  });
  const url = `http://${replica.address}:8080`;
  while (!(await isReady(url))) await sleep(50);

  assert.deepEqual(await new StateClient([url]).ids(), []);
  const put = async (body: unknown) =>
    (await fetch(`${url}/operations/one`, { method: "PUT", body: JSON.stringify(body) })).status;
  const bodies = [{ payload: 1, more: 2 }, {}, "payload", null, ["payload"]];
  assert.deepEqual(
    await Promise.all(bodies.map(put)),
    bodies.map(() => 400),
  );
  assert.equal(await put({ payload: null }), 201);
  assert.deepEqual(await new StateClient([url]).ids(), ["one"]);
});
