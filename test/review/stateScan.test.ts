import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { backendFiles } from "../../ops/stateHistory.ts";
import { scanDocument } from "../../ops/stateScan.ts";
import { plantedSecrets } from "./plantedSecrets.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jwt = plantedSecrets("config").find(({ kind }) => kind === "JWT")?.value ?? "";

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

test("a plain secret of any kind in a state is found where it stands, and not repeated", () => {
  for (const { kind, value, secret } of plantedSecrets("state")) {
    const found = scanDocument("state", state({ nested: [{ note: value }] }));
    assert.deepEqual(
      found.map(({ path }) => path),
      ["outputs.nested[0].note"],
      kind,
    );
    assert.match(found[0]?.urn ?? "", /aws-use1-gateway-to-azr-weu-0$/);
    assert.ok(!JSON.stringify(found).includes(secret.slice(0, 16)), `the finding of a ${kind} holds nothing of it`);
  }
});

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
    publicKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
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

test("the config of a run of the past may hold a secret only encrypted, whatever it says of itself", () => {
  const entry = (value: object) => ({ kind: "update", config: { "novacron:meshSecret": value } });
  assert.deepEqual(
    scanDocument("history", entry({ value: "v1:Zk3PqLx0vT9eR2aY:mB7nC4dF6gH8jK1lM3oP", secure: true })),
    [],
  );
  const plain = [
    { value: "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d", secure: false },
    { value: "letmein", secure: true },
    { value: `v1:${jwt}`, secure: true },
    { secure: jwt },
  ];
  for (const value of plain) assert.equal(scanDocument("history", entry(value)).length, 1, JSON.stringify(value));
  const cookie = { name: "session", secure: true, note: jwt };
  assert.equal(scanDocument("state", state({ cookie })).length, 1, "an attribute of that name hides nothing");
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
