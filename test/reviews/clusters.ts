import { type Change, region } from "./change.ts";

/** Changes of clusters and their nodes. */
export const clusters: readonly Change[] = [
  {
    title: "larger machines in a pool on AWS",
    config: (config) => {
      region(config, "aws-use1").nodePools = { workload: { machineType: "m7i.2xlarge" } };
    },
    sentence: "",
    dangers: [],
    exitCode: 2,
  },
  {
    title: "larger machines in a pool on Google Cloud",
    config: (config) => {
      region(config, "gcp-aso1").nodePools = { workload: { machineType: "n2-standard-8" } };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "larger machines in a pool on Azure",
    config: (config) => {
      region(config, "azr-weu").nodePools = { workload: { machineType: "Standard_D8s_v5" } };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "the next minor version of Kubernetes",
    config: (config) => {
      config.kubernetesVersion = "1.36";
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "another data plane on Google Cloud",
    config: (config) => {
      region(config, "gcp-aso1").dataPlane = "cilium";
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "let more addresses reach a cluster's API",
    config: (config) => {
      region(config, "aws-use1").access = { operatorCidrs: ["203.0.113.0/24"] };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
  {
    title: "open a private cluster's API to operators",
    config: (config) => {
      region(config, "azr-weu").access = { operatorCidrs: ["203.0.113.0/28"] };
    },
    sentence: "",
    dangers: [],
    exitCode: 3,
  },
];
