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
    sentence: "4 regions: 324 new resources; no data-bearing resource touched",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "move a region to another range",
    config: (config) => {
      region(config, "gcp-aso1").cidr = "10.60.0.0/15";
    },
    sentence:
      "3 regions: 172 updates, 13 replacements (with 1 cluster, 3 node pools); 8 data-bearing resources updated",
    dangers: ["replace-cluster", "replace-nodes", "replace-network", "replace-identity"],
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
];
