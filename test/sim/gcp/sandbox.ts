import assert from "node:assert/strict";
import { gcp } from "../../../sim/clouds/gcp/index.ts";
import { loadFacts } from "../../../sim/facts/load.ts";
import { Faults } from "../../../sim/faults.ts";
import { type Answer, ProviderError, Simulator } from "../../../sim/server/simulator.ts";
import type { Properties } from "../../../sim/service.ts";
import { Store } from "../../../sim/store.ts";

const facts = await loadFacts(gcp.services.map(({ type }) => type));

/** Type tokens by the last part of each: `Network`, `VPNTunnel`; grants by the resource that they are on. */
const types = new Map(gcp.services.map(({ type }) => [type.slice(type.lastIndexOf(":") + 1), type]));
types.set("ProjectMember", "gcp:projects/iAMMember:IAMMember");
types.set("AccountMember", "gcp:serviceaccount/iAMMember:IAMMember");

const typeOf = (kind: string): string => types.get(kind) ?? assert.fail(`no such type: ${kind}`);

export const PROJECT = "novacron-test";
export const REGION = "asia-south1";
const hex = () => "0123456";

/** A simulated project with nothing in it. */
export class Sandbox {
  readonly store = new Store(":memory:");
  readonly #simulator = new Simulator({ store: this.store, facts, faults: new Faults(), timeScale: 0 });
  readonly #caller: { cloud: typeof gcp; config: Properties };

  constructor(config: Properties = { project: PROJECT }) {
    this.#caller = { cloud: gcp, config };
  }

  /** Checks and creates, as the engine does. Throws what the provider would print. */
  async create(kind: string, inputs: Properties, name = String(inputs.name ?? kind.toLowerCase())): Promise<Answer> {
    const request = this.#request(kind, name);
    const checked = this.#simulator.check(this.#caller, request, {}, inputs, hex);
    if (checked.problems.length > 0) {
      throw new ProviderError(checked.problems.map(([property, reason]) => `${property}: ${reason}`).join("; "));
    }
    return await this.#simulator.create(this.#caller, request, checked.inputs);
  }

  async update(kind: string, current: Answer, changes: Properties): Promise<Answer> {
    const request = { ...this.#request(kind, "x"), id: current.id };
    return await this.#simulator.update(this.#caller, request, { ...current.inputs, ...changes });
  }

  async remove(kind: string, current: Answer): Promise<void> {
    await this.#simulator.remove(this.#caller, { ...this.#request(kind, "x"), id: current.id });
  }

  /** What is left of a resource once nothing amends it any more. */
  state(kind: string, current: Answer): Properties {
    return this.store.withId("gcp", typeOf(kind), current.id)[0]?.state ?? {};
  }

  #request(kind: string, name: string) {
    const type = typeOf(kind);
    return { type, urn: `urn:pulumi:test::novacron::${type}::${name}` };
  }
}

/** Asserts that a request is refused in these words. */
export async function refused(request: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(request, (error) => {
    assert.ok(error instanceof ProviderError, `a refusal is expected, got ${error}`);
    assert.match(error.message, words);
    return true;
  });
}

/** A network with its default route, a node subnetwork and a router, as a small region has them. */
export async function networkOf(
  sandbox: Sandbox,
  options: { name?: string; second?: number; asn?: number; region?: string } = {},
) {
  const { name = "vpc", second = 6, asn = 64603, region = REGION } = options;
  const network = await sandbox.create("Network", {
    name,
    autoCreateSubnetworks: false,
    deleteDefaultRoutesOnCreate: true,
  });
  const link = String(network.state.selfLink);
  await sandbox.create("Route", {
    name: `${name}-default`,
    network: link,
    destRange: "0.0.0.0/0",
    nextHopGateway: "default-internet-gateway",
  });
  const subnetwork = await sandbox.create("Subnetwork", {
    name: `${name}-nodes`,
    network: link,
    region,
    ipCidrRange: `10.${second}.0.0/17`,
    secondaryIpRanges: [
      { rangeName: "pods", ipCidrRange: `10.${second + 1}.0.0/17` },
      { rangeName: "services", ipCidrRange: `10.${second + 1}.128.0/18` },
    ],
  });
  const router = await sandbox.create("Router", { name: `${name}-router`, network: link, region, bgp: { asn } });
  return { network, link, subnetwork, router };
}

