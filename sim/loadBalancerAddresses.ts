import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NoAddress } from "./clouds/addressRefusal.ts";
import type { CloudCluster } from "./clouds/cluster.ts";
import { allocationFor, internalAddress } from "./clouds/loadBalancers.ts";
import type { Clusters } from "./clusters.ts";
import type { AddressRequest } from "./region/context.ts";
import { replaceFile } from "./replaceFile.ts";
import type { Store } from "./store.ts";

/** Addresses by what was asked for. */
type Given = Record<string, string[]>;

/** What each cloud says of an address that something has already. */
const IN_USE: Record<CloudCluster["spec"]["cloud"], string> = {
  aws: "InvalidIPAddress.InUse",
  azure: "PrivateIPAddressIsAllocated",
  gcp: "IP_IN_USE_BY_ANOTHER_RESOURCE",
};

/** The load balancers' addresses of all regions. What a region was given is kept in its folder. */
export class LoadBalancerAddresses {
  readonly #clusters: Pick<Clusters, "list" | "folderOf">;
  readonly #store: Store;
  readonly #nextPublic: () => string;
  /** By the number of the cluster's resource: a name may come again. */
  readonly #held = new Map<number, Given>();

  constructor(clusters: Pick<Clusters, "list" | "folderOf">, store: Store, nextPublic: () => string) {
    this.#clusters = clusters;
    this.#store = store;
    this.#nextPublic = nextPublic;
  }

  /** The same request of a cluster gets the same addresses. @throws NoAddress in the cloud's words */
  give(cluster: CloudCluster, request: AddressRequest): string[] {
    const given = this.#given(cluster);
    const allocation = allocationFor(cluster, request, this.#store.all());
    // The annotations that matter decide: others may differ from Service to Service.
    const key = typeof allocation === "string" ? JSON.stringify(sorted(request)) : allocation.addresses.join(",");
    const addresses =
      typeof allocation === "object" ? allocation.addresses : (given[key] ?? [this.#fresh(cluster, allocation, given)]);
    for (const address of addresses) {
      const owner = this.ownerOf(address);
      const isAnothers = Object.entries(given).some(([other, list]) => other !== key && list.includes(address));
      if (isAnothers || (owner !== undefined && owner !== cluster.spec.cluster))
        throw new NoAddress(
          `${IN_USE[cluster.spec.cloud]}: ${address} is in use by a load balancer of cluster ${owner}`,
        );
    }
    if (given[key]?.join() !== addresses.join()) this.#write(cluster, { ...given, [key]: addresses });
    return addresses;
  }

  /** The cluster whose load balancer has an address. */
  ownerOf(address: string): string | undefined {
    return this.#clusters
      .list()
      .find((cluster) => Object.values(this.#given(cluster)).some((addresses) => addresses.includes(address)))?.spec
      .cluster;
  }

  #fresh(cluster: CloudCluster, kind: "public" | "internal", given: Given): string {
    return kind === "public" ? this.#nextPublic() : internalAddress(cluster, Object.keys(given).length);
  }

  #file = ({ spec }: CloudCluster): string => join(this.#clusters.folderOf(spec.cluster), "addresses.json");

  #given(cluster: CloudCluster): Given {
    const { sequence } = cluster.resource;
    const given = this.#held.get(sequence) ?? read(this.#file(cluster));
    this.#held.set(sequence, given);
    return given;
  }

  #write(cluster: CloudCluster, given: Given): void {
    this.#held.set(cluster.resource.sequence, given);
    const file = this.#file(cluster);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, JSON.stringify(given));
  }
}

function read(file: string): Given {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Given;
  } catch {
    return {};
  }
}

const sorted = ({ annotations, loadBalancerIP = "" }: AddressRequest): unknown => [
  Object.entries(annotations).toSorted(([a], [b]) => a.localeCompare(b)),
  loadBalancerIP,
];
