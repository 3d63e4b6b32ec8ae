import { connect as connectTo } from "node:net";
import type { Duplex } from "node:stream";
import type { CloudCluster } from "../clouds/cluster.ts";
import { contains, parseAddress } from "../ipv4.ts";
import { connectThrough } from "../unixSocket.ts";
import type { PublicNames } from "./names.ts";

/** A name or address that nothing in the simulated internet answers to. */
export class NoRoute extends Error {}

/** A server of the simulator's own that has a public name. */
export interface PublicHost {
  name: string;
  address: string;
  /** Public port, and the loopback port behind it. */
  port: number;
  loopbackPort: number;
}

export interface InternetOptions {
  names: PublicNames;
  clusters: () => readonly CloudCluster[];
  socketOf: (cluster: string) => string;
  /** The cluster that has a load balancer's address. */
  ownerOf: (address: string) => string | undefined;
  hosts: readonly PublicHost[];
  /** Why no packet gets from one cluster's network to another's; undefined when the mesh carries them. */
  whyApart: (from: CloudCluster, to: CloudCluster) => string | undefined;
}

/** RFC 1918. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Where a region's API server listens in its own network. */
const API_SERVER = "127.0.0.1:6443";

/**
 * The internet of the simulation: public names of Route 53, the entries of the regions, API servers and the identity
 * provider; and beside it the mesh, by which regions reach each other's private addresses. Nothing leads to the real one.
 */
export class Internet {
  readonly #options: InternetOptions;

  constructor(options: InternetOptions) {
    this.#options = options;
  }

  /** Addresses of a public name. @param location the cloud's region that asks */
  resolve(name: string, location?: string): string[] {
    const own = this.#options.hosts.find((host) => host.name === name.toLowerCase());
    return own === undefined ? this.#options.names.resolve(name, location) : [own.address];
  }

  /**
   * @param asker the cluster from whose network; undefined from outside of all of them
   * @throws NoRoute when nothing answers to that name or address, Error when what does refuses
   */
  async dial(host: string, port: number, asker?: string): Promise<Duplex> {
    const { clusters, socketOf, ownerOf, hosts } = this.#options;
    const own = hosts.find(({ name, address }) => name === host.toLowerCase() || address === host);
    if (own !== undefined) {
      if (port !== own.port) throw new NoRoute(`${host} answers on port ${own.port} alone`);
      return loopback(own.loopbackPort);
    }
    const cluster = clusters().find(({ spec }) =>
      spec.serverNames.some((name) => name.toLowerCase() === host.toLowerCase()),
    );
    if (cluster !== undefined) {
      if (port !== 443) throw new NoRoute(`the API server ${host} answers on port 443 alone`);
      return connectThrough(socketOf(cluster.spec.cluster), API_SERVER);
    }
    const from = asker === undefined ? undefined : clusters().find(({ spec }) => spec.cluster === asker);
    const addresses = parseAddress(host) === undefined ? this.resolve(host, from?.spec.location) : [host];
    if (addresses.length === 0) throw new NoRoute(`the simulated clouds have no public name ${host}`);
    let failure: unknown = new NoRoute(`nothing in the simulated clouds listens at ${addresses.join(" or ")}`);
    // As clients do: the next address when one does not answer.
    for (const address of addresses) {
      const owner = ownerOf(address);
      if (owner === undefined) continue;
      this.#demandWay(address, from, owner);
      try {
        return await connectThrough(socketOf(owner), `${address}:${port}`);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Private addresses are reached from networks that the mesh joins with their own. */
  #demandWay(address: string, from: CloudCluster | undefined, owner: string): void {
    if (!PRIVATE.some((range) => contains(range, `${address}/32`)) || from?.spec.cluster === owner) return;
    const to = this.#options.clusters().find(({ spec }) => spec.cluster === owner);
    if (from === undefined || to === undefined)
      throw new NoRoute(`${address} is a private address, which the internet does not lead to`);
    const why = this.#options.whyApart(from, to);
    if (why !== undefined) throw new NoRoute(`${from.region} does not reach ${to.region}: ${why}`);
  }
}

function loopback(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTo({ host: "127.0.0.1", port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}
