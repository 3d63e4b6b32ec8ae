import assert from "node:assert/strict";
import { test } from "node:test";
import { keyRing } from "../../../sim/clouds/gcp/kms.ts";
import { customRole } from "../../../sim/clouds/gcp/serviceAccounts.ts";
import type { Properties } from "../../../sim/service.ts";
import type { World } from "../../../sim/world.ts";
import { clusterInputs, keyOf, PROJECT, REGION, refused, Sandbox } from "./sandbox.ts";

/** A key that may stand anywhere; only the one in our own region exists. */
const key = (location: string) => `projects/${PROJECT}/locations/${location}/keyRings/ring-${location}/cryptoKeys/key`;
const ring = { name: "k", keyRing: key(REGION).replace(/\/cryptoKeys.*/, "") };
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
    { ...ring, rotationPeriod: "3600s" },
    /rotation period must be greater than one day/,
  ],
  ["a rotation in days", "CryptoKey", { ...ring, rotationPeriod: "90d" }, /decimal number of seconds/],
  [
    "rotation of a signing key",
    "CryptoKey",
    {
      ...ring,
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
