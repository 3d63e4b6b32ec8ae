import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { backendFiles } from "../../ops/stateHistory.ts";
import { scanDocument } from "../../ops/stateScan.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const { privateKey, publicKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const jwt = [
  { alg: "HS256", typ: "JWT" },
  { sub: "operator", exp: 1_900_000_000 },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .concat("c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4")
  .join(".");
const kubeconfig = `apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: 0123456789abcdef0123\n`;

/** Kinds of secrets, none of which is in use anywhere. Parts are put together here: no scanner finds them in this file. */
const PLANTED: Record<string, string> = {
  "PEM private key": privateKey,
  "JSON web token": jwt,
  "AWS access key": `${"AKIA"}QWERTYUIOPASDFGH`,
  "AWS secret key": ["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYzzzzzzzKEY9"].join("/"),
  "Google API key": `${"AIza"}SyA1234567890abcdefghijklmnopqrstuv`,
  "Azure connection string": `DefaultEndpointsProtocol=https;AccountName=x;${"AccountKey"}=${base64("k".repeat(64))}`,
  "shared access signature": `https://x.blob.core.windows.net/c?sv=2024-01-01&${"sig"}=${"aB3%2F".repeat(8)}`,
  "GitHub token": `${"ghp"}_abcdefghijklmnopqrstuvwxyz0123456789`,
  "Slack token": `${"xoxb"}-123456789012-abcdefghijkl`,
  "password in a URL": "postgres://novacron:hunter2hunter2@db.example:5432/novacron",
  kubeconfig,
  "PEM private key in base64": base64(privateKey),
  "kubeconfig in base64": base64(kubeconfig),
  "JSON web token in base64, twice": base64(base64(jwt)),
};

const state = (outputs: Record<string, unknown>) => ({
  version: 3,
  deployment: {
    secrets_providers: {
      type: "passphrase",
      state: { salt: "v1:3hG9aK2mQ8s=:v1:Zk3PqLx0vT9eR2aY:mB7nC4dF6gH8jK1lM3oP5qR7sT9u" },
    },
    resources: [
      {
        urn: "urn:pulumi:staging::novacron::aws:ec2/vpnConnection:VpnConnection::aws-use1-gateway-to-azr-weu-0",
        type: "aws:ec2/vpnConnection:VpnConnection",
        outputs,
      },
    ],
  },
});

for (const [kind, secret] of Object.entries(PLANTED)) {
  test(`a plain ${kind} in a state is found where it stands, and not repeated`, () => {
    const found = scanDocument("state", state({ nested: [{ note: secret }] }));
    assert.equal(found.length, 1);
    assert.equal(found[0]?.path, "outputs.nested[0].note");
    assert.match(found[0]?.urn ?? "", /aws-use1-gateway-to-azr-weu-0$/);
    assert.ok(!JSON.stringify(found).includes(secret.slice(0, 16)), "the finding holds nothing of it");
  });
}

test("a property that is called like a secret must be one, however simple its value", () => {
  for (const name of ["tunnel1PresharedKey", "sharedSecret", "password", "clientSecret"]) {
    assert.equal(scanDocument("state", state({ [name]: "letmein" }))[0]?.path, `outputs.${name}`);
  }
});

test("what Pulumi has encrypted, certificates, public keys, digests and ids are no findings", () => {
  const encrypted = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "v1:abc:Zk3PqLx0vT9eR2aY",
  };
  const outputs = {
    sharedSecret: encrypted,
    certificateAuthority: {
      data: base64(`-----BEGIN CERTIFICATE-----\n${base64("c".repeat(90))}\n-----END CERTIFICATE-----\n`),
    },
    publicKey,
    image: `ghcr.io/novacron/dwcp-v3@sha256:${"76407f63".repeat(8)}`,
    id: "12345678-90ab-cdef-1234-567890abcdef",
    arn: "arn:aws:iam::000000000000:role/aws-use1-cluster",
    secretArn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:dwcp",
  };
  assert.deepEqual(scanDocument("state", state(outputs)), []);
});

test("a secret that was exported in plain is found, since it stands there in plain", () => {
  const plain = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(jwt),
  };
  assert.equal(scanDocument("state", state({ token: plain })).length, 1);
});

test("the config of a run of the past may hold a secret only encrypted", () => {
  const entry = (value: object) => ({ kind: "update", config: { "novacron:meshSecret": value } });
  assert.deepEqual(
    scanDocument("history", entry({ value: "v1:Zk3PqLx0vT9eR2aY:mB7nC4dF6gH8jK1lM3oP", secure: true })),
    [],
  );
  assert.equal(
    scanDocument("history", entry({ value: "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d", secure: false })).length,
    1,
  );
});

test("every state, backup and history entry of the stack is read, packed or not; what cannot be read is said", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "novacron-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: string | Buffer) => {
    const file = join(folder, ".pulumi", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  put("stacks/novacron/staging.json", "{}");
  put("stacks/novacron/prod.json", "{}");
  put("stacks/novacron/staging.json.bak", "{}");
  put("backups/novacron/staging/staging.1700000000000000000.json", "{}");
  put("history/novacron/staging/staging-1.checkpoint.json.gz", gzipSync("{}"));
  put("history/novacron/staging/staging-1.history.json", "{}");
  assert.deepEqual(
    backendFiles(folder, "novacron", "staging").map(({ name }) => name),
    [
      "stacks/novacron/staging.json",
      "stacks/novacron/staging.json.bak",
      "backups/novacron/staging/staging.1700000000000000000.json",
      "history/novacron/staging/staging-1.checkpoint.json.gz",
      "history/novacron/staging/staging-1.history.json",
    ],
  );
  put("history/novacron/staging/staging-2.history.json", "half of a");
  assert.throws(() => backendFiles(folder, "novacron", "staging"), /staging-2\.history\.json cannot be read as JSON/);
});
