import { isAligned, parseRange } from "../../ipv4.ts";
import { type Naming, refuse, type Service, type Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { invalid } from "./errors.ts";
import { COMPUTE, type Collection, pathOf, shownAs } from "./links.ts";

/** Names of compute resources (RFC 1035). */
export const computeName: Naming = {
  property: "name",
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  allowed: "a lower-case letter, then lower-case letters, digits and dashes, not ending in a dash",
  maxLength: 63,
};

/** What every new compute resource has: its path, refused where the name is taken, and the fields that all of them share. */
export function register(
  service: Service,
  collection: Collection,
  input: { name?: string | undefined; deletionPolicy?: string | undefined; project?: string | undefined },
  world: World,
) {
  const name = input.name ?? "";
  const id = pathOf(collection, name, world);
  if (world.get(service, id) !== undefined) refuse("alreadyExists", `The resource '${id}' already exists`);
  return {
    id,
    name,
    selfLink: COMPUTE + id,
    project: world.account,
    deletionPolicy: input.deletionPolicy ?? "DELETE",
  };
}

/** Refuses what is not a range with all host bits zero. */
export function demandRange(field: string, cidr: string | undefined): string {
  if (cidr === undefined || parseRange(cidr) === undefined) {
    return invalid(field, cidr, "Must be a valid CIDR address range.");
  }
  if (!isAligned(cidr)) invalid(field, cidr, "The network portion is not followed by zeros: host bits are set.");
  return cidr;
}

/** Refuses to delete what another resource still uses. */
export function demandUnused(noun: string, current: Stored<unknown>, users: readonly Stored[]): void {
  const [user] = users;
  if (user !== undefined) {
    refuse(
      "resourceInUseByAnotherResource",
      `The ${noun} resource '${current.id}' is already being used by '${shownAs(user)}'`,
    );
  }
}

/** A long number such as the API gives to each resource. */
export const numericId = (world: World): string =>
  BigInt(`0x${world.hex(15)}`)
    .toString()
    .padStart(19, "1")
    .slice(0, 19);
