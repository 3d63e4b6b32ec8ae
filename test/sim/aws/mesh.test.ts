import assert from "node:assert/strict";
import { test } from "node:test";
import { awsNetworks } from "../../../sim/clouds/aws/tunnels.ts";
import { baseline, T } from "./baseline.ts";

const given = await baseline();
const seen = () => awsNetworks(given.account.store.all());

test("the oracle sees each tunnel of a connection as it was configured", async () => {
  const [first, second] = seen().ends;
  assert.deepEqual(
    { ...first, preSharedKey: "", phase1: [], phase2: [] },
    {
      name: `${given.vpn.id}-tunnel1`,
      networkId: given.vpc.id,
      locals: [{ outside: given.vpn.state.tunnel1Address, inside: "169.254.21.1", instance: 0 }],
      remoteOutside: "20.1.1.1",
      remoteInside: "169.254.21.2",
      localAsn: 64600,
      remoteAsn: 64601,
      preSharedKey: "",
      ikeVersion: 2,
      phase1: [],
      phase2: [],
      announces: ["10.0.0.0/16"],
      enabled: true,
    },
  );
  assert.equal(second?.locals[0]?.outside, given.vpn.state.tunnel2Address);
  assert.equal(first?.preSharedKey, given.vpn.state.tunnel1PresharedKey);
});

test("only the proposals that were chosen count, and all of AWS's where none was", async () => {
  const open = seen().ends[0];
  assert.ok(open?.phase1.includes("aes128-sha1-dh2"));
  const chosen = await given.account.make(T.vpn, {
    type: "ipsec.1",
    customerGatewayId: given.customer.id,
    transitGatewayId: given.transit.id,
    tunnel1Phase1EncryptionAlgorithms: ["AES256"],
    tunnel1Phase1IntegrityAlgorithms: ["SHA2-384"],
    tunnel1Phase1DhGroupNumbers: [20],
    tunnel1Phase2EncryptionAlgorithms: ["AES256-GCM-16"],
    tunnel1Phase2DhGroupNumbers: [20],
    tunnel1IkeVersions: ["ikev1"],
  });
  const end = seen().ends.find(({ name }) => name === `${chosen.id}-tunnel1`);
  assert.deepEqual([end?.phase1, end?.phase2, end?.ikeVersion], [["aes256-sha384-dh20"], ["aes256gcm-dh20"], 1]);
});

test("a route counts only when every private table of the VPC has it", async () => {
  const { account, vpc, transit } = given;
  const network = () => seen().networks.find(({ id }) => id === vpc.id);
  const to = (routeTableId: string) =>
    account.make(T.route, { routeTableId, destinationCidrBlock: "10.2.0.0/15", transitGatewayId: transit.id });
  await to(given.table.id);
  assert.deepEqual(network()?.routes, ["10.2.0.0/15"]);
  const second = await account.make(T.routeTable, { vpcId: vpc.id });
  await account.make(T.association, { routeTableId: second.id, subnetId: given.bare.id });
  assert.deepEqual(network()?.routes, []);
  await to(second.id);
  assert.deepEqual(network()?.routes, ["10.2.0.0/15"]);
});

test("only a rule for all protocols on the cluster's own group admits another region", async () => {
  const { account, cluster, vpc } = given;
  const securityGroupId = (cluster.state.vpcConfig as { clusterSecurityGroupId: string }).clusterSecurityGroupId;
  const admits = () => seen().networks.find(({ id }) => id === vpc.id)?.admits;
  await account.make(T.ingress, {
    securityGroupId,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: "10.4.0.0/15",
  });
  assert.deepEqual(admits(), []);
  await account.make(T.ingress, { securityGroupId, ipProtocol: "-1", cidrIpv4: "10.2.0.0/15" });
  assert.deepEqual(admits(), ["10.2.0.0/15"]);
});

test("a peering is down until the other side accepts it and both sides have routes", async () => {
  const fresh = await baseline();
  const [peering] = awsNetworks(fresh.account.store.all()).peerings;
  assert.equal(peering?.active, false);
  assert.match(peering?.reason ?? "", /has no route to/);
  const west = await fresh.account.make(T.vpc, { region: "us-west-2", cidrBlock: "10.2.0.0/16" });
  const subnet = await fresh.account.make(T.subnet, { region: "us-west-2", vpcId: west.id, cidrBlock: "10.2.0.0/20" });
  await fresh.account.make(T.attachment, {
    region: "us-west-2",
    transitGatewayId: fresh.farTransit.id,
    vpcId: west.id,
    subnetIds: [subnet.id],
  });
  await fresh.account.make(T.transitRoute, {
    region: "us-west-2",
    transitGatewayRouteTableId: fresh.farTransit.state.associationDefaultRouteTableId,
    transitGatewayAttachmentId: fresh.peering.id,
    destinationCidrBlock: "10.0.0.0/16",
  });
  assert.deepEqual(awsNetworks(fresh.account.store.all()).peerings, [
    { name: fresh.peering.id, networkIds: [fresh.vpc.id, west.id], active: true },
  ]);
});
