import "../../sim/region/classMetadata.ts";
import assert from "node:assert/strict";
import { createServer } from "node:https";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { Registry } from "prom-client";
import { Federation, type Peer } from "../../workload/federation.ts";
import { address } from "./context.ts";

const HOST = "dwcp.{region}.test.example";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

const name = HOST.replace("{region}", "b");
const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
const certificate = await X509CertificateGenerator.createSelfSigned({
  serialNumber: "01",
  name: `CN=${name}`,
  notBefore: new Date(Date.now() - 60_000),
  notAfter: new Date(Date.now() + 60 * 60_000),
  signingAlgorithm: ALGORITHM,
  keys,
  extensions: [
    new BasicConstraintsExtension(true, 0, true),
    new SubjectAlternativeNameExtension([{ type: "dns", value: name }]),
  ],
});
const authority = certificate.toString("pem");
const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");

/** A region's WAN entry, which says that it is `region`. */
async function entry(region: string, port = 0, at = address()) {
  const asked: (string | undefined)[] = [];
  const server = createServer({ key, cert: authority }, ({ url, headers }, response) => {
    asked.push(`${url} ${headers.host?.split(":")[0]}`);
    response.end(JSON.stringify({ region, digest: "sha256:aa" }));
  });
  await new Promise<void>((resolve) => server.listen(port, at, resolve));
  const bound = server.address();
  return { address: at, port: typeof bound === "object" && bound !== null ? bound.port : 0, asked, server };
}

function federation(peers: () => Promise<readonly Peer[]>, trusted: string | undefined = authority) {
  const registry = new Registry();
  const logged: string[] = [];
  const running = new Federation({
    peers,
    host: HOST,
    registry,
    log: (line) => logged.push(line),
    interval: 50,
    ...(trusted === undefined ? {} : { authority: trusted }),
  });
  after(() => running.stop());
  const metrics = () => registry.metrics();
  const shows = async (line: RegExp): Promise<void> => {
    const deadline = performance.now() + 5_000;
    while (!line.test(await metrics())) {
      assert.ok(performance.now() < deadline, `no ${line} in\n${await metrics()}\n${logged.join("\n")}`);
      await sleep(20);
    }
  };
  return { shows, metrics, logged };
}

test("a peer is up while it answers under its own name, whichever of its zones does, and down when none does", async (t) => {
  const first = await entry("b");
  const gone = address();
  const { shows, metrics } = federation(async () => [
    { region: "b", addresses: [gone, first.address], port: first.port },
  ]);
  await shows(/dwcp_v3_peer_up\{peer="b"\} 1/);
  await shows(/dwcp_v3_peer_round_trip_seconds\{peer="b"\} 0\.\d+/);
  assert.equal(first.asked[0], `/v1/peer ${name}`);
  first.server.close();
  first.server.closeAllConnections();
  await shows(/dwcp_v3_peer_up\{peer="b"\} 0/);
  assert.doesNotMatch(await metrics(), /round_trip_seconds\{/);
  const again = await entry("b", first.port, first.address);
  t.after(() => again.server.close());
  await shows(/dwcp_v3_peer_up\{peer="b"\} 1/);
});

test("whoever answers without the region's certificate, or as another region, is no peer", async (t) => {
  const impostor = await entry("c");
  t.after(() => impostor.server.close());
  const other = federation(async () => [{ region: "b", addresses: [impostor.address], port: impostor.port }]);
  await other.shows(/dwcp_v3_peer_up\{peer="b"\} 0/);
  assert.match(other.logged.join("\n"), /c answers there/);
  const wrongName = federation(async () => [{ region: "c", addresses: [impostor.address], port: impostor.port }]);
  await wrongName.shows(/dwcp_v3_peer_up\{peer="c"\} 0/);
  assert.match(wrongName.logged.join("\n"), /dwcp\.c\.test\.example/);
});

test("a region that leaves the federation leaves the metrics, and names that fail take none away", async (t) => {
  const one = await entry("b");
  t.after(() => one.server.close());
  let answer: () => readonly Peer[] = () => [{ region: "b", addresses: [one.address], port: one.port }];
  const { shows, metrics, logged } = federation(async () => answer());
  await shows(/dwcp_v3_peer_up\{peer="b"\} 1/);
  answer = () => {
    throw new Error("no name server");
  };
  while (!logged.join().includes("no name server")) await sleep(20);
  await shows(/dwcp_v3_peer_up\{peer="b"\} 1/);
  answer = () => [];
  const deadline = performance.now() + 5_000;
  while (/peer_up\{/.test(await metrics())) {
    assert.ok(performance.now() < deadline);
    await sleep(20);
  }
});
