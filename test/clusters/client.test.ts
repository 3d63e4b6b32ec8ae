import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ClusterClient } from "../../client/client.ts";
import { UnreachableError } from "../../client/problem.ts";
import { prepareRegion, readPki } from "../../sim/region/pki.ts";
import { smallSpec } from "../sim-region/region.ts";

const folder = mkdtempSync(join(tmpdir(), "client-"));
const own = join(folder, "own");
const other = join(folder, "other");

/** What callers showed to a server that has the certificate of `own`. */
const tokens: (string | undefined)[] = [];
const proxy = createProxy();
const server = createServer();

before(async () => {
  for (const region of [own, other]) await prepareRegion(region, smallSpec);
  server.setSecureContext({ cert: readPki(own, "serverCertificate"), key: readPki(own, "serverKey") });
  server.on("request", ({ headers }, response) => {
    tokens.push(headers.authorization);
    response.end("{}");
  });
  proxy.on("connect", ({ url = "" }, socket) => {
    const { hostname, port } = new URL(`http://${url}`);
    const onward = connect(Number(port), hostname, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const end of [socket, onward]) end.on("error", () => {});
    socket.pipe(onward).pipe(socket);
  });
  for (const one of [server, proxy]) await once(one.listen(0, "127.0.0.1"), "listening");
});

after(() => {
  for (const one of [server, proxy]) one.close();
  rmSync(folder, { recursive: true });
});

const urlOf = (scheme: string, listening: typeof server | typeof proxy): string =>
  `${scheme}://127.0.0.1:${(listening.address() as AddressInfo).port}`;

for (const way of ["directly", "through a proxy"])
  test(`${way}: a server shows a certificate of its own authority, or gets no token`, async () => {
    const clients = [own, other].map(
      (region) =>
        new ClusterClient({
          server: urlOf("https", server),
          certificateAuthority: readPki(region, "certificateAuthority"),
          token: async () => "secret",
          ...(way === "directly" ? {} : { proxy: urlOf("http", proxy) }),
        }),
    );
    const [right, wrong] = clients;
    tokens.length = 0;
    await right?.get("/version");
    await assert.rejects(
      async () => wrong?.get("/version"),
      (error) => error instanceof UnreachableError && /certificate/.test(error.message),
    );
    assert.deepEqual(tokens, ["Bearer secret"]);
    for (const client of clients) client.close();
  });
