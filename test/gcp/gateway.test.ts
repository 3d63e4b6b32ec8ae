import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { all, isSecret, type Output, output, secret } from "@pulumi/pulumi";
import { GcpGateway } from "../../infra/gcp/gateway.ts";
import type { RegionGateway } from "../../infra/region.ts";
import { reset } from "../recorded.ts";
import { ofType, regionPlan, vpnLink } from "./mockedRegion.ts";

beforeEach(reset);

const value = <T>(of: Output<T>): Promise<T> => new Promise((resolve) => of.apply(resolve));
const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

const gateway = (name = "gcp-aso1", number = 3) =>
  new GcpGateway(`${name}-gateway`, {
    plan: regionPlan({ name, number, asn: 64600 + number }),
    network: output(`${name}-network`),
  });

async function connected(other: "aws" | "azure") {
  const link = vpnLink(other);
  const side = other === "aws" ? 1 : 0;
  const own = gateway().connect({
    link,
    side,
    keys: link.tunnels.map(({ name }) => secret(output(`key of ${name}`))),
    remoteAddresses: link.tunnels.map((_, index) => output(`35.0.0.${index + 1}`)),
  });
  const addresses = await value(all(own));
  await settled();
  return { link, addresses };
}

const sorted = (kind: string) =>
  ofType(kind)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ inputs }) => inputs);

test("four tunnels join AWS, two over each interface, each to an address of its own", async () => {
  const { addresses } = await connected("aws");
  assert.deepEqual(addresses, ["198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.2"]);
  const [peer] = sorted("ExternalVpnGateway");
  assert.equal(peer?.redundancyType, "FOUR_IPS_REDUNDANCY");
  assert.deepEqual(
    peer?.interfaces,
    [0, 1, 2, 3].map((id) => ({ id, ipAddress: `35.0.0.${id + 1}` })),
  );
  assert.deepEqual(
    sorted("VPNTunnel").map(({ vpnGatewayInterface, peerExternalGatewayInterface }) => [
      vpnGatewayInterface,
      peerExternalGatewayInterface,
    ]),
    [
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ],
  );
});

test("two tunnels join Azure, one for each of its instances", async () => {
  const { addresses } = await connected("azure");
  assert.deepEqual(addresses, ["198.51.100.1", "198.51.100.2"]);
  assert.equal(sorted("ExternalVpnGateway")[0]?.redundancyType, "TWO_IPS_REDUNDANCY");
  assert.deepEqual(
    sorted("VPNTunnel").map(({ vpnGatewayInterface }) => vpnGatewayInterface),
    [0, 1],
  );
});

test("each session has this end's inside address, the other's, and the other's ASN", async () => {
  await connected("aws");
  assert.deepEqual(
    sorted("RouterInterface").map(({ ipRange }) => ipRange),
    ["169.254.21.2/30", "169.254.21.6/30", "169.254.21.10/30", "169.254.21.14/30"],
  );
  assert.deepEqual(
    sorted("RouterPeer").map(({ ipAddress, peerIpAddress, peerAsn }) => [ipAddress, peerIpAddress, peerAsn])[1],
    ["169.254.21.6", "169.254.21.5", 64601],
  );
  reset();
  await connected("azure");
  assert.deepEqual(sorted("RouterPeer").map(({ ipAddress, peerAsn }) => [ipAddress, peerAsn])[0], [
    "169.254.21.1",
    64602,
  ]);
});

test("tunnels offer the stack's one proposal, under their own secret keys", async () => {
  await connected("aws");
  for (const tunnel of sorted("VPNTunnel")) {
    assert.equal(tunnel.ikeVersion, 2);
    assert.deepEqual(tunnel.cipherSuite, {
      phase1: {
        encryptions: ["AES-CBC-256"],
        integrities: ["HMAC-SHA2-384-192"],
        prves: ["PRF-HMAC-SHA2-384"],
        dhs: ["Group-20"],
      },
      phase2: { encryptions: ["AES-GCM-16-256"], pfs: ["Group-20"] },
    });
  }
  assert.deepEqual(
    sorted("VPNTunnel").map(({ sharedSecret }) => (sharedSecret as { value?: string }).value ?? sharedSecret),
    ["key of aws-0", "key of aws-1", "key of aws-2", "key of aws-3"],
  );
});

test("the region announces its own range and nothing it learned", async () => {
  gateway();
  await settled();
  assert.deepEqual(sorted("Router")[0]?.bgp, {
    asn: 64603,
    advertiseMode: "CUSTOM",
    advertisedIpRanges: [{ range: "10.6.0.0/15", description: "gcp-aso1" }],
    keepaliveInterval: 20,
  });
});

test("a peer with three addresses is refused with the numbers that Google takes", () => {
  const link = vpnLink("aws");
  const three = { ...link, tunnels: link.tunnels.slice(0, 3) };
  assert.throws(
    () => gateway().connect({ link: three, side: 1, keys: [], remoteAddresses: ["35.0.0.1", "35.0.0.2", "35.0.0.3"] }),
    /aws-use1--gcp-aso1: Google's VPN joins a peer with 1, 2 or 4 addresses, and aws-use1 has 3/,
  );
});

test("two regions of Google's own are peered from both sides, with their routes", async () => {
  const link = { kind: "peering" as const, name: "gcp-aso1--gcp-ew1", ends: vpnLink("aws").ends };
  gateway().peer(link, gateway("gcp-ew1", 4));
  await settled();
  assert.deepEqual(
    sorted("NetworkPeering").map(({ network, peerNetwork, exportCustomRoutes, importCustomRoutes }) => [
      network,
      peerNetwork,
      exportCustomRoutes,
      importCustomRoutes,
    ]),
    [
      ["gcp-aso1-network", "gcp-ew1-network", true, true],
      ["gcp-ew1-network", "gcp-aso1-network", true, true],
    ],
  );
  assert.throws(() => gateway().peer(link, {} as RegionGateway), /needs Google Cloud at both ends/);
});

test("the gateway's addresses are public, the keys are not", async () => {
  const own = gateway();
  assert.deepEqual(await value(own.addresses), ["198.51.100.1", "198.51.100.2"]);
  assert.equal(await isSecret(own.addresses), false);
});
