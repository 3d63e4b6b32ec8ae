import "../../sim/region/classMetadata.ts";
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { createServer } from "node:https";
import { test } from "node:test";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { Probe, shareOf } from "../../ops/delivery/probe.ts";
import { until } from "../tools/processes.ts";
import { digest } from "./service.ts";

const [stable, canary] = [digest("a"), digest("b")];

/** Until what was under way is answered: more requests than the probe ever has open at once. */
async function settled(probe: Probe): Promise<void> {
  const { requests } = probe.total;
  await until(() => probe.total.requests > requests + 64);
}

test("the probe tells shares, failures, the last answer of a version and lost writes apart, from what a service answers", async (t) => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  let count = 0;
  let canaryShare = 4;
  const written: string[] = [];
  const server = createServer(
    { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` },
    async (request, response) => {
      count += 1;
      response.setHeader("x-dwcp-digest", canaryShare > 0 && count % canaryShare === 0 ? canary : stable);
      if (request.headers.authorization !== "Bearer good") return response.writeHead(401).end();
      if (request.method === "GET")
        return response.end(request.url === "/v1/operations" ? JSON.stringify({ ids: written.slice(1) }) : "{}");
      let body = "";
      for await (const chunk of request) body += chunk;
      written.push((JSON.parse(body) as { id: string }).id);
      return response.writeHead(201).end("{}");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let token = "good";
  const probe = new Probe({
    url: `https://127.0.0.1:${port}`,
    token: () => token,
    rate: 200,
    certificateAuthority: certificate.toString("pem"),
  });
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
