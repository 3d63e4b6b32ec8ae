import "../../sim/region/classMetadata.ts";
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { Probe, type ProbeOptions, shareOf } from "../../ops/delivery/probe.ts";
import { until } from "../tools/processes.ts";
import { digest } from "./service.ts";

const [stable, canary] = [digest("a"), digest("b")];

/** Until what was under way is answered: more requests than the probe ever has open at once. */
async function settled(probe: Probe): Promise<void> {
  const { requests } = probe.total;
  await until(() => probe.total.requests > requests + 64);
}

/** A server with a certificate of its own, and the options of a probe that trusts it. */
async function serve(
  t: TestContext,
  answer: RequestListener,
): Promise<Pick<ProbeOptions, "url" | "certificateAuthority">> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const server = createServer(
    { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` },
    answer,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `https://127.0.0.1:${port}`, certificateAuthority: certificate.toString("pem") };
}

test("the probe tells shares, failures, the last answer of a version and lost writes apart, from what a service answers", async (t) => {
  let count = 0;
  let canaryShare = 4;
  const written: string[] = [];
  const served = await serve(t, async (request, response) => {
    count += 1;
    response.setHeader("x-dwcp-digest", canaryShare > 0 && count % canaryShare === 0 ? canary : stable);
    if (request.headers.authorization !== "Bearer good") return response.writeHead(401).end();
    if (request.method === "GET")
      return response.end(request.url === "/v1/operations" ? JSON.stringify({ ids: written.slice(1) }) : "{}");
    let body = "";
    for await (const chunk of request) body += chunk;
    written.push((JSON.parse(body) as { id: string }).id);
    return response.writeHead(201).end("{}");
  });
  let token = "good";
  const probe = new Probe({ ...served, token: () => token, rate: 200 });
  // Otherwise a failure here would never end: the probe goes on.
  t.after(() => probe.stop());
  probe.start();
  await until(() => probe.total.requests > 150);
  const first = probe.window();
  assert.equal(first.failed, 0, JSON.stringify(first));
  assert.ok(Math.abs(shareOf(first, canary) - 25) < 2, JSON.stringify(first));
  canaryShare = 0;
  await settled(probe);
  const decided = performance.now();
  await settled(probe);
  assert.ok((probe.lastAnswer(canary)?.at ?? Number.POSITIVE_INFINITY) < decided);
  token = "bad";
  await until(() => probe.total.failed > 20);
  await probe.stop();
  const { failed, requests } = probe.total;
  assert.ok(failed < requests, `${failed} of ${requests}`);
  assert.equal(probe.failures[0]?.status, 401);
  // The server forgot the first write that it had acknowledged.
  token = "good";
  assert.deepEqual(await probe.lost(), written.slice(0, 1));
});

test("what a closed connection swallows is read again and counted, but never written again", async (t) => {
  const used = new WeakMap<Socket, number>();
  let written = 0;
  const served = await serve(t, (request, response) => {
    const { socket } = request;
    used.set(socket, (used.get(socket) ?? 0) + 1);
    if (request.method === "POST") written += 1;
    // As a gateway that closes a connection when the request is already on its way.
    if ((used.get(socket) ?? 0) > 5) return socket.destroy();
    response
      .setHeader("x-dwcp-digest", stable)
      .writeHead(request.method === "GET" ? 200 : 201)
      .end("{}");
  });
  const probe = new Probe({ ...served, token: () => "good", rate: 200, writeEvery: 4 });
  t.after(() => probe.stop());
  probe.start();
  await until(() => probe.total.resent > 10 && probe.total.failed > 3);
  await probe.stop();
  assert.deepEqual(new Set(probe.failures.map(({ method }) => method)), new Set(["POST"]));
  assert.equal(written, probe.acknowledged.size + probe.total.failed, "each was sent once");
});

test("a service that closes every connection fails, whatever is sent again", async (t) => {
  const served = await serve(t, (request) => request.socket.destroy());
  const probe = new Probe({ ...served, token: () => "good", rate: 50, writeEvery: 0 });
  t.after(() => probe.stop());
  probe.start();
  await until(() => probe.total.failed > 20);
  await probe.stop();
  assert.equal(probe.total.requests, probe.total.failed);
});
