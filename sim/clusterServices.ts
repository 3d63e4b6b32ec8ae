import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Clusters } from "./clusters.ts";
import type { ClusterControl } from "./controlClusters.ts";
import { HealthChecks } from "./internet/healthChecks.ts";
import { IDENTITY_ADDRESS, IDENTITY_HOST, IdentityProvider } from "./internet/identityProvider.ts";
import { Internet } from "./internet/internet.ts";
import { PublicNames } from "./internet/names.ts";
import { openPublicAuthority } from "./internet/publicAuthority.ts";
import { type Dial, serveProxy } from "./internet/tunnel.ts";
import { LoadBalancerAddresses } from "./loadBalancerAddresses.ts";
import { MeshReach } from "./mesh.ts";
import { serveOutside } from "./outside.ts";
import { OUTSIDE_SOCKET } from "./region/spec.ts";
import { demandNamespaces } from "./regionProcess.ts";
import { SecretValues } from "./secretValues.ts";
import { nextPublicAddress } from "./server/requestWorld.ts";
import { installShims } from "./shims/install.ts";
import type { Store } from "./store.ts";
import { Tokens } from "./tokens.ts";

export interface ClusterServicesOptions {
  store: Store;
  /** The simulator's, absolute. */
  folder: string;
  /** Folder of the programs that regions run. */
  tools: string;
  /** Folder for the clouds' credential programs. */
  shims: string;
  /** `simulator.json`, which those programs read. */
  endpointFile: string;
  log: (line: string) => void;
}

/** All that clusters with control planes need in the simulator: their regions, and the internet around them. */
export interface ClusterServices {
  control: ClusterControl;
  proxyPort: number;
  /** The folder of the clouds' credential programs. */
  shims: string;
  stop: () => Promise<void>;
}

/**
 * Starts the regions of every cluster that exists and what they find outside.
 * @throws Error when this machine cannot run regions
 */
export async function startClusterServices(options: ClusterServicesOptions): Promise<ClusterServices> {
  const { store, folder, tools, shims, endpointFile, log } = options;
  demandNamespaces();
  mkdirSync(join(folder, "regions"), { recursive: true, mode: 0o700 });
  installShims(shims, join(tools, "cluster-credential"), endpointFile);
  const clusters = new Clusters({ store, folder, tools, log });
  const tokens = new Tokens(join(folder, "tokens.key"));
  const secrets = new SecretValues(join(folder, "secrets.json"), store);
  const health = new HealthChecks(store);
  const names = new PublicNames({ store, isHealthy: (check) => health.isHealthy(check) });
  const addresses = new LoadBalancerAddresses(clusters, store, () => nextPublicAddress(store));
  const [authority, identity] = await Promise.all([openPublicAuthority(folder), IdentityProvider.open(folder)]);
  const login = await identity.serve(authority);
  const mesh = new MeshReach(store);
  const internet = new Internet({
    names,
    clusters: () => clusters.list(),
    socketOf: clusters.socketOf,
    ownerOf: (address) => addresses.ownerOf(address),
    whyApart: (from, to) => mesh.whyApart(from, to),
    hosts: [{ name: IDENTITY_HOST, address: IDENTITY_ADDRESS, port: 443, loopbackPort: login.port }],
  });
  const dial: Dial = (host, port) => internet.dial(host, port);
  const outside = await serveOutside(join(folder, OUTSIDE_SOCKET), {
    clusters,
    tokens,
    addresses,
    secrets,
    names,
    internet,
    authority,
  });
  const proxy = await serveProxy(dial);
  health.start(dial);
  await clusters.start();

  const stop = async () => {
    health.stop();
    await clusters.stop();
    for (const server of [outside, proxy.server, login.server]) server.close();
  };
  return { control: { clusters, tokens, identity, internet, secrets }, proxyPort: proxy.port, shims, stop };
}
