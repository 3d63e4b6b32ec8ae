import assert from "node:assert/strict";
import { test } from "node:test";
import { gcpNetworks } from "../../../sim/clouds/gcp/tunnels.ts";
import { networkOf, Sandbox, tunnelOf } from "./sandbox.ts";

test("the oracle sees a tunnel as it is configured", async () => {
  const sandbox = new Sandbox();
  const { gateway } = await tunnelOf(sandbox);
  await sandbox.create("Firewall", {
    name: "allow",
    network: "vpc",
    allows: [{ protocol: "all" }],
    sourceRanges: ["10.2.0.0/15"],
  });
  await sandbox.create("Firewall", {
    name: "deny",
    network: "vpc",
    denies: [{ protocol: "all" }],
    sourceRanges: ["0.0.0.0/0"],
    priority: 65534,
  });
  const { networks, ends } = gcpNetworks(sandbox.store.all());
  const [end] = ends;
  assert.deepEqual(
    networks.map(({ cidrs, routes, admits }) => ({ cidrs, routes, admits })),
    [{ cidrs: ["10.6.0.0/17", "10.7.0.0/17", "10.7.128.0/18"], routes: "learned", admits: ["10.2.0.0/15"] }],
  );
  assert.deepEqual(end?.locals, [
    {
      outside: (gateway.state.vpnInterfaces as { ipAddress: string }[])[0]?.ipAddress,
      inside: "169.254.21.2",
      instance: 0,
    },
  ]);
  assert.equal(end?.remoteOutside, "35.1.1.1");
  assert.equal(end?.remoteInside, "169.254.21.1");
  assert.equal(end?.localAsn, 64603);
  assert.equal(end?.remoteAsn, 64601);
  assert.equal(end?.preSharedKey, "correct-horse");
  assert.ok(end?.phase1.includes("aes256-sha384-dh20"));
  assert.ok(end?.phase2.includes("aes256gcm-dh20"));
  assert.deepEqual(end?.announces, ["10.6.0.0/17", "10.7.0.0/17", "10.7.128.0/18"]);
  assert.equal(end?.enabled, true);
});

test("the oracle sees a session that is switched off, a denial that goes first and a one-sided peering", async () => {
  const sandbox = new Sandbox();
  const { session, link } = await tunnelOf(sandbox);
  await sandbox.update("RouterPeer", session, { enable: false });
  await sandbox.create("Firewall", {
    name: "allow",
    network: "vpc",
    allows: [{ protocol: "all" }],
    sourceRanges: ["10.2.0.0/15"],
  });
  await sandbox.create("Firewall", {
    name: "deny",
    network: "vpc",
    denies: [{ protocol: "all" }],
    sourceRanges: ["10.0.0.0/8"],
    priority: 900,
  });
  const far = await networkOf(sandbox, { name: "far", second: 8, asn: 64604, region: "europe-west1" });
  await sandbox.create("NetworkPeering", { name: "here", network: link, peerNetwork: far.link });
  const { networks, ends, peerings } = gcpNetworks(sandbox.store.all());
  assert.equal(ends[0]?.enabled, false);
  assert.deepEqual(networks[0]?.admits, []);
  assert.deepEqual(
    peerings.map(({ active, reason }) => [active, reason]),
    [[false, "far does not peer with vpc"]],
  );
});

test("one suite of ciphers is exactly one proposal in each phase", async () => {
  const sandbox = new Sandbox();
  const { tunnelInputs } = await tunnelOf(sandbox);
  await sandbox.create("VPNTunnel", {
    ...tunnelInputs,
    name: "strict",
    peerExternalGatewayInterface: 1,
    cipherSuite: {
      phase1: {
        encryptions: ["AES-CBC-256"],
        integrities: ["HMAC-SHA2-384-192"],
        prves: ["PRF-HMAC-SHA2-384"],
        dhs: ["Group-20"],
      },
      phase2: { encryptions: ["AES-GCM-16-256"], pfs: ["Group-20"] },
    },
  });
  const end = gcpNetworks(sandbox.store.all()).ends.find(({ name }) => name === "strict");
  assert.deepEqual([end?.phase1, end?.phase2], [["aes256-sha384-dh20"], ["aes256gcm-dh20"]]);
});
