import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { after, before, test } from "node:test";
import type { ClusterClient } from "../../client/client.ts";
import { CHARTS } from "../../k8s/charts.ts";
import { certManager } from "../../sim/controllers/certManager.ts";
import { type Certificate, decoded, type Issuer, type Secret } from "../../sim/controllers/certManagerObjects.ts";
import type { Condition } from "../../sim/controllers/conditions.ts";
import {
  CERTIFICATES,
  CLUSTER_ISSUERS,
  ISSUERS,
  NAMESPACES,
  objectPath,
  SECRETS,
} from "../../sim/controllers/paths.ts";
import { sign } from "../../sim/controllers/signing.ts";
import type { SigningRequest } from "../../sim/region/context.ts";
import type { RunningRole } from "../../workload/role.ts";
import { Cluster } from "./cluster.ts";

let cluster: Cluster;
let controller: RunningRole;
/** What the public authority was asked to sign. */
const requests: SigningRequest[] = [];
let client: ClusterClient;

const ENVIRONMENT = { POD_NAME: "cert-manager-0", POD_NAMESPACE: "cert-manager" };

const DAY_MS = 86_400_000;

before(async () => {
  cluster = await Cluster.start("cert-manager");
  await cluster.create(NAMESPACES, { metadata: { name: "cert-manager" } });
  client = await cluster.install(CHARTS.certManager, "cert-manager", { crds: { enabled: true } });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spec = { secretName: "", issuerRef: { name: "" }, commonName: "public", isCA: true };
  const from = new Date(Date.now() - 60_000);
  const until = new Date(Date.now() + 365 * DAY_MS);
  const root = await sign(spec, createPublicKey(privateKey), { privateKey }, from, until);
  const outside = {
    signCertificate: async (request: SigningRequest) => {
      const { names, days, publicKey } = request;
      requests.push(request);
      const certificate = await sign(
        { secretName: "", issuerRef: { name: "" }, dnsNames: names },
        createPublicKey(publicKey),
        { privateKey, chain: root },
        from,
        new Date(from.getTime() + days * DAY_MS),
      );
      return { certificate, authority: root };
    },
  };
  controller = await certManager(cluster.context(outside, { client, env: ENVIRONMENT }));
});

after(async () => {
  await controller.stop();
  await cluster.stop();
});

const ready = (object: { status?: { conditions?: Condition[] } }, status = "True") =>
  object.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === status);

const certificate = (name: string, spec: object) =>
  cluster.create<Certificate>(
    CERTIFICATES,
    { metadata: { name }, spec: { secretName: `${name}-tls`, ...spec } },
    "default",
  );

const path = (name: string) => objectPath(CERTIFICATES, name, "default");
const secretPath = (name: string) => objectPath(SECRETS, `${name}-tls`, "default");
const leaf = (secret: Secret) => new X509Certificate(decoded(secret, "tls.crt") ?? "");

test("the gateway gets a certificate of the public authority, whose key is its own, and another one when it loses it", async () => {
  await cluster.create<Issuer>(CLUSTER_ISSUERS, {
    metadata: { name: "public" },
    spec: { acme: { server: "https://acme.example/directory", privateKeySecretRef: { name: "account" } } },
  });
  await certificate("edge", {
    dnsNames: ["dwcp.example", "dwcp.aws-use1.example"],
    issuerRef: { kind: "ClusterIssuer", name: "public" },
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    duration: "2160h",
  });
  const issued = await cluster.until<Certificate>(path("edge"), (object) => ready(object));
  const secret = await cluster.client.get<Secret>(secretPath("edge"));
  assert.equal(secret.type, "kubernetes.io/tls");
  assert.equal(leaf(secret).subjectAltName, "DNS:dwcp.example, DNS:dwcp.aws-use1.example");
  const root = new X509Certificate(decoded(secret, "ca.crt") ?? "");
  assert.ok(leaf(secret).verify(root.publicKey));
  assert.ok(leaf(secret).checkPrivateKey(createPrivateKey(decoded(secret, "tls.key") ?? "")));
  assert.deepEqual(requests.at(-1)?.days, 90);
  const life = Date.parse(issued.status?.notAfter ?? "") - Date.parse(issued.status?.notBefore ?? "");
  assert.equal(Date.parse(issued.status?.notAfter ?? "") - Date.parse(issued.status?.renewalTime ?? ""), life / 3);

  await cluster.client.remove(secretPath("edge"));
  const again = await cluster.until<Secret>(secretPath("edge"), ({ metadata }) => metadata.uid !== secret.metadata.uid);
  assert.notEqual(leaf(again).serialNumber, leaf(secret).serialNumber);
  assert.equal(requests.length, 2);
});