/** An HA VPN gateway, a peer with four addresses, and one tunnel with its BGP session. */
export async function tunnelOf(sandbox: Sandbox) {
  const base = await networkOf(sandbox);
  const gateway = await sandbox.create("HaVpnGateway", { name: "gateway", network: base.link, region: REGION });
  const peer = await sandbox.create("ExternalVpnGateway", {
    name: "aws",
    redundancyType: "FOUR_IPS_REDUNDANCY",
    interfaces: [1, 2, 3, 4].map((last, id) => ({ id, ipAddress: `35.1.1.${last}` })),
  });
  const tunnelInputs = {
    name: "tunnel-0",
    region: REGION,
    vpnGateway: gateway.state.selfLink,
    vpnGatewayInterface: 0,
    peerExternalGateway: peer.state.selfLink,
    peerExternalGatewayInterface: 0,
    router: base.router.state.selfLink,
    ikeVersion: 2,
    sharedSecret: "correct-horse",
  };
  const tunnel = await sandbox.create("VPNTunnel", tunnelInputs);
  const interfaceInputs = {
    name: "if-0",
    region: REGION,
    router: "vpc-router",
    ipRange: "169.254.21.2/30",
    vpnTunnel: tunnel.state.selfLink,
  };
  const bgpInterface = await sandbox.create("RouterInterface", interfaceInputs);
  const peerInputs = {
    name: "peer-0",
    region: REGION,
    router: "vpc-router",
    interface: "if-0",
    ipAddress: "169.254.21.2",
    peerIpAddress: "169.254.21.1",
    peerAsn: 64601,
  };
  const session = await sandbox.create("RouterPeer", peerInputs);
  return { ...base, gateway, peer, tunnel, tunnelInputs, bgpInterface, interfaceInputs, session, peerInputs };
}

/** A key that Google's services may use, and the project's number. */
export async function keyOf(sandbox: Sandbox, location = REGION) {
  const ring = await sandbox.create("KeyRing", { name: `ring-${location}`, location });
  const key = await sandbox.create("CryptoKey", { name: "key", keyRing: ring.id, rotationPeriod: "7776000s" });
  const identity = await sandbox.create("ServiceIdentity", { service: "secretmanager.googleapis.com" });
  const agent = String(identity.state.email).split("@")[0];
  for (const domain of ["gs-project-accounts", "compute-system", "container-engine-robot", "gcp-sa-secretmanager"]) {
    await sandbox.create("CryptoKeyIAMMember", {
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: `serviceAccount:${agent}@${domain}.iam.gserviceaccount.com`,
    });
  }
  return { ring, key, agent };
}

/** Inputs of a private regional cluster that GKE takes. */
export async function clusterInputs(sandbox: Sandbox) {
  const base = await networkOf(sandbox);
  const { key } = await keyOf(sandbox);
  const account = await sandbox.create("Account", { accountId: "test-nodes" });
  const inputs = {
    name: "cluster",
    location: REGION,
    nodeLocations: ["asia-south1-a", "asia-south1-b"],
    network: base.link,
    subnetwork: base.subnetwork.state.selfLink,
    ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: true,
      masterIpv4CidrBlock: "10.6.193.0/28",
    },
    masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.6.0.0/15" }] },
    databaseEncryption: { state: "ENCRYPTED", keyName: key.id },
    workloadIdentityConfig: { workloadPool: `${PROJECT}.svc.id.goog` },
    releaseChannel: { channel: "REGULAR" },
    minMasterVersion: "1.35",
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    deletionProtection: false,
  };
  return { ...base, key, account, inputs };
}

/** A cluster of the region `gcp-aso1` with a pool `workload`, which is as told. */
export async function clusterWithPool(
  sandbox: Sandbox,
  pool: { nodeLocations: string[]; initialNodeCount: number; nodeConfig: Properties },
): Promise<Answer> {
  const { inputs } = await clusterInputs(sandbox);
  const cluster = await sandbox.create("Cluster", { ...inputs, resourceLabels: { region: "gcp-aso1" } });
  await sandbox.create("NodePool", { name: "workload", cluster: cluster.state.name, location: REGION, ...pool });
  return cluster;
}
