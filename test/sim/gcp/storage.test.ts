import assert from "node:assert/strict";
import { test } from "node:test";
import type { Properties } from "../../../sim/service.ts";
import { keyOf, networkOf, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

/** A key that may stand anywhere; only the one in our own region exists. */
const key = (location: string) => `projects/${PROJECT}/locations/${location}/keyRings/ring-${location}/cryptoKeys/key`;

/** Each row: what is refused, the type, its inputs in a project with one key, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: Properties, words: RegExp][] = [
  ["a bucket name in capitals", "Bucket", { name: "Artifacts", location: "ASIA-SOUTH1" }, /not a valid name/],
  [
    "a bucket name with google in it",
    "Bucket",
    { name: "my-google-bucket", location: "ASIA-SOUTH1" },
    /can't contain 'google'/,
  ],
  [
    "a bucket name that begins with goog",
    "Bucket",
    { name: "goog-artifacts", location: "ASIA-SOUTH1" },
    /'goog' prefix/,
  ],
  ["a bucket name of two characters", "Bucket", { name: "ab", location: "ASIA-SOUTH1" }, /between 3 and 63/],
  [
    "a bucket name that looks like an address",
    "Bucket",
    { name: "10.0.0.1", location: "ASIA-SOUTH1" },
    /not a valid name/,
  ],
  ["a bucket nowhere", "Bucket", { name: "artifacts", location: "MARS" }, /location constraint is not valid/],
  [
    "a bucket key that Cloud Storage may not use",
    "Bucket",
    { name: "artifacts", location: "EUROPE-WEST1", encryption: { defaultKmsKeyName: key("europe-west1") } },
    /Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key\., forbidden/,
  ],
  [
    "a bucket key in another place",
    "Bucket",
    { name: "artifacts", location: "EUROPE-WEST1", encryption: { defaultKmsKeyName: key(REGION) } },
    /needs a key in location 'europe-west1'/,
  ],
  [
    "a lifecycle rule without a condition",
    "Bucket",
    { name: "artifacts", location: "ASIA-SOUTH1", lifecycleRules: [{ action: { type: "Delete" }, condition: {} }] },
    /at least one condition/,
  ],
  [
    "an unknown lifecycle action",
    "Bucket",
    {
      name: "artifacts",
      location: "ASIA-SOUTH1",
      lifecycleRules: [{ action: { type: "Archive" }, condition: { age: 1 } }],
    },
    /lifecycle action type/,
  ],
  [
    "a soft deletion of one day",
    "Bucket",
    { name: "artifacts", location: "ASIA-SOUTH1", softDeletePolicy: { retentionDurationSeconds: 86400 } },
    /between 7 and 90 days/,
  ],
  [
    "a secret that is replicated nowhere",
    "Secret",
    { secretId: "s", replication: {} },
    /exactly one of auto and userManaged/,
  ],
  [
    "a secret id with a dot",
    "Secret",
    { secretId: "a.b", replication: { auto: {} } },
    /letters, digits, underscores and dashes/,
  ],
  [
    "a secret's key in another region",
    "Secret",
    {
      secretId: "s",
      replication: {
        userManaged: {
          replicas: [{ location: "europe-west1", customerManagedEncryption: { kmsKeyName: key(REGION) } }],
        },
      },
    },
    /needs a key in location 'europe-west1'/,
  ],
  [
    "a secret with a key for some replicas",
    "Secret",
    {
      secretId: "s",
      replication: {
        userManaged: {
          replicas: [
            { location: REGION, customerManagedEncryption: { kmsKeyName: key(REGION) } },
            { location: "europe-west1" },
          ],
        },
      },
    },
    /on all replicas or on none/,
  ],
  [
    "a rotation without a topic",
    "Secret",
    { secretId: "s", replication: { auto: {} }, rotation: { rotationPeriod: "7776000s" } },
    /topics must be set/,
  ],
  ["a zone name without its dot", "ManagedZone", { name: "z", dnsName: "example.com" }, /ends with a dot/],
  [
    "a public zone in a network",
    "ManagedZone",
    { name: "z", dnsName: "example.com.", privateVisibilityConfig: { networks: [{ networkUrl: "vpc" }] } },
    /only be specified for private zones/,
  ],
  [
    "a private zone in a network that does not exist",
    "ManagedZone",
    {
      name: "z",
      dnsName: "example.com.",
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: "vpc" }] },
    },
    /cannot be found/,
  ],
  [
    "log entries kept for eleven years",
    "ProjectBucketConfig",
    { project: PROJECT, location: REGION, bucketId: "logs", retentionDays: 4000 },
    /between 1 and 3650/,
  ],
  [
    "a sink to a bucket that does not exist",
    "ProjectSink",
    { name: "s", destination: "storage.googleapis.com/nowhere" },
    /does not exist/,
  ],
  [
    "a filter with an open quote",
    "ProjectSink",
    { name: "s", destination: "pubsub.googleapis.com/projects/p/topics/t", filter: 'severity="ERROR' },
    /Unparseable filter/,
  ],
];

for (const [title, kind, inputs, words] of REFUSALS) {
  test(`what Google would refuse is refused: ${title}`, async () => {
    const sandbox = new Sandbox();
    await keyOf(sandbox);
    await sandbox.create("Account", { accountId: "reader" });
    await refused(sandbox.create(kind, inputs), words);
  });
}

test("services get at data only with a key that they may use", async () => {
  const sandbox = new Sandbox();
  const { key: own } = await keyOf(sandbox);
  const bucket = await sandbox.create("Bucket", {
    name: "artifacts",
    location: "asia-south1",
    encryption: { defaultKmsKeyName: own.id },
  });
  assert.equal(bucket.state.location, "ASIA-SOUTH1");
  assert.equal(bucket.state.url, "gs://artifacts");
  const replica = { location: REGION, customerManagedEncryption: { kmsKeyName: own.id } };
  const secret = await sandbox.create("Secret", {
    secretId: "federation",
    replication: { userManaged: { replicas: [replica] } },
  });
  assert.match(String(secret.state.name), /^projects\/\d{12}\/secrets\/federation$/);
});

test("a key that nobody granted to Cloud Storage encrypts no bucket", async () => {
  const sandbox = new Sandbox();
  const ring = await sandbox.create("KeyRing", { name: "ring", location: REGION });
  const ungranted = await sandbox.create("CryptoKey", { name: "key", keyRing: ring.id });
  const inputs = { name: "artifacts", location: REGION, encryption: { defaultKmsKeyName: ungranted.id } };
  await refused(sandbox.create("Bucket", inputs), /Error 403: Permission denied on Cloud KMS key/);
});

test("bucket names are shared by all projects, and a bucket with objects stays", async () => {
  const sandbox = new Sandbox();
  const bucket = await sandbox.create("Bucket", { name: "artifacts", location: "US" });
  await refused(
    sandbox.create("Bucket", { name: "artifacts", location: "US" }),
    /Error 409: Your previous request to create the named bucket succeeded and you already own it\., conflict/,
  );
  await refused(
    sandbox.create("Bucket", { name: "artifacts", location: "US", project: "another-project" }),
    /The requested bucket name is not available/,
  );
  const object = await sandbox.create("BucketObject", { name: "model.onnx", bucket: "artifacts", content: "x" });
  await refused(sandbox.remove("Bucket", bucket), /containing objects without `force_destroy`/);
  await sandbox.remove("BucketObject", object);
  await sandbox.remove("Bucket", bucket);
});

test("nobody makes a bucket public that prevents it", async () => {
  const sandbox = new Sandbox();
  await sandbox.create("Bucket", { name: "artifacts", location: "US", publicAccessPrevention: "enforced" });
  await refused(
    sandbox.create("BucketIAMMember", { bucket: "artifacts", role: "roles/storage.objectViewer", member: "allUsers" }),
    /Error 412: .*public access prevention is enforced\., conditionNotMet/,
  );
});

test("a protected secret stays, and its grant names it in full", async () => {
  const sandbox = new Sandbox();
  const secret = await sandbox.create("Secret", {
    secretId: "federation",
    replication: { auto: {} },
    deletionProtection: true,
  });
  const grant = await sandbox.create("SecretIamMember", {
    secretId: "federation",
    role: "roles/secretmanager.secretAccessor",
    member: "group:ops@example.com",
  });
  assert.equal(grant.state.secretId, secret.id);
  await refused(sandbox.remove("Secret", secret), /deletion_protection=false/);
});

test("a network has one private zone of a name", async () => {
  const sandbox = new Sandbox();
  const { link } = await networkOf(sandbox);
  const zone = {
    dnsName: "x.internal.example.",
    visibility: "private",
    privateVisibilityConfig: { networks: [{ networkUrl: link }] },
  };
  const first = await sandbox.create("ManagedZone", { ...zone, name: "one" });
  assert.deepEqual(first.state.nameServers, ["ns-gcp-private.googledomains.com."]);
  await refused(sandbox.create("ManagedZone", { ...zone, name: "two" }), /already bound to zone/);
});

test("a sink needs no writer for a log bucket of its own project", async () => {
  const sandbox = new Sandbox();
  const bucket = await sandbox.create("ProjectBucketConfig", {
    project: PROJECT,
    location: REGION,
    bucketId: "region-logs",
    retentionDays: 90,
  });
  const sink = await sandbox.create("ProjectSink", {
    name: "region",
    destination: `logging.googleapis.com/${bucket.id}`,
    filter: 'resource.type="gce_subnetwork"',
  });
  assert.equal(sink.state.writerIdentity, "");
});
