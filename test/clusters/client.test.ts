import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { UnreachableError } from "../../client/problem.ts";
import { serveProxy } from "../../sim/internet/tunnel.ts";
import { prepareRegion, readPki } from "../../sim/region/pki.ts";
import { smallSpec } from "../sim-region/region.ts";

const folder = mkdtempSync(join(tmpdir(), "client-"));
const own = join(folder, "own");
const other = join(folder, "other");

/** What callers showed to a server that has the certificate of `own`. */
const tokens: (string | undefined)[] = [];
const server = createServer();
let proxy: Awaited<ReturnType<typeof serveProxy>>;

before(async () => {
  for (const region of [own, other]) await prepareRegion(region, smallSpec);
  server.setSecureContext({ cert: readPki(own, "serverCertificate"), key: readPki(own, "serverKey") });
  server.on("request", ({ headers }, response) => {
    tokens.push(headers.authorization);
    response.end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  proxy = await serveProxy(async (host, port) => connect(port, host));
});

after(() => {
  for (const one of [server, proxy.server]) one.close();
  rmSync(folder, { recursive: true });
});

const clientTrusting = (region: string, through: { proxy?: string }): ClusterClient =>
  new ClusterClient({
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: readPki(region, "certificateAuthority"),
    token: async () => "secret",
    ...through,
  });

for (const way of ["directly", "through a proxy"])
  test(`${way}: a server shows a certificate of its own authority, or gets no token`, async () => {
    const through = way === "directly" ? {} : { proxy: `http://127.0.0.1:${proxy.port}` };
    const right = clientTrusting(own, through);
    const wrong = clientTrusting(other, through);
    tokens.length = 0;
    await right.get("/version");
    await assert.rejects(
      wrong.get("/version"),
      (error) => error instanceof UnreachableError && /certificate/.test(error.message),
    );
    assert.deepEqual(tokens, ["Bearer secret"]);
    for (const client of [right, wrong]) client.close();
  });
