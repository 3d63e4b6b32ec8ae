import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { dwcp } from "../../workload/dwcp.ts";
import { pba } from "../../workload/pba.ts";
import { address, context } from "./context.ts";

const prediction = async (at: string) =>
  ((await (await fetch(`http://${at}:8080/v1/prediction`)).json()) as { source: string }).source;

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await check())) {
    assert.ok(performance.now() < deadline, `waited 10 s for ${what}`);
    await sleep(50);
  }
}

test("DWCP predicts by itself when inference is slow or gone, and uses it again when it is back", async (t) => {
  const inference = context({});
  const served = await pba(inference);
  const own = context({ DWCP_PBA_URL: `http://${inference.address}:8080` });
  const role = await dwcp(own);
  t.after(() => role.kill());
  await until("inference", async () => (await prediction(own.address)) === "pba");
  inference.wanted = { delayMilliseconds: 80 };
  await until("the fallback while it is slow", async () => (await prediction(own.address)) === "ewma");
  inference.wanted = {};
  await until("inference again", async () => (await prediction(own.address)) === "pba");
  served.kill();
  await until("the fallback without it", async () => (await prediction(own.address)) === "ewma");
  const metrics = await (await fetch(`http://${own.address}:9090/metrics`)).text();
  for (const reason of ["slow", "gone"])
    assert.match(metrics, new RegExp(`dwcp_pba_fallbacks_total\\{reason="${reason}"\\} [1-9]`));
});

test("a pod that ends loses no request: open connections are answered and told to close", async (t) => {
  const own = context({});
  const role = await dwcp(own);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  let answered = 0;
  let failed = 0;
  let asking = true;
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      request({ host: own.address, port: 8080, path: "/v1/version", agent }, (response) => {
        response.resume();
        // The caller hears of the end when it is told to close, as a gateway does when the endpoint is removed.
        if (response.headers.connection === "close") asking = false;
        if (response.statusCode === 200) answered += 1;
        else failed += 1;
        response.once("end", resolve);
      })
        .once("error", () => {
          failed += 1;
          resolve();
        })
        .end();
    });
  const callers = Array.from({ length: 8 }, async () => {
    while (asking) await ask();
  });
  await sleep(200);
  const stopped = role.stop();
  await Promise.all(callers);
  await stopped;
  assert.equal(await role.ended, 0);
  assert.ok(answered > 50, `only ${answered} requests were answered`);
  assert.equal(failed, 0);
});

test("a connection on which nobody has ever asked anything keeps no pod from ending", async (t) => {
  const own = context({});
  const role = await dwcp(own);
  // As gateways hold some: one was opened for a request that another connection then took.
  const unused = connect(8080, own.address);
  t.after(() => unused.destroy());
  await once(unused, "connect");
  // Whoever asks on it at the last moment is answered.
  const late = connect(8080, own.address);
  await once(late, "connect");
  const began = performance.now();
  const stopped = role.stop();
  await sleep(1_000);
  late.write("GET /v1/version HTTP/1.1\r\nhost: a\r\n\r\n");
  const [answer] = (await once(late, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 200 /);
  await stopped;
  assert.ok(performance.now() - began < 5_000, "it waited as for a request under way");
});

test("a session is asked to resume elsewhere before its pod ends", async () => {
  const own = context({});
  const role = await dwcp(own);
  const { endpoint, digest } = (await (
    await fetch(`http://${own.address}:8080/v1/sessions`, { method: "POST" })
  ).json()) as {
    endpoint: string;
    digest: string;
  };
  assert.equal(digest, "sha256:aa");
  const [host = "", port] = endpoint.split(":");
  const socket = connect(Number(port), host);
  const lines: string[] = [];
  const drained = new Promise<void>((resolve) =>
    createInterface({ input: socket }).on("line", (line) => {
      lines.push(line);
      if (line.includes("drain")) {
        socket.end();
        resolve();
      }
    }),
  );
  socket.write('{"sequence":1}\n');
  await until("the acknowledgement", async () => lines.length === 1);
  assert.equal(lines[0], '{"acknowledged":1}');
  const stopped = role.stop();
  await drained;
  await stopped;
});

test("faults that are asked for are seen by callers and by Prometheus", async (t) => {
  const own = context({}, address());
  const role = await dwcp(own);
  t.after(() => role.kill());
  const statuses = async () =>
    Promise.all(Array.from({ length: 100 }, async () => (await fetch(`http://${own.address}:8080/v1/version`)).status));
  own.wanted = { errorShare: 0.5 };
  const failed = (await statuses()).filter((status) => status === 500).length;
  assert.ok(failed > 20 && failed < 80, `${failed} of 100 failed`);
  own.wanted = { unready: true };
  assert.equal((await fetch(`http://${own.address}:8080/ready`)).status, 503);
  own.wanted = { noMetrics: true };
  assert.equal((await fetch(`http://${own.address}:9090/metrics`)).status, 503);
  own.wanted = {};
  const metrics = await (await fetch(`http://${own.address}:9090/metrics`)).text();
  assert.match(metrics, new RegExp(`dwcp_http_requests_total\\{code="500"\\} ${failed}\\n`));
});

test("a peer learns which region and digest answer and nothing else, and is not counted among the clients", async (t) => {
  const own = context({ REGION: "azr-weu", POD_NAME: "dwcp-v3-a" });
  const role = await dwcp(own);
  t.after(() => role.kill());
  const response = await fetch(`http://${own.address}:8080/v1/peer`);
  assert.deepEqual(await response.json(), { region: "azr-weu", digest: "sha256:aa" });
  const metrics = await (await fetch(`http://${own.address}:9090/metrics`)).text();
  assert.doesNotMatch(metrics, /dwcp_http_requests_total\{/);
});