test("a certificate authority of the cluster's own signs for its namespace, and one for other names is issued anew", async () => {
  await cluster.create(ISSUERS, { metadata: { name: "own" }, spec: { ca: { secretName: "root-tls" } } }, "default");
  const refused = await cluster.until<Issuer>(objectPath(ISSUERS, "own", "default"), (object) =>
    ready(object, "False"),
  );
  assert.match(refused.status?.conditions?.[0]?.message ?? "", /"root-tls" not found/);

  await cluster.create(ISSUERS, { metadata: { name: "self" }, spec: { selfSigned: {} } }, "default");
  await certificate("root", { isCA: true, commonName: "root", issuerRef: { name: "self" } });
  await cluster.until<Issuer>(objectPath(ISSUERS, "own", "default"), (object) => ready(object));
  await certificate("peer", { dnsNames: ["a.example"], issuerRef: { name: "own" } });
  const first = await cluster.until<Secret>(secretPath("peer"), () => true);
  const root = await cluster.client.get<Secret>(secretPath("root"));
  assert.ok(leaf(first).checkIssued(leaf(root)) && leaf(first).verify(leaf(root).publicKey));

  await cluster.client.merge(path("peer"), { spec: { dnsNames: ["b.example"] } });
  await cluster.until<Secret>(secretPath("peer"), (secret) => leaf(secret).subjectAltName === "DNS:b.example");
  const renewed = await cluster.until<Certificate>(
    path("peer"),
    (object) => ready(object) && object.status?.conditions?.[0]?.observedGeneration === object.metadata.generation,
  );
  assert.equal(renewed.status?.revision, 2);
});

test("a certificate is renewed before it ends, with a new key", async () => {
  await cluster.create(ISSUERS, { metadata: { name: "short" }, spec: { selfSigned: {} } }, "default");
  // The shortest that the definition allows is far longer than a test; so it is due from its first second on.
  await certificate("brief", {
    dnsNames: ["c.example"],
    duration: "1h",
    renewBefore: "59m57s",
    issuerRef: { name: "short" },
    privateKey: { algorithm: "ECDSA" },
  });
  const first = await cluster.until<Secret>(secretPath("brief"), () => true);
  const second = await cluster.until<Secret>(
    secretPath("brief"),
    (secret) => leaf(secret).serialNumber !== leaf(first).serialNumber,
  );
  assert.notEqual(decoded(second, "tls.key"), decoded(first, "tls.key"));
});

test("of two replicas only the one that holds the lease issues, and the other follows when it stops", async () => {
  const lines: string[] = [];
  const other = await certManager(cluster.context({}, { client, env: ENVIRONMENT, log: (line) => lines.push(line) }));
  await certificate("single", { dnsNames: ["d.example"], issuerRef: { name: "short" } });
  await cluster.until<Certificate>(path("single"), (object) => ready(object));
  assert.deepEqual(lines, []);
  await controller.stop();
  controller = other;
  await certificate("after", { dnsNames: ["e.example"], issuerRef: { name: "short" } });
  await cluster.until<Certificate>(path("after"), (object) => ready(object));
  assert.equal(lines[0], "started");
});
