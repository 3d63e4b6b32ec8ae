import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { Agent, get } from "node:https";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { IDENTITY_ADDRESS, IDENTITY_HOST, IdentityProvider, tokenSchema } from "../../sim/internet/identityProvider.ts";
import { Internet } from "../../sim/internet/internet.ts";
import { PublicNames } from "../../sim/internet/names.ts";
import { openPublicAuthority } from "../../sim/internet/publicAuthority.ts";
import { serveProxy, serveTunnels } from "../../sim/internet/tunnel.ts";
import { connectThrough } from "../../sim/unixSocket.ts";
import { Account } from "../sim/aws/account.ts";
import { T } from "../sim/aws/baseline.ts";

const folder = mkdtempSync(join(tmpdir(), "novacron-internet-"));
const servers: { close: () => unknown }[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const account = new Account();
const zone = await account.make(T.zone, { name: "staging.novacron.example" });
const checks = await Promise.all(
  ["a", "b"].map((name) =>
    account.make(T.healthCheck, { type: "TCP", fqdn: `${name}.novacron.example`, port: 443 }, name),
  ),
);
const [checkA = "", checkB = ""] = checks.map(({ id }) => id);
const record = (more: object, name: string) =>
  account.make(T.record, { zoneId: zone.id, type: "A", ttl: 60, ...more }, name);
await record(
  {
    name: "dwcp",
    records: ["198.51.100.1"],
    setIdentifier: "a",
    weightedRoutingPolicies: [{ weight: 50 }],
    healthCheckId: checkA,
  },
  "a",
);
await record(
  {
    name: "dwcp",
    records: ["198.51.100.2"],
    setIdentifier: "b",
    weightedRoutingPolicies: [{ weight: 150 }],
    healthCheckId: checkB,
  },
  "b",
);
await record({ name: "dwcp.aws-use1", records: ["198.51.100.1", "198.51.100.3"] }, "c");
const sick = new Set<string>();
const random = { next: 0 };
const names = new PublicNames({ store: account.store, isHealthy: (id) => !sick.has(id), random: () => random.next });

/** Stands in for a region: its socket says who it is and where it was asked to connect to. */
async function region(name: string): Promise<string> {
  const socket = join(folder, `${name}.sock`);
  const echo = await new Promise<Server>((resolve) => {
    const inner = createServer();
    inner.on("connect", (request, stream) => {
      stream.write("HTTP/1.1 200 OK\r\n\r\n");
      stream.end(`${name} ${request.url}`);
    });
    inner.listen(socket, () => resolve(inner));
  });
  servers.push(echo);
  return socket;
}

const sockets: Record<string, string> = { one: await region("one"), two: await region("two") };
const owners: Record<string, string> = {
  "198.51.100.1": "one",
  "198.51.100.2": "two",
  "198.51.100.3": "gone",
  "10.2.194.10": "two",
};
/** Why region one does not reach region two, while it does not. */
const mesh: { problem?: string } = {};
const authority = await openPublicAuthority(folder);
const identity = await IdentityProvider.open(folder);
const login = await identity.serve(authority);
servers.push(login.server);
const internet = new Internet({
  names,
  clusters: () =>
    [
      { region: "region-one", spec: { cluster: "one", serverNames: [] } },
      { region: "region-two", spec: { cluster: "two", serverNames: ["ABC.gr7.us-east-1.eks.amazonaws.com"] } },
    ] as never,
  socketOf: (cluster) => sockets[cluster] ?? join(folder, "nowhere.sock"),
  ownerOf: (address) => owners[address],
  hosts: [{ name: IDENTITY_HOST, address: IDENTITY_ADDRESS, port: 443, loopbackPort: login.port }],
  whyApart: () => mesh.problem,
});
const proxy = await serveProxy((host, port) => internet.dial(host, port));
servers.push(proxy.server);

/** What answers behind the proxy, or the proxy's own refusal. */
function through(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect(proxy.port, "127.0.0.1", () =>
      client.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`),
    );
    let text = "";
    client.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    client.once("close", () => resolve(text.replace(/^HTTP\/1.1 200[^\r]*\r\n\r\n/, "").trim()));
    client.once("error", reject);
  });
}

test("a public name leads to the entry of the region whose turn it is", async () => {
  random.next = 0.24;
  assert.equal(await through("dwcp.staging.novacron.example:443"), "one 198.51.100.1:443");
  random.next = 0.26;
  assert.equal(await through("DWCP.staging.novacron.example:443"), "two 198.51.100.2:443");
  assert.equal(await through("198.51.100.2:8443"), "two 198.51.100.2:8443");
});

test("a region that fails its health check is left out, but not when all of them fail", () => {
  random.next = 0.9;
  sick.add(checkB);
  assert.deepEqual(names.resolve("dwcp.staging.novacron.example."), ["198.51.100.1"]);
  sick.add(checkA);
  assert.deepEqual(names.resolve("dwcp.staging.novacron.example"), ["198.51.100.2"]);
  sick.clear();
});

test("an address that does not answer is passed over for the name's next one", async () => {
  delete owners["198.51.100.1"];
  owners["198.51.100.3"] = "one";
  assert.equal(await through("dwcp.aws-use1.staging.novacron.example:443"), "one 198.51.100.3:443");
  owners["198.51.100.1"] = "one";
});

test("an API server's name leads into its own region, and only on its port", async () => {
  assert.equal(await through("abc.gr7.us-east-1.eks.amazonaws.com:443"), "two 127.0.0.1:6443");
  assert.match(await through("abc.gr7.us-east-1.eks.amazonaws.com:22"), /^HTTP\/1.1 404 .*answers on port 443 alone/);
});

test("nothing leads out of the simulation", async () => {
  assert.match(await through("www.wikipedia.org:443"), /^HTTP\/1.1 404 the simulated clouds have no public name/);
  assert.match(await through("127.0.0.1:22"), /^HTTP\/1.1 404 nothing in the simulated clouds listens/);
  assert.match(await through("8.8.8.8:53"), /^HTTP\/1.1 404/);
  assert.match(await through("nonsense"), /^HTTP\/1.1 400/);
});

test("a region's private address is reached from regions that the mesh joins with it, and not from the internet", async () => {
  const answers = async (asker?: string) =>
    (await (await internet.dial("10.2.194.10", 8443, asker)).setEncoding("utf8").toArray()).join("");
  assert.equal(await answers("one"), "two 10.2.194.10:8443");
  assert.equal(await answers("two"), "two 10.2.194.10:8443");
  await assert.rejects(answers(), /is a private address/);
  await assert.rejects(answers("unknown"), /is a private address/);
  mesh.problem = "no tunnel is up";
  await assert.rejects(answers("one"), /region-one does not reach region-two: no tunnel is up/);
  assert.equal(await answers("two"), "two 10.2.194.10:8443");
  delete mesh.problem;
});

test("a region's own way out leads the same ways", async () => {
  const socket = join(folder, "outside.sock");
  const outside = createServer().listen(socket);
  servers.push(outside);
  serveTunnels(outside, (host, port) => internet.dial(host, port));
  const stream = await connectThrough(socket, "198.51.100.2:443");
  assert.equal((await stream.setEncoding("utf8").toArray()).join(""), "two 198.51.100.2:443");
  await assert.rejects(connectThrough(socket, "8.8.8.8:53"), /nothing in the simulated clouds listens/);
});

const keys = (): Promise<JSONWebKeySet> =>
  new Promise((resolve, reject) => {
    const agent = new Agent({ proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }, ca: authority.certificate });
    get(`https://${IDENTITY_HOST}/.well-known/jwks.json`, { agent }, async (response) => {
      resolve(JSON.parse((await response.setEncoding("utf8").toArray()).join("")) as JSONWebKeySet);
      agent.destroy();
    }).once("error", reject);
  });

