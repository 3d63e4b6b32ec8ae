import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { dwcp } from "../../workload/dwcp.ts";
import { load } from "../../workload/load.ts";
import { Stream } from "../../workload/streamClient.ts";
import { type Streams, serveStreams } from "../../workload/streams.ts";
import { address, context } from "./context.ts";

const PORT = 9876;

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await check())) {
    assert.ok(performance.now() < deadline, `waited 10 s for ${what}`);
    await sleep(10);
  }
}

/** The weighted route: hands out a session at whichever version it leads to at the moment, or refuses. */
async function route() {
  const made = { leadsTo: "", digest: "", status: 201, asked: 0, url: "" };
  const server = createHttpServer((_, response) => {
    made.asked += 1;
    response.writeHead(made.status, { "content-type": "application/json" });
    response.end(JSON.stringify({ endpoint: `${made.leadsTo}:${PORT}`, digest: made.digest }));
  });
  const at = address();
  await new Promise<void>((resolve) => server.listen(8080, at, resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  made.url = `http://${at}:8080/v1/sessions`;
  return made;
}

/** A pod of the reference workload, as far as streams go. */
async function pod(at = address()): Promise<Streams & { address: string; open: () => number }> {
  let open = 0;
  const streams = await serveStreams(context({}, at), (count) => {
    open = count;
  });
  after(streams.destroy);
  return { ...streams, address: at, open: () => open };
}

/** A stream that sends a number every 5 ms, with what it told. */
function client(sessions: string) {
  const told = { sent: 0, acknowledged: 0, lost: 0, resumed: [] as string[], logged: [] as string[] };
  const stream = new Stream(sessions, {
    sent: () => (told.sent += 1),
    acknowledged: () => (told.acknowledged += 1),
    lost: (count) => (told.lost += count),
    resumed: (why) => told.resumed.push(why),
    log: (line) => told.logged.push(line),
  });
  const timer = setInterval(() => stream.tick(performance.now()), 5);
  after(() => {
    clearInterval(timer);
    stream.stop();
  });
  return {
    stream,
    told,
    /** Sends nothing more, and waits until all of it is acknowledged. */
    allArrive: async () => {
      clearInterval(timer);
      await until("the last acknowledgements", () => told.acknowledged === told.sent);
      assert.equal(told.lost, 0);
    },
  };
}

test("a pod that drains is left at once, and every number is acknowledged, none lost", async () => {
  const [first, second, sessions] = [await pod(), await pod(), await route()];
  Object.assign(sessions, { leadsTo: first.address, digest: "sha256:aa" });
  const { stream, told, allArrive } = client(sessions.url);
  await until("numbers on the first version", () => told.acknowledged > 10);
  assert.equal(stream.digest, "sha256:aa");
  Object.assign(sessions, { leadsTo: second.address, digest: "sha256:bb" });
  const began = performance.now();
  await first.drain();
  // Far below the five seconds after which the pod breaks what is left.
  assert.ok(performance.now() - began < 2_000);
  assert.equal(stream.digest, "sha256:bb");
  const before = told.acknowledged;
  await until("numbers on the second version", () => told.acknowledged > before + 10);
  await allArrive();
  assert.deepEqual(told.resumed, ["drain"]);
  assert.deepEqual([first.open(), second.open()], [0, 1]);
});

test("a gateway that still leads to the pod that drains is asked again, and the old session serves meanwhile", async () => {
  const [first, second, sessions] = [await pod(), await pod(), await route()];
  Object.assign(sessions, { leadsTo: first.address, digest: "sha256:aa" });
  const { told, allArrive } = client(sessions.url);
  await until("numbers on the first version", () => told.acknowledged > 10);
  const draining = first.drain();
  await until("more than one question", () => sessions.asked > 2);
  const before = told.acknowledged;
  await until("more numbers on the first version", () => told.acknowledged > before + 10);
  assert.deepEqual(told.resumed, []);
  sessions.leadsTo = second.address;
  await draining;
  await allArrive();
  assert.deepEqual(told.resumed, ["drain"]);
});

test("a session that is opened on a pod which drains already is asked to go on elsewhere too", async () => {
  const [first, second, third, sessions] = [await pod(), await pod(), await pod(), await route()];
  sessions.leadsTo = first.address;
  const other = client(sessions.url);
  await until("a session that keeps the first pod draining", () => other.told.acknowledged > 0);
  sessions.leadsTo = second.address;
  const late = client(sessions.url);
  await until("a session on the second pod", () => late.told.acknowledged > 0);
  sessions.status = 503;
  const draining = Promise.all([first.drain(), second.drain()]);
  Object.assign(sessions, { leadsTo: first.address, status: 201 });
  await until("the late one on the first pod, and sent on", () => late.told.resumed.length === 1);
  sessions.leadsTo = third.address;
  await draining;
  await late.allArrive();
  assert.deepEqual(late.told.resumed, ["drain", "drain"]);
});

test("after a break it goes on as soon as a session can be had: a refusal and a dead endpoint are tried again", async () => {
  const [first, sessions, dead] = [await pod(), await route(), address()];
  Object.assign(sessions, { leadsTo: first.address, digest: "sha256:aa" });
  const { stream, told, allArrive } = client(sessions.url);
  await until("numbers on the first pod", () => told.acknowledged > 10);
  sessions.status = 503;
  first.destroy();
  await until("a refusal", () => told.logged.some((line) => line.includes("503")));
  assert.equal(stream.digest, undefined);
  Object.assign(sessions, { leadsTo: dead, status: 201 });
  const { asked } = sessions;
  await until("a dead endpoint", () => sessions.asked > asked + 1);
  const revived = await pod(dead);
  await until("numbers on the other pod", () => revived.open() === 1);
  await allArrive();
  assert.deepEqual(told.resumed, ["break"]);
});

/** A pod that does with each line what it is told to; the numbers of each of its sessions, as they came. */
async function scripted(answer: (sequence: number, socket: Socket, session: number) => void) {
  const received: number[][] = [];
  const at = address();
  const server = createServer((socket) => {
    const numbers: number[] = [];
    const session = received.push(numbers) - 1;
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      const { sequence } = JSON.parse(line) as { sequence: number };
      numbers.push(sequence);
      answer(sequence, socket, session);
    });
  });
  await new Promise<void>((resolve) => server.listen(PORT, at, resolve));
  after(() => server.close());
  return { address: at, received };
}

