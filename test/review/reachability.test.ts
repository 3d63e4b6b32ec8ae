import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planLinks } from "../../infra/plan/mesh.ts";
import type { Cloud, Link } from "../../infra/plan/topology.ts";
import { linkPartOf, meshChangeOf, meshStatements } from "../../ops/review/reachability.ts";
import type { Side } from "../../ops/review/sides.ts";

const PREFIX = { aws: "aws", azure: "azr", gcp: "gcp" } as const;

const region = (cloud: Cloud, number: number) => ({
  name: `${PREFIX[cloud]}-r${number}`,
  number,
  cloud,
  asn: 64_600 + number,
  cidr: `10.${2 * number}.0.0/15`,
});

const resource = (type: string, name: string): Side => ({
  urn: `urn:pulumi:staging::novacron::novacron:infra:Gateway$${type}::${name}`,
  type,
  before: {},
  after: {},
});

/** The resources that the program makes of a link, by the names that it gives them. */
function resourcesOf({ kind, ends, ...link }: Link): Side[] {
  const tunnels = "tunnels" in link ? link.tunnels : [];
  return ends.flatMap(({ region: own, cloud }, side) => {
    const peer = ends[side === 0 ? 1 : 0].region;
    if (kind === "peering") {
      if (cloud === "azure") return [resource("azure-native:network:VirtualNetworkPeering", `${own}-gateway-${peer}`)];
      if (cloud === "gcp") return [resource("gcp:compute/networkPeering:NetworkPeering", `${own}-gateway-${peer}`)];
      // Both resources of AWS's peering have the name that the first end gives them.
      const name = `${ends[0].region}-gateway-to-${ends[1].region}`;
      return side === 0
        ? [resource("aws:ec2transitgateway/peeringAttachment:PeeringAttachment", name)]
        : [resource("aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter", name)];
    }
    if (cloud === "aws")
      return [0, 1].map((connection) =>
        resource("aws:ec2/vpnConnection:VpnConnection", `${own}-gateway-to-${peer}-${connection}`),
      );
    const types =
      cloud === "azure"
        ? ["azure-native:network:LocalNetworkGateway", "azure-native:network:VirtualNetworkGatewayConnection"]
        : [
            "gcp:compute/vPNTunnel:VPNTunnel",
            "gcp:compute/routerInterface:RouterInterface",
            "gcp:compute/routerPeer:RouterPeer",
          ];
    return tunnels.flatMap((_, index) => types.map((type) => resource(type, `${own}-gateway-${peer}-${index}`)));
  });
}

const lost = ({ urn, type, before }: Side): Side => ({ urn, type, ...(before === undefined ? {} : { before }) });

const mesh = fc
  .uniqueArray(
    fc.constantFrom<Cloud>("aws", "azure", "gcp").chain((cloud) => fc.nat(31).map((n) => region(cloud, n))),
    {
      minLength: 2,
      maxLength: 5,
      selector: ({ number }) => number,
    },
  )
  .map((regions) => planLinks(regions));

const everyRegion = { before: new Set<string>(), after: new Set<string>() };

test("a whole mesh reaches everywhere after any loss, over exactly the planned tunnels", () =>
  fc.assert(
    fc.property(mesh, (links) => {
      const whole = links.flatMap(resourcesOf);
      assert.equal(meshChangeOf(whole), undefined, "nothing changes");
      const change = meshChangeOf(whole.map(({ before, ...side }) => side));
      assert.deepEqual(
        change?.pairs
          .map(({ regions, after }) => [regions.toSorted(), after?.survivesAnyLoss, after?.tunnels])
          .toSorted(),
        links
          .map((link) => [
            link.ends.map(({ region: name }) => name).toSorted(),
            true,
            link.kind === "vpn" ? link.tunnels.map(({ name }) => name) : [],
          ])
          .toSorted(),
      );
    }),
  ));

test("taking any one resource of a tunnel away never helps, and is always said", () =>
  fc.assert(
    fc.property(mesh, fc.nat(), (links, choice) => {
      const whole = links.flatMap(resourcesOf);
      const taken = whole[choice % whole.length];
      assert.ok(taken);
      const change = meshChangeOf(whole.map((side) => (side === taken ? lost(side) : side)));
      const part = linkPartOf(taken);
      const pair = [part?.region, part?.peer].toSorted();
      const changed = change?.pairs.filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after)) ?? [];
      assert.deepEqual(
        changed.map(({ regions }) => regions),
        [pair],
      );
      assert.ok(
        (changed[0]?.after?.tunnels.length ?? 0) < (changed[0]?.before?.tunnels.length ?? 0) ||
          part?.kind === "peering",
      );
      assert.match(meshStatements(change, everyRegion)[0]?.text ?? "", new RegExp(`^${pair.join(" – ")}: `));
    }),
  ));

const [link] = planLinks([region("aws", 1), region("azure", 2)]);
assert.ok(link);
const between = resourcesOf(link);

test("losing one connection leaves the pair connected, and says that the next loss cuts it", () => {
  const change = meshChangeOf(between.map((side) => (side.urn.endsWith("azr-r2-1") ? lost(side) : side)));
  const [pair, whole] = meshStatements(change, everyRegion);
  assert.equal(pair?.short, "aws-r1 – azr-r2 no longer survives a loss");
  assert.match(pair?.text ?? "", /4 tunnels → 2 tunnels/);
  assert.match(
    whole?.text ?? "",
    /pairs that reach each other 1 of 1 → 1 of 1; after losing any one link 1 of 1 → 0 of 1/,
  );
});

test("a pair without a tunnel that is whole at both ends is cut", () => {
  const change = meshChangeOf(between.map((side) => (side.type.includes("LocalNetworkGateway") ? lost(side) : side)));
  assert.equal(meshStatements(change, everyRegion)[0]?.short, "aws-r1 – azr-r2 cut");
});

test("a region that leaves is not taken for one that is cut off", () => {
  const change = meshChangeOf(between.map(lost));
  const [statement] = meshStatements(change, {
    before: new Set(["aws-r1", "azr-r2"]),
    after: new Set(["aws-r1"]),
  });
  assert.equal(statement?.short, undefined);
  assert.match(statement?.text ?? "", /4 tunnels → no link; azr-r2 leaves the stack/);
});