const tokenFor = (more: object = {}) => identity.token(tokenSchema.parse({ subject: "probe", ...more }));
const verify = async (token: string) =>
  jwtVerify(token, createLocalJWKSet(await keys()), {
    issuer: `https://${IDENTITY_HOST}`,
    audience: "dwcp-staging",
    algorithms: ["ES256"],
  });

test("a token outlives one rotation of the provider's keys, and a reopened provider", async () => {
  const token = await tokenFor();
  assert.equal((await verify(token)).payload.sub, "probe");
  await identity.rotate();
  assert.equal((await keys()).keys.length, 2);
  await verify(token);
  await verify(await tokenFor());
  await verify(await (await IdentityProvider.open(folder)).token(tokenSchema.parse({ subject: "probe" })));
  await identity.rotate();
  await assert.rejects(verify(token), /no applicable key found/);
  assert.ok(
    (await keys()).keys.every((key) => !("d" in key)),
    "a private key was published",
  );
});

test("each kind of wrong token is wrong in its own way alone", async () => {
  const wrong: [more: object, words: RegExp][] = [
    [{ expiresIn: -1 }, /"exp" claim/],
    [{ issuer: "https://elsewhere.example" }, /"iss" claim/],
    [{ audience: "other" }, /"aud" claim/],
    [{ algorithm: "none" }, /unsupported|algorithm|Signature|alg/i],
    [{ algorithm: "HS256" }, /alg/],
    [{ algorithm: "RS256" }, /alg/],
    [{ key: "unknown" }, /no applicable key/],
  ];
  for (const [more, words] of wrong)
    await assert.rejects(async () => verify(await tokenFor(more)), words, JSON.stringify(more));
});

test("the public authority signs what everybody who trusts it accepts, and is the same after a restart", async () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const request = {
    names: ["dwcp.staging.novacron.example", "dwcp.aws-use1.staging.novacron.example"],
    days: 90,
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
  const reopened = await openPublicAuthority(folder);
  const leaf = new X509Certificate(await reopened.sign(request));
  assert.ok(leaf.verify(new X509Certificate(authority.certificate).publicKey));
  assert.ok(leaf.checkHost(request.names[1] ?? "") !== undefined);
  assert.ok(leaf.publicKey.equals(publicKey));
  assert.ok(names.isOwned("dwcp.staging.novacron.example") && !names.isOwned("novacron.example"));
});
