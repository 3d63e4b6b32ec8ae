import type { Identity } from "../region/context.ts";
import type { RegionSpec } from "../region/spec.ts";
import type { Properties } from "../service.ts";
import type { StoredResource } from "../store.ts";

/** A managed cluster as its cloud holds it, in terms that the three clouds share. */
export interface CloudCluster {
  resource: StoredResource;
  /** The region's name in the program, such as `aws-use1`. */
  region: string;
  /** What its control plane and nodes are to be. */
  spec: RegionSpec;
  /** The resource's state with the control plane's real certificate authority in it. Unchanged where the state names none. */
  certified: (certificateAuthority: string) => Properties;
  /** Who a caller is in this cluster, by the cloud's access rules. */
  identify: (claims: Claims) => Identity;
}

/** What a token of a simulated cloud says of its bearer. */
export interface Claims {
  cloud: RegionSpec["cloud"];
  /** Account, tenant or project that the bearer is signed in to. */
  account: string;
  /** Cluster for which it was issued, where the cloud binds tokens to one. */
  cluster?: string;
  /** Who: an ARN on AWS, else a name. */
  principal: string;
}

export const STRANGER: Identity = { authenticated: false };

/** May do everything, as a cloud's administrator may. */
export const administrator = (username: string): Identity => ({
  authenticated: true,
  username,
  groups: ["system:masters"],
});

/** The region that a resource belongs to: its tag, else what its name in the program begins with. */
export const regionName = (tags: Readonly<Record<string, string>> | undefined, urn: string): string =>
  tags?.region ?? urn.slice(urn.lastIndexOf("::") + 2).replace(/-cluster$/, "");

/** Spreads nodes over zones as evenly as it goes; the first zones get the remainder. */
export const spread = (count: number, zones: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    zones.map((zone, index) => [zone, Math.floor(count / zones.length) + (index < count % zones.length ? 1 : 0)]),
  );
