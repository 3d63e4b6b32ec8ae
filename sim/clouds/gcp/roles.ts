import { bad } from "./errors.ts";

/** Resources that roles are granted on. */
export type Target = "project" | "serviceAccount" | "key" | "bucket" | "secret";

const BASIC = ["roles/owner", "roles/editor", "roles/viewer", "roles/browser"];

/** Predefined roles of the services whose data our regions hold (cloud.google.com/iam/docs/understanding-roles). Roles of other services are not judged by name. */
const KNOWN: Record<string, string[]> = {
  storage: [
    "admin",
    "expressModeServiceInput",
    "expressModeServiceOutput",
    "expressModeUserAccess",
    "folderAdmin",
    "hmacKeyAdmin",
    "insightsCollectorService",
    "bucketViewer",
    "legacyBucketOwner",
    "legacyBucketReader",
    "legacyBucketWriter",
    "legacyObjectOwner",
    "legacyObjectReader",
    "objectAdmin",
    "objectCreator",
    "objectUser",
    "objectViewer",
    "serviceAgent",
  ],
  cloudkms: [
    "admin",
    "autokeyAdmin",
    "autokeyUser",
    "cryptoKeyDecrypter",
    "cryptoKeyDecrypterViaDelegation",
    "cryptoKeyEncrypter",
    "cryptoKeyEncrypterDecrypter",
    "cryptoKeyEncrypterDecrypterViaDelegation",
    "cryptoKeyEncrypterViaDelegation",
    "cryptoOperator",
    "decapsulator",
    "ekmConnectionsAdmin",
    "expertRawAesCbc",
    "expertRawAesCtr",
    "expertRawPKCS1",
    "importer",
    "keyAccessJustificationsEnrollmentConfigAdmin",
    "keyAccessJustificationsEnrollmentConfigViewer",
    "orgServiceAgent",
    "protectedResourcesViewer",
    "publicKeyViewer",
    "serviceAgent",
    "signer",
    "signerVerifier",
    "verifier",
    "viewer",
  ],
  secretmanager: [
    "admin",
    "parameterAccessor",
    "parameterViewer",
    "secretAccessor",
    "secretVersionAdder",
    "secretVersionManager",
    "viewer",
  ],
};

/** Roles that only make sense on a bucket itself. */
const LEGACY_BUCKET = /^roles\/storage\.legacy/;

/** Whose roles each resource takes besides custom ones; a project takes those of all services. */
const SERVICES: Record<Exclude<Target, "project">, RegExp> = {
  serviceAccount: /^roles\/(iam|owner$|editor$|viewer$)/,
  key: /^roles\/(cloudkms|iam|owner$|editor$|viewer$)/,
  bucket: /^roles\/(storage|iam)\./,
  secret: /^roles\/(secretmanager|iam|owner$|editor$|viewer$)/,
};

/** Refuses a predefined role that does not exist, or that the resource does not take. */
export function demandRole(role: string, target: Target, conditional: boolean): void {
  const unsupported = () => bad(`Role ${role} is not supported for this resource.`);
  if (conditional && BASIC.includes(role)) bad("Conditions can't be set on primitive roles.");
  const [, service = "", name = ""] = /^roles\/([a-zA-Z0-9_]+)\.(.+)$/.exec(role) ?? [];
  if (KNOWN[service] !== undefined && !KNOWN[service].includes(name)) unsupported();
  if (service === "" && !BASIC.includes(role)) unsupported();
  if (target === "project" ? LEGACY_BUCKET.test(role) : !SERVICES[target].test(role)) unsupported();
}
