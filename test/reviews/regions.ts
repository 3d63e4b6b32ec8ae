import { type Change, region } from "./change.ts";

/** Changes of regions, networks and the mesh. */
export const regions: readonly Change[] = [
  {
    title: "add a fourth region on AWS",
    config: (config) => {
      config.regions.push({
        name: "aws-euw1",
        number: 4,
        cloud: "aws",
        location: "eu-west-1",
        zones: ["eu-west-1a", "eu-west-1b"],
        nat: "single",
        access: { via: "vpn" },
      });
      for (const other of ["aws-use1", "azr-weu", "gcp-aso1"])
        config.roundTrips.push({ between: [other, "aws-euw1"], milliseconds: 90 });
    },
    sentence: "4 regions: 326 new resources; no data-bearing resource touched",
    says: [
      /aws-euw1 – aws-use1: no link → peering; the regions reach each other/,
      /aws-euw1 – gcp-aso1: no link → 4 tunnels; the regions reach each other, also after losing any one tunnel/,
      /whole mesh: pairs that reach each other 3 of 3 → 6 of 6; after losing any one link 3 of 3 → 6 of 6$/m,
    ],
    dangers: [],
    exitCode: 2,
  },
  {
    title: "move a region to another range",
    config: (config) => {
      region(config, "gcp-aso1").cidr = "10.60.0.0/15";
    },
    sentence:
      "3 regions: 174 updates, 13 replacements (with 1 cluster, 3 node pools); 8 data-bearing resources updated",
    dangers: ["replace-cluster", "replace-nodes", "replace-network", "replace-identity", "several-regions"],
    exitCode: 3,
  },
  {
    title: "give up a zone",
    config: (config) => {
      region(config, "aws-use1").zones = ["us-east-1a", "us-east-1b"];
    },
    sentence:
      "3 regions: 27 updates, 3 replacements of node pools in aws-use1, 13 deletions; no data-bearing resource touched",
    dangers: ["replace-nodes", "delete-network"],
    exitCode: 3,
  },
  {
    title: "give every tunnel a new key",
    config: (config) => {
      config.mesh = { keyEpoch: 2 };
    },
    sentence:
      "3 regions: 16 updates, 6 replacements of VPN tunnels in gcp-aso1, 6 replacements of router interfaces in gcp-aso1; 3 links change on every path at once; no data-bearing resource touched",
    dangers: ["replace-gateway", "cut-link", "several-regions"],
    exitCode: 3,
  },
  {
    title: "move a replica of Raft to another region",
    config: (config) => {
      config.quorum.raft = { replicas: { "aws-use1": 2, "azr-weu": 1 }, survive: ["replica"] };
    },
    sentence:
      "3 regions: 6 updates of Rollouts; Raft no longer survives the loss of a region; Raft no longer survives the loss of a cloud; no data-bearing resource touched",
    says: [
      /Raft: no longer survives the loss of a region: .*⌊3\/2⌋\+1 = 2; region aws-use1 lost takes 2 and leaves 1 < 2;/,
      /Raft: timeout in ms 1000 → 400$/m,
    ],
    dangers: [],
    exitCode: 2,
  },
];
