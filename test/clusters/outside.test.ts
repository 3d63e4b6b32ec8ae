import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Internet } from "../../sim/internet/internet.ts";
import { PublicNames } from "../../sim/internet/names.ts";
import { openPublicAuthority } from "../../sim/internet/publicAuthority.ts";
import { LoadBalancerAddresses } from "../../sim/loadBalancerAddresses.ts";
import { serveOutside } from "../../sim/outside.ts";
import { SecretValues } from "../../sim/secretValues.ts";
import { nextPublicAddress } from "../../sim/server/requestWorld.ts";
import { Store } from "../../sim/store.ts";
import { askSocket } from "../../sim/unixSocket.ts";
import { publicAddress } from "../sim/azure/baseline.ts";
import { TENANT } from "../sim/azure/subscription.ts";
import { T, threeClouds, tokensIn } from "./clouds.ts";

const folder = mkdtempSync(join(tmpdir(), "novacron-outside-"));
const clouds = await threeClouds();
const { account } = clouds.aws;
const eips = [await account.make(T.eip, { domain: "vpc" }, "e1"), await account.make(T.eip, { domain: "vpc" }, "e2")];
const reserved = await publicAddress(clouds.azure, "entry");
await account.make(T.secret, { name: "novacron/federation" });
await account.make(T.zone, { name: "staging.novacron.example" });

// One store over the three clouds, as the simulator has it.
const store = new Store(":memory:");
for (const { sequence: _, ...resource } of clouds.resources()) store.insert(resource);
const clusters = {
  list: clouds.clusters,
  folderOf: (name: string) => join(folder, name),
  find: (name: string) => clouds.clusters().find(({ spec }) => spec.cluster === name) ?? assert.fail(name),
};
const { tokens } = tokensIn(folder);
const names = new PublicNames({ store, isHealthy: () => true });
const addressBook = () => new LoadBalancerAddresses(clusters, store, () => nextPublicAddress(account.store));
const addresses = addressBook();
const secrets = new SecretValues(join(folder, "secrets.json"), store);
const internet = new Internet({
  names,
  clusters: clouds.clusters,
  socketOf: () => "",
  ownerOf: () => undefined,
  hosts: [],
  whyApart: () => undefined,
});
const socket = join(folder, "outside.sock");
const server = await serveOutside(socket, {
  ...{ clusters, tokens, addresses, secrets, names, internet },
  authority: await openPublicAuthority(folder),
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function ask<Answer>(path: string, body: object): Promise<Answer & { error?: string }> {
  const { text } = await askSocket(socket, { method: "POST", path, body: JSON.stringify(body) });
  return JSON.parse(text) as Answer & { error?: string };
}

const loadBalancer = (cluster: string, annotations: Record<string, string>, more = {}) =>
  ask<{ addresses: string[] }>("/addresses", { cluster, annotations, ...more });
const aws = (name: string, value: string) => ({ [`service.beta.kubernetes.io/aws-load-balancer-${name}`]: value });
const azure = (name: string, value: string) => ({ [`service.beta.kubernetes.io/azure-${name}`]: value });

test("a load balancer has the addresses that the program reserved and DNS names", async () => {
  const allocations = eips.map(({ id }) => id).join(",");
  const given = await loadBalancer("main", aws("eip-allocations", allocations));
  assert.deepEqual(
    given.addresses,
    eips.map(({ state }) => state.publicIp),
  );
  assert.deepEqual((await loadBalancer("aks", azure("pip-name", "entry"))).addresses, [reserved.state.ipAddress]);
  assert.equal(
    addressBook().ownerOf(String(eips[1]?.state.publicIp)),
    "main",
    "after a restart nobody knows the address",
  );
});

test("one without a reservation keeps its address, an internal one has none of the internet's", async () => {
  const first = await loadBalancer("main", { purpose: "wan" });
  assert.equal(first.addresses.length, 1);
  assert.deepEqual(await loadBalancer("main", { purpose: "wan" }), first);
  assert.notDeepEqual(await loadBalancer("main", { purpose: "other" }), first);
  const internal = await loadBalancer("main", aws("scheme", "internal"));
  assert.match(internal.addresses[0] ?? "", /^10\.0\./);
});

test("an address that is not reserved, or another cluster's, is refused in the cloud's words", async () => {
  const missing = await loadBalancer("main", aws("eip-allocations", "eipalloc-0dead"));
  assert.match(missing.error ?? "", /AllocationIdNotFound: .*'eipalloc-0dead' does not exist in us-east-1/);
  const other = await loadBalancer("aks", azure("pip-name", "nowhere"));
  assert.match(other.error ?? "", /no public address named 'nowhere' is reserved in westeurope/);
  const foreign = await loadBalancer("aks", azure("load-balancer-internal", "true"), {
    loadBalancerIP: eips[0]?.state.publicIp,
  });
  assert.match(
    foreign.error ?? "",
    /PrivateIPAddressNotInSubnet: .* does not belong to the range of subnet prefix 10\.2/,
  );
});

test("a secret has one value for as long as it exists, and only where the cloud holds it", async () => {
  const provider = { aws: { service: "SecretsManager", region: "us-east-1", prefix: "novacron/" } };
  const read = (key: string, more = {}) =>
    ask<{ value: string }>("/secret", { cluster: "main", provider, key, ...more });
  const { value } = await read("federation");
  assert.equal(Buffer.from(value, "base64").length, 32);
  assert.equal((await read("federation")).value, value);
  assert.match((await read("nothing")).error ?? "", /ResourceNotFoundException: .*novacron\/nothing in us-east-1/);
  assert.match((await read("federation", { cluster: "aks" })).error ?? "", /a cluster of azure has no identity/);
  assert.match((await read("federation", { property: "x" })).error ?? "", /key x does not exist in secret federation/);
});

test("certificates are signed for names of the environment's own zone alone, and not for longer than a year", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const sign = (name: string, days = 90) =>
    ask<{ certificate: string; authority: string }>("/sign-certificate", {
      cluster: "main",
      names: [name],
      days,
      publicKey: publicKey.export({ type: "spki", format: "pem" }),
    });
  assert.match((await sign("dwcp.staging.novacron.example")).certificate, /BEGIN CERTIFICATE/);
  assert.match((await sign("dwcp.other.example")).error ?? "", /the challenge fails/);
  assert.match((await sign("dwcp.staging.novacron.example", 800)).error ?? "", /398/);
});

test("a region's API server learns who its callers are, and nothing of a token that is none", async () => {
  const { token } = tokens.issue({ cloud: "azure", account: TENANT, principal: "operator" });
  const identify = (shown: string) =>
    ask<{ authenticated: boolean; groups: string[] }>("/authenticate", { cluster: "aks", token: shown });
  assert.deepEqual((await identify(token)).groups, ["system:masters"]);
  assert.deepEqual(await identify(`${token}x`), { authenticated: false });
  assert.deepEqual(await identify("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), { authenticated: false });
});
