import type { CryptoKey, CryptoKeyArgs } from "@pulumi/gcp/kms/cryptoKey.js";
import type { KeyRing, KeyRingArgs } from "@pulumi/gcp/kms/keyRing.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type Naming, type OutputsOf, refuse, type Service, type Stored, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { bad, oneOf } from "./errors.ts";
import { demandLabels, labelled } from "./labels.ts";
import { isKmsLocation } from "./places.ts";

type Key = OutputsOf<CryptoKey>;

const naming: Naming = {
  property: "name",
  pattern: /^[a-zA-Z0-9_-]+$/,
  allowed: "letters, digits, underscores and dashes",
  maxLength: 63,
};
const DAY = 86_400;
const PURPOSES = [
  "ENCRYPT_DECRYPT",
  "ASYMMETRIC_SIGN",
  "ASYMMETRIC_DECRYPT",
  "RAW_ENCRYPT_DECRYPT",
  "MAC",
  "KEY_ENCAPSULATION",
];
const PROTECTION_LEVELS = ["SOFTWARE", "HSM", "EXTERNAL", "EXTERNAL_VPC", "HSM_SINGLE_TENANT"];

/** Key rings. They cannot be deleted: a destroy forgets them, and their names stay taken. */
export const keyRing: Service<OutputsOf<KeyRing>> = service<KeyRingArgs, KeyRing>("gcp:kms/keyRing:KeyRing", {
  replaceOn: ["name", "project", "location"],
  naming,
  region: (input) => input.location,
  references: (_, id) => shorter(id),
  create: (input, world) => {
    if (!isKmsLocation(input.location))
      bad(
        `Location '${input.location}' is not available for Cloud KMS. See https://cloud.google.com/kms/docs/locations.`,
      );
    const name = input.name ?? "";
    const id = `projects/${world.account}/locations/${input.location}/keyRings/${name}`;
    claim(id, world.get(keyRing, id), `KeyRing ${id} already exists.`, world);
    return { id, name, location: input.location, project: world.account };
  },
  remove: () => {},
  seconds: { create: 2 },
});

/** Keys. They cannot be deleted either: a destroy schedules their versions for destruction, and their names stay taken. */
export const cryptoKey: Service<Key> = service<CryptoKeyArgs, CryptoKey>("gcp:kms/cryptoKey:CryptoKey", {
  replaceOn: [
    "name",
    "keyRing",
    "purpose",
    "cryptoKeyBackend",
    "destroyScheduledDuration",
    "importOnly",
    "skipInitialVersionCreation",
    "versionTemplate.protectionLevel",
  ],
  naming,
  region: (input, world) =>
    world.get(keyRing, input.keyRing)?.state.location ?? input.keyRing.split("/").at(-3) ?? "global",
  references: (_, id) => shorter(id),
  check: (input) => [...oneOf("purpose", input.purpose, PURPOSES), ...rotationProblems(input.rotationPeriod)],
  create: (input, world) => {
    const ring = world.get(keyRing, input.keyRing) ?? refuse("notFound", `KeyRing ${input.keyRing} not found.`);
    const name = input.name ?? "";
    const id = `${ring.id}/cryptoKeys/${name}`;
    demandLabels(input.labels);
    demandKey(input);
    claim(id, world.get(cryptoKey, id), `CryptoKey ${id} already exists.`, world);
    return {
      id,
      name,
      ...labelled(input.labels, world),
      keyRing: ring.id,
      deletionPolicy: input.deletionPolicy ?? "DELETE",
      cryptoKeyBackend: input.cryptoKeyBackend ?? "",
      destroyScheduledDuration: input.destroyScheduledDuration ?? `${30 * DAY}s`,
      importOnly: input.importOnly ?? false,
      keyAccessJustificationsPolicy: (input.keyAccessJustificationsPolicy ??
        {}) as Key["keyAccessJustificationsPolicy"],
      primaries:
        input.skipInitialVersionCreation === true || (input.purpose ?? "ENCRYPT_DECRYPT") !== "ENCRYPT_DECRYPT"
          ? []
          : [{ name: `${id}/cryptoKeyVersions/1`, state: "ENABLED" }],
      purpose: input.purpose ?? "ENCRYPT_DECRYPT",
      versionTemplate: {
        protectionLevel: "SOFTWARE",
        algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
        ...input.versionTemplate,
      } as Key["versionTemplate"],
    };
  },
  update: (input, _, world) => {
    demandLabels(input.labels);
    demandKey(input);
    return labelled(input.labels, world);
  },
  remove: () => {},
  seconds: { create: 2, update: 2, remove: 2 },
});

/** Takes a name for ever. */
function claim(id: string, holder: Stored<unknown> | undefined, message: string, world: World): void {
  if (holder !== undefined || !world.claim(id)) refuse("alreadyExists", message);
}

/** `p/l/r` and `p/l/r/k`, the forms that the provider's older versions used. */
const shorter = (id: string): string[] => [id.replace(/projects\/|locations\/|keyRings\/|cryptoKeys\//g, "")];

const seconds = (duration: string): number | undefined =>
  /^\d+(\.\d{1,9})?s$/.test(duration) ? Number(duration.slice(0, -1)) : undefined;

function rotationProblems(period: string | undefined): [property: string, reason: string][] {
  if (period === undefined || period === "") return [];
  const length = seconds(period);
  if (length === undefined)
    return [
      ["rotationPeriod", "rotation period must be a decimal number of seconds with the suffix s, such as 7776000s"],
    ];
  return length < DAY ? [["rotationPeriod", "rotation period must be greater than one day"]] : [];
}

function demandKey(input: Unwrap<CryptoKeyArgs>): void {
  const symmetric = (input.purpose ?? "ENCRYPT_DECRYPT") === "ENCRYPT_DECRYPT";
  const { algorithm, protectionLevel } = input.versionTemplate ?? {};
  if (!symmetric && input.rotationPeriod !== undefined) {
    bad(
      `The request sets a rotation schedule on a CryptoKey with purpose ${input.purpose}: only ENCRYPT_DECRYPT keys rotate automatically.`,
    );
  }
  if (!symmetric && algorithm === undefined)
    bad(`version_template.algorithm is required for CryptoKeys with purpose ${input.purpose}.`);
  if (
    algorithm !== undefined &&
    symmetric &&
    !["GOOGLE_SYMMETRIC_ENCRYPTION", "EXTERNAL_SYMMETRIC_ENCRYPTION"].includes(algorithm)
  ) {
    bad(`Algorithm ${algorithm} is not valid for CryptoKeys with purpose ENCRYPT_DECRYPT.`);
  }
  if (algorithm === "GOOGLE_SYMMETRIC_ENCRYPTION" && !symmetric)
    bad(`Algorithm ${algorithm} is not valid for CryptoKeys with purpose ${input.purpose}.`);
  if (protectionLevel !== undefined && !PROTECTION_LEVELS.includes(protectionLevel))
    bad(`Invalid value for version_template.protection_level: ${protectionLevel}.`);
  if (input.importOnly === true && input.skipInitialVersionCreation !== true) {
    bad("An import-only CryptoKey must be created with skip_initial_version_creation.");
  }
  const duration = input.destroyScheduledDuration;
  const length = duration === undefined ? undefined : seconds(duration);
  if (duration !== undefined && (length === undefined || length < DAY || length > 120 * DAY)) {
    bad(`destroy_scheduled_duration must be between 24 hours and 120 days, got ${duration}.`);
  }
}
