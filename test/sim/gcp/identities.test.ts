import assert from "node:assert/strict";
import { test } from "node:test";
import { keyRing } from "../../../sim/clouds/gcp/kms.ts";
import { customRole } from "../../../sim/clouds/gcp/serviceAccounts.ts";
import type { Properties } from "../../../sim/service.ts";
import type { World } from "../../../sim/world.ts";
import { clusterInputs, keyOf, networkOf, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

const key = (location: string) => `projects/${PROJECT}/locations/${location}/keyRings/ring-${location}/cryptoKeys/key`;
const project = { project: PROJECT, role: "roles/logging.logWriter" };

/** Each row: what is refused, the type, its inputs in a project with one key, and the words of the refusal. */
const REFUSALS: [title: string, kind: string, inputs: Properties, words: RegExp][] = [
  [
    "a key ring of the same name",
    "KeyRing",
    { name: `ring-${REGION}`, location: REGION },
    /Error creating KeyRing: googleapi: Error 409: KeyRing projects\/novacron-test\/locations\/asia-south1\/keyRings\/ring-asia-south1 already exists/,
  ],
  ["a key ring nowhere", "KeyRing", { name: "r", location: "mars" }, /not available for Cloud KMS/],
  [
    "a key in no ring",
    "CryptoKey",
    { name: "k", keyRing: `projects/${PROJECT}/locations/${REGION}/keyRings/none` },
    /Error 404: KeyRing .* not found/,
  ],
  [
    "a rotation each hour",
    "CryptoKey",
    { name: "k", keyRing: key(REGION).split("/cryptoKeys")[0], rotationPeriod: "3600s" },
    /rotation period must be greater than one day/,
  ],
  [
    "a rotation in days",
    "CryptoKey",
    { name: "k", keyRing: key(REGION).split("/cryptoKeys")[0], rotationPeriod: "90d" },
    /decimal number of seconds/,
  ],
  [
    "rotation of a signing key",
    "CryptoKey",
    {
      name: "k",
      keyRing: key(REGION).split("/cryptoKeys")[0],
      purpose: "ASYMMETRIC_SIGN",
      rotationPeriod: "7776000s",
      versionTemplate: { algorithm: "EC_SIGN_P256_SHA256" },
    },
    /only ENCRYPT_DECRYPT keys rotate/,
  ],
  ["a service account id of five characters", "Account", { accountId: "short" }, /6 to 30/],
  ["a service account id of 31 characters", "Account", { accountId: "a".repeat(31) }, /6 to 30|at most 30/],
  ["a member without a kind", "ProjectMember", { ...project, member: "jane@example.com" }, /invalid value for member/],
  [
    "everybody on a project",
    "ProjectMember",
    { ...project, member: "allUsers" },
    /not supported for resource of type project/,
  ],
  [
    "a role of a wrong form",
    "ProjectMember",
    { ...project, role: "logWriter", member: "user:jane@example.com" },
    /must be in the form "roles\/\{role\}"/,
  ],
  [
    "a custom role that does not exist",
    "ProjectMember",
    { ...project, role: `projects/${PROJECT}/roles/none`, member: "user:jane@example.com" },
    /does not exist/,
  ],
  [
    "a predefined role that does not exist",
    "ProjectMember",
    { ...project, role: "roles/storage.objectsViewer", member: "user:jane@example.com" },
    /Role roles\/storage\.objectsViewer is not supported for this resource/,
  ],
  [
    "a role of another service on a key",
    "CryptoKeyIAMMember",
    { cryptoKeyId: key(REGION), role: "roles/storage.objectViewer", member: "user:jane@example.com" },
    /Role roles\/storage\.objectViewer is not supported for this resource/,
  ],
  [
    "a condition on a basic role",
    "ProjectMember",
    {
      ...project,
      role: "roles/viewer",
      member: "user:jane@example.com",
      condition: { title: "t", expression: "true" },
    },
    /Conditions can't be set on primitive roles/,
  ],
  [
    "a service account that does not exist",
    "ProjectMember",
    { ...project, member: `serviceAccount:nobody@${PROJECT}.iam.gserviceaccount.com` },
    /Error 400: Service account nobody@.* does not exist\., badRequest/,
  ],
  [
    "a pool before its first cluster",
    "AccountMember",
    {
      serviceAccountId: `projects/${PROJECT}/serviceAccounts/reader@${PROJECT}.iam.gserviceaccount.com`,
      role: "roles/iam.workloadIdentityUser",
      member: `serviceAccount:${PROJECT}.svc.id.goog[a/b]`,
    },
    /Identity Pool does not exist \(novacron-test\.svc\.id\.goog\)/,
  ],
  [
    "a grant on a key that does not exist",
    "CryptoKeyIAMMember",
    { cryptoKeyId: "a/b/c/d", role: "roles/x", member: "user:jane@example.com" },
    /Error 404: CryptoKey a\/b\/c\/d not found/,
  ],
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
  [
    "an identity of no service",
    "ServiceIdentity",
    { service: "secrets" },
    /has not been configured for service identities/,
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

test("a key ring's name stays taken when the ring is gone, in a world that remembers names", () => {
  const taken = new Set<string>();
  const world = {
    account: PROJECT,
    region: REGION,
    config: {},
    get: () => undefined,
    claim: (name: string) => taken.size < taken.add(name).size,
  } as unknown as World;
  const create = () => keyRing.behaviour.create({ name: "ring", location: REGION }, world);
  create();
  assert.throws(create, /KeyRing projects\/novacron-test\/locations\/asia-south1\/keyRings\/ring already exists/);
});

test("a custom role has an id without dashes and permissions of the form that IAM knows", () => {
  const world = { account: PROJECT, region: "global", config: {}, get: () => undefined } as unknown as World;
  const { naming, create } = customRole.behaviour;
  const role = { roleId: "nodeReader", title: "Reads nodes" };
  assert.equal(naming?.pattern.test("node-reader"), false);
  assert.equal(naming?.pattern.test(role.roleId), true);
  assert.throws(() => create({ ...role, permissions: ["everything"] }, world), /Permission everything is not valid/);
  assert.throws(() => create({ ...role, permissions: [] }, world), /At least one permission/);
  create({ ...role, permissions: ["compute.instances.get"] }, world);
});

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

test("a pod's identity may be bound once the first cluster has brought the pool", async () => {
  const sandbox = new Sandbox();
  const { inputs, account } = await clusterInputs(sandbox);
  await sandbox.create("Cluster", inputs);
  await sandbox.create("AccountMember", {
    serviceAccountId: account.state.name,
    role: "roles/iam.workloadIdentityUser",
    member: `serviceAccount:${PROJECT}.svc.id.goog[ns/sa]`,
  });
});

test("only some services answer with the address of their identity", async () => {
  const sandbox = new Sandbox();
  const secrets = await sandbox.create("ServiceIdentity", { service: "secretmanager.googleapis.com" });
  const storage = await sandbox.create("ServiceIdentity", { service: "storage.googleapis.com" });
  assert.match(
    String(secrets.state.member),
    /^serviceAccount:service-\d{12}@gcp-sa-secretmanager\.iam\.gserviceaccount\.com$/,
  );
  assert.equal(storage.state.email, "");
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
