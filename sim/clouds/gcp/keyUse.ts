import { refuse, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { bad } from "./errors.ts";
import { cryptoKeyMember, projectMember } from "./iamMembers.ts";
import { cryptoKey } from "./kms.ts";
import { projectNumber } from "./projects.ts";

/** Roles with which a service may encrypt with a key. */
const ENCRYPTER_ROLES = [
  "roles/cloudkms.cryptoKeyEncrypterDecrypter",
  "roles/cloudkms.cryptoKeyEncrypter",
  "roles/owner",
];

/** Domains of the service agents that encrypt for their service. */
export const AGENTS = {
  storage: "gs-project-accounts",
  compute: "compute-system",
  container: "container-engine-robot",
  secretmanager: "gcp-sa-secretmanager",
} as const;

/** Who encrypts: the project's agent of a service, and how that service words its refusal. */
export interface Encrypter {
  agent: keyof typeof AGENTS;
  denied?: string;
}

/**
 * Refuses a key that does not exist, stands elsewhere than the data, is not for symmetric encryption,
 * or may not be used by the service that would encrypt with it.
 */
export function demandKey(name: string, location: string, { agent, denied }: Encrypter, world: World): void {
  const unusable =
    denied ??
    `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${name}' (or it may not exist).`;
  if (!/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(name)) {
    bad(`Invalid Cloud KMS key name '${name}': it must be of the form projects/*/locations/*/keyRings/*/cryptoKeys/*.`);
  }
  const keyLocation = name.split("/")[3] ?? "";
  if (keyLocation !== location) {
    bad(
      `Cloud KMS key '${name}' is in location '${keyLocation}', but the resource needs a key in location '${location}'.`,
    );
  }
  const key = world.get(cryptoKey, name) ?? refuse("forbidden", unusable);
  if (key.state.purpose !== "ENCRYPT_DECRYPT")
    bad(`Cloud KMS key '${name}' has purpose ${key.state.purpose}; a key with purpose ENCRYPT_DECRYPT is needed.`);
  if (
    !mayEncrypt(
      key,
      `serviceAccount:service-${projectNumber(world.account)}@${AGENTS[agent]}.iam.gserviceaccount.com`,
      world,
    )
  ) {
    refuse("forbidden", unusable);
  }
}

const mayEncrypt = (key: Stored<unknown>, member: string, world: World): boolean =>
  world
    .all(cryptoKeyMember)
    .some(
      ({ state }) =>
        world.get(cryptoKey, state.cryptoKeyId)?.id === key.id &&
        state.member === member &&
        ENCRYPTER_ROLES.includes(state.role),
    ) ||
  world
    .all(projectMember)
    .some(
      ({ state }) => state.project === key.account && state.member === member && ENCRYPTER_ROLES.includes(state.role),
    );
