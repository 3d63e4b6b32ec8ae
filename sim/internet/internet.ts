import { connect as connectTo } from "node:net";
import type { Duplex } from "node:stream";
import type { CloudCluster } from "../clouds/cluster.ts";
import { parseAddress } from "../ipv4.ts";
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
}

/** Where a region's API server listens in its own network. */
const API_SERVER = "127.0.0.1:6443";

/**
 * The internet of the simulation: public names of Route 53, the entries of the regions, API servers and the identity
 * provider. Nothing in it leads to the real one.
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

  /** @throws NoRoute when nothing answers to that name or address, Error when what does refuses */
  async dial(host: string, port: number, location?: string): Promise<Duplex> {
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
    const addresses = parseAddress(host) === undefined ? this.resolve(host, location) : [host];
    if (addresses.length === 0) throw new NoRoute(`the simulated clouds have no public name ${host}`);
    let failure: unknown = new NoRoute(`nothing in the simulated clouds listens at ${addresses.join(" or ")}`);
    // As clients do: the next address when one does not answer.
    for (const address of addresses) {
      const owner = ownerOf(address);
      if (owner === undefined) continue;
      try {
        return await connectThrough(socketOf(owner), `${address}:${port}`);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}

function loopback(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTo({ host: "127.0.0.1", port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}
