import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NoMajorityError, StateClient } from "../../workload/stateClient.ts";
import { address } from "./context.ts";

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
    for (;;) {
      const ready = await fetch(`${urls[i]}/ready`).catch(() => undefined);
      if (ready?.ok) return;
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
