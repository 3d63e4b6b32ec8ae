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
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "move a region to another range",
    config: (config) => {
      region(config, "gcp-aso1").cidr = "10.60.0.0/15";
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "give up a zone",
    config: (config) => {
      region(config, "aws-use1").zones = ["us-east-1a", "us-east-1b"];
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "use a third zone on Google Cloud no longer",
    config: (config) => {
      region(config, "gcp-aso1").zones = ["asia-south1-a", "asia-south1-b"];
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "one way out for each zone",
    config: (config) => {
      region(config, "aws-use1").nat = "per-zone";
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "give every tunnel a new key",
    config: (config) => {
      config.mesh = { keyEpoch: 2 };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "give a region's gateway another ASN",
    config: (config) => {
      region(config, "gcp-aso1").asn = 64_900;
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "reserve room for more regions in the mesh",
    config: (config) => {
      config.mesh = { capacity: 9 };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
];