const acknowledge = (sequence: number, socket: Socket) =>
  socket.write(`${JSON.stringify({ acknowledged: sequence })}\n`);

test("a connection that is reset, by either end, costs that session and nothing else", async () => {
  const sessions = await route();
  const { address: at } = await scripted((sequence, socket, session) => {
    if (session === 0 && sequence === 5) socket.resetAndDestroy();
    else acknowledge(sequence, socket);
  });
  sessions.leadsTo = at;
  const { told, allArrive } = client(sessions.url);
  await until("the second session", () => told.acknowledged > 20);
  await allArrive();
  assert.deepEqual(told.resumed, ["break"]);

  const server = await pod();
  const socket = connect(PORT, server.address);
  socket.write(`${JSON.stringify({ sequence: 1 })}\n`);
  await once(socket, "data");
  socket.resetAndDestroy();
  await until("the server to be rid of it", () => server.open() === 0);
});

test("it goes on right after the last acknowledged number, whatever was sent since", async () => {
  const sessions = await route();
  const { address: at, received } = await scripted((sequence, socket, session) => {
    if (session > 0 || sequence <= 5) acknowledge(sequence, socket);
    else if (sequence === 9) socket.destroy();
  });
  sessions.leadsTo = at;
  const { told, allArrive } = client(sessions.url);
  await until("the second session", () => told.acknowledged > 20);
  await allArrive();
  assert.deepEqual(received[0]?.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(received[1]?.slice(0, 4), [6, 7, 8, 9]);
  assert.deepEqual(told.resumed, ["break"]);
});

test("a number that the other end passes over is counted as lost", async () => {
  const sessions = await route();
  const { address: at } = await scripted((sequence, socket) => {
    if (sequence !== 3 && sequence !== 4) acknowledge(sequence, socket);
  });
  sessions.leadsTo = at;
  const { told } = client(sessions.url);
  await until("numbers", () => told.acknowledged > 10);
  assert.equal(told.lost, 2);
});

test("a pod that has gone silent without a break is left", async () => {
  const [silent, alive, sessions] = [await scripted(() => {}), await pod(), await route()];
  sessions.leadsTo = silent.address;
  const { stream, told, allArrive } = client(sessions.url);
  await until("numbers that nobody answers", () => told.sent > 3);
  sessions.leadsTo = alive.address;
  stream.tick(performance.now() + 6_000);
  await until("acknowledgements", () => told.acknowledged > 3);
  await allArrive();
  assert.deepEqual(told.resumed, ["break"]);
});

test("an endpoint that takes sessions and drops them is not asked without end", async () => {
  const sessions = await route();
  const { address: at } = await scripted((_, socket) => socket.destroy());
  sessions.leadsTo = at;
  const { told } = client(sessions.url);
  await until("a first session", () => sessions.asked > 0);
  await sleep(1_000);
  assert.ok(sessions.asked <= 5, `${sessions.asked} sessions in a second`);
  assert.equal(told.acknowledged, 0);
});

test("the load shows its streams by version, and how they went on when a pod ended", async (t) => {
  const pods = [context({ IMAGE_DIGEST: "sha256:aa" }), context({ IMAGE_DIGEST: "sha256:bb" })] as const;
  const [bad, good] = [await dwcp(pods[0]), await dwcp(pods[1])];
  t.after(() => good.kill());
  const sessions = await route();
  Object.assign(sessions, { leadsTo: pods[0].address, digest: "sha256:aa" });
  const own = context({
    LOAD_URL: `http://${pods[1].address}:8080/v1/version`,
    LOAD_SESSIONS_URL: sessions.url,
    LOAD_STREAMS: "3",
  });
  const role = await load(own);
  t.after(() => role.kill());
  const shown = async (series: string): Promise<number | undefined> => {
    const text = await (await fetch(`http://${own.address}:9090/metrics`)).text();
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };
  await until("three streams", async () => (await shown('dwcp_load_streams{digest="sha256:aa"}')) === 3);
  assert.equal(await shown('dwcp_load_stream_resumptions_total{reason="drain"}'), 0);
  Object.assign(sessions, { leadsTo: pods[1].address, digest: "sha256:bb" });
  await bad.stop();
  assert.equal(await shown('dwcp_load_streams{digest="sha256:aa"}'), undefined);
  assert.equal(await shown('dwcp_load_streams{digest="sha256:bb"}'), 3);
  assert.equal(await shown('dwcp_load_stream_resumptions_total{reason="drain"}'), 3);
  assert.equal(await shown("dwcp_load_stream_messages_lost_total"), 0);
  const [sent = 0, acknowledged = 0] = [
    await shown("dwcp_load_stream_messages_sent_total"),
    await shown("dwcp_load_stream_messages_acknowledged_total"),
  ];
  assert.ok(sent > 20 && acknowledged > sent - 10, `${acknowledged} of ${sent} acknowledged`);
});

test("a load that is told of no sessions holds no streams", async (t) => {
  const own = context({ LOAD_URL: `http://${address()}:8080/` });
  const role = await load(own);
  t.after(() => role.kill());
  const text = await (await fetch(`http://${own.address}:9090/metrics`)).text();
  assert.doesNotMatch(text, /dwcp_load_stream/);
});
