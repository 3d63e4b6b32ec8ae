import assert from "node:assert/strict";
import { test } from "node:test";
import { type CloudNetworks, type Loss, meshStatus, reachable, type TunnelEnd } from "../../sim/network/oracle.ts";

const proposals = { phase1: ["aes256-sha384-dh20"], phase2: ["aes256gcm-dh20"] };

function awsEnd(index: number): TunnelEnd {
  return {
    name: `aws-${index}`,
    networkId: "vpc",
    locals: [{ outside: `198.51.100.${index}`, inside: `169.254.21.${4 * index + 1}`, instance: index }],
    remoteOutside: `203.0.113.${index}`,
    remoteInside: `169.254.21.${4 * index + 2}`,
    localAsn: 64601,
    remoteAsn: 64602,
    preSharedKey: `key${index}`,
    ikeVersion: 2,
    ...proposals,
    announces: ["10.2.0.0/15"],
    enabled: true,
  };
}

/** The Azure end answers from either of two instances; the peer's settings decide which one carries the tunnel. */
function azureEnd(index: number): TunnelEnd {
  return {
    name: `azure-${index}`,
    networkId: "vnet",
    locals: [0, 1].map((instance) => ({
      outside: `203.0.113.${instance}`,
      inside: `169.254.21.${4 * instance + 2}`,
      instance,
    })),
    remoteOutside: `198.51.100.${index}`,
    remoteInside: `169.254.21.${4 * index + 1}`,
    localAsn: 64602,
    remoteAsn: 64601,
    preSharedKey: `key${index}`,
    ikeVersion: 2,
    ...proposals,
    announces: ["10.4.0.0/15"],
    enabled: true,
  };
}

function twoRegions(): [
  CloudNetworks & { ends: [TunnelEnd, TunnelEnd] },
  CloudNetworks & { ends: [TunnelEnd, TunnelEnd] },
] {
  return [
    {
      networks: [
        {
          id: "vpc",
          cloud: "aws",
          region: "aws-use1",
          cidrs: ["10.2.0.0/16"],
          routes: ["10.4.0.0/15"],
          admits: ["10.4.0.0/15"],
        },
      ],
      ends: [awsEnd(0), awsEnd(1)],
      peerings: [],
    },
    {
      networks: [
        {
          id: "vnet",
          cloud: "azure",
          region: "azr-weu",
          cidrs: ["10.4.0.0/16"],
          routes: "learned",
          admits: ["10.2.0.0/15"],
        },
      ],
      ends: [azureEnd(0), azureEnd(1)],
      peerings: [],
    },
  ];
}

const tunnelsUp = (clouds: CloudNetworks[], losses: Loss[] = []) =>
  meshStatus(clouds, losses)
    .links.flatMap((link) => link.tunnels)
    .filter((tunnel) => tunnel.up).length;

test("matching ends bring every tunnel up and regions reach each other", () => {
  const status = meshStatus(twoRegions());
  assert.deepEqual(
    status.links.map(({ regions, up, problems }) => ({ regions, up, problems })),
    [{ regions: ["aws-use1", "azr-weu"], up: true, problems: [] }],
  );
  assert.deepEqual(
    status.links[0]?.tunnels.map(({ name, instances }) => ({ name, instances })),
    [
      { name: "aws-0", instances: [0, 0] },
      { name: "aws-1", instances: [1, 1] },
    ],
  );
  assert.deepEqual(reachable(status, "azr-weu", "aws-use1"), { reachable: true, over: ["aws-0", "aws-1"] });
});

const mismatches: [title: string, change: (end: TunnelEnd) => void, reason: RegExp][] = [
  [
    "outside address",
    (end) => {
      end.remoteOutside = "192.0.2.9";
    },
    /outside address/,
  ],
  [
    "pre-shared key",
    (end) => {
      end.preSharedKey = "other";
    },
    /pre-shared key/,
  ],
  [
    "IKE version",
    (end) => {
      end.ikeVersion = 1;
    },
    /IKE version: (1 and 2|2 and 1)/,
  ],
  [
    "own inside address",
    (end) => {
      end.locals = end.locals.map((local) => ({ ...local, inside: "169.254.22.9" }));
    },
    /inside address/,
  ],
  [
    "peer's inside address",
    (end) => {
      end.remoteInside = "169.254.22.9";
    },
    /inside address/,
  ],
  [
    "own ASN",
    (end) => {
      end.localAsn = 64999;
    },
    /ASN/,
  ],
  [
    "peer's ASN",
    (end) => {
      end.remoteAsn = 64999;
    },
    /ASN/,
  ],
  [
    "phase 1 proposal",
    (end) => {
      end.phase1 = ["aes128-sha1-dh2"];
    },
    /phase 1/,
  ],
  [
    "phase 2 proposal",
    (end) => {
      end.phase2 = ["aes128-sha1-dh2"];
    },
    /phase 2/,
  ],
  [
    "switched-off end",
    (end) => {
      end.enabled = false;
    },
    /switched off/,
  ],
];

