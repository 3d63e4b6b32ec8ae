import type { Service, Stored } from "../../service.ts";
import type { World } from "../../world.ts";
import { invalid } from "./errors.ts";

export const COMPUTE = "https://www.googleapis.com/compute/v1/";

/** A collection of the compute API, whose members others name by name, partial path or self link. */
export interface Collection {
  name: string;
  /** What errors call a member. */
  noun: string;
  regional: boolean;
}

export const NETWORKS: Collection = { name: "networks", noun: "network", regional: false };
export const SUBNETWORKS: Collection = { name: "subnetworks", noun: "subnetwork", regional: true };
export const ADDRESSES: Collection = { name: "addresses", noun: "address", regional: true };
export const ROUTERS: Collection = { name: "routers", noun: "router", regional: true };
export const VPN_GATEWAYS: Collection = { name: "vpnGateways", noun: "vpn_gateway", regional: true };
export const EXTERNAL_GATEWAYS: Collection = {
  name: "externalVpnGateways",
  noun: "external_vpn_gateway",
  regional: false,
};
export const VPN_TUNNELS: Collection = { name: "vpnTunnels", noun: "vpn_tunnel", regional: true };

interface Place {
  account: string;
  region: string;
}

/** `projects/p/regions/r/subnetworks/n` or `projects/p/global/networks/n`. */
export const pathOf = (collection: Collection, name: string, { account, region }: Place): string =>
  `projects/${account}/${collection.regional ? `regions/${region}` : "global"}/${collection.name}/${name}`;

/** The full path that a reference means, or undefined if it cannot mean one in this collection. */
export function resolve(reference: string, collection: Collection, place: Place): string | undefined {
  const path = reference.replace(/^https?:\/\/[^/]+\/(compute\/)?(v1|beta|alpha)\//, "");
  const full = path.includes("/")
    ? /^(global|regions)\//.test(path)
      ? `projects/${place.account}/${path}`
      : path
    : pathOf(collection, path, place);
  const scope = collection.regional ? "regions/[^/]+" : "global";
  return new RegExp(`^projects/[^/]+/${scope}/${collection.name}/[^/]+$`).test(full) ? full : undefined;
}

/** The resource that a reference means. */
export function find<Outputs>(
  service: Service<Outputs>,
  collection: Collection,
  reference: string | undefined,
  world: World,
): Stored<Outputs> | undefined {
  return reference === undefined ? undefined : world.get(service, resolve(reference, collection, world));
}

/** The same, refused with the field's name where nothing is found. */
export function demand<Outputs>(
  service: Service<Outputs>,
  collection: Collection,
  field: string,
  reference: string | undefined,
  world: World,
): Stored<Outputs> {
  if (reference !== undefined && resolve(reference, collection, world) === undefined) {
    invalid(field, reference, "The URL is malformed.");
  }
  return (
    find(service, collection, reference, world) ??
    invalid(field, reference, `The referenced ${collection.noun} resource cannot be found.`)
  );
}

/** The last part of a reference: the name. */
export const nameIn = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);

/** What others may write for a compute resource besides its id. The bare name is among them. */
export function referencesTo(state: { selfLink: string; name: string }, id: string): string[] {
  return [state.selfLink, id.replace(/^projects\/[^/]+\//, ""), state.name];
}

/**
 * Resources that name this one in one of the given inputs. Names alone are not enough to tell: a subnetwork may be called
 * as its network is, so each mention is resolved from where it stands.
 */
export function usersIn(
  world: World,
  current: Stored<unknown>,
  collection: Collection,
  fields: readonly string[],
): Stored[] {
  return world
    .usersOf(current)
    .filter((user) =>
      fields.some((field) =>
        valuesAt(user.inputs, field.split(".")).some((value) => resolve(value, collection, user) === current.id),
      ),
    );
}

function valuesAt(value: unknown, [key, ...rest]: string[]): string[] {
  if (Array.isArray(value))
    return value.flatMap((element) => valuesAt(element, key === undefined ? [] : [key, ...rest]));
  if (key === undefined) return typeof value === "string" ? [value] : [];
  return typeof value === "object" && value !== null ? valuesAt((value as Record<string, unknown>)[key], rest) : [];
}

/** The path by which Google's errors call a resource. */
export const shownAs = (user: Stored): string => {
  const link = user.state.selfLink;
  return typeof link === "string" ? link.replace(COMPUTE, "") : user.id;
};