for (const side of [0, 1] as const) {
  for (const [title, change, reason] of mismatches) {
    test(`a wrong ${title} on side ${side} takes down its tunnel alone, and says why`, () => {
      const clouds = twoRegions();
      change(clouds[side].ends[1]);
      const status = meshStatus(clouds);
      assert.equal(tunnelsUp(clouds), 1);
      const down = status.links.flatMap((link) => link.tunnels).filter((tunnel) => !tunnel.up);
      assert.ok(
        down.some((tunnel) => tunnel.problems.some((problem) => reason.test(problem))),
        JSON.stringify(down),
      );
    });
  }
}

test("an end without a peer is a tunnel that is down, not a tunnel that is missing", () => {
  const clouds = twoRegions();
  clouds[1].ends.splice(1, 1);
  const tunnels = meshStatus(clouds).links.flatMap((link) => link.tunnels);
  assert.deepEqual(tunnels.map(({ up }) => up).sort(), [false, true]);
});

test("losing a tunnel or a gateway instance leaves the other path, losing the region leaves none", () => {
  const clouds = twoRegions();
  for (const loss of [{ tunnel: "aws-0" }, { gateway: "azr-weu", instance: 0 }, { gateway: "aws-use1", instance: 1 }]) {
    assert.equal(tunnelsUp(clouds, [loss]), 1);
    assert.equal(reachable(meshStatus(clouds, [loss]), "aws-use1", "azr-weu").reachable, true);
  }
  assert.equal(reachable(meshStatus(clouds, [{ region: "azr-weu" }]), "aws-use1", "azr-weu").reachable, false);
  assert.equal(
    reachable(meshStatus(clouds, [{ tunnel: "aws-0" }, { tunnel: "aws-1" }]), "aws-use1", "azr-weu").reachable,
    false,
  );
});

test("a tunnel without a route or a firewall rule carries nothing", () => {
  const withoutRoute = twoRegions();
  const vpc = withoutRoute[0].networks[0];
  assert.ok(vpc);
  vpc.routes = ["10.6.0.0/15"];
  assert.match(
    reachable(meshStatus(withoutRoute), "aws-use1", "azr-weu").reason ?? "",
    /aws-use1 has no route to 10.4.0.0\/16/,
  );

  const withoutRule = twoRegions();
  const vnet = withoutRule[1].networks[0];
  assert.ok(vnet);
  vnet.admits = [];
  assert.match(
    reachable(meshStatus(withoutRule), "aws-use1", "azr-weu").reason ?? "",
    /azr-weu admits nothing from 10.2.0.0\/16/,
  );
});

test("a peering counts only when both sides made it", () => {
  const network = (region: string, id: string, cidr: string, other: string) => ({
    id,
    cloud: "gcp" as const,
    region,
    cidrs: [cidr],
    routes: "learned" as const,
    admits: [other],
  });
  const networks = [
    network("gcp-a", "a", "10.2.0.0/16", "10.4.0.0/16"),
    network("gcp-b", "b", "10.4.0.0/16", "10.2.0.0/16"),
  ];
  const peering = { name: "a-b", networkIds: ["a", "b"] as [string, string] };
  assert.equal(meshStatus([{ networks, ends: [], peerings: [{ ...peering, active: true }] }]).links[0]?.up, true);
  const half = meshStatus([
    { networks, ends: [], peerings: [{ ...peering, active: false, reason: "b has no peering to a" }] },
  ]);
  assert.deepEqual(half.links[0]?.problems, ["b has no peering to a"]);
  assert.equal(half.links[0]?.up, false);
});

test("regions without a link are not reachable", () => {
  assert.match(reachable(meshStatus(twoRegions()), "aws-use1", "gcp-aso1").reason ?? "", /no link joins/);
});
