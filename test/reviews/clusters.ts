import { type Change, region } from "./change.ts";

/** Changes of clusters and their nodes. */
export const clusters: readonly Change[] = [
  {
    title: "larger machines in a pool on AWS",
    config: (config) => {
      region(config, "aws-use1").nodePools = { workload: { machineType: "m7i.2xlarge" } };
    },
    sentence: "aws-use1: 1 replacement of a node pool; no data-bearing resource touched",
    dangers: ["replace-nodes"],
    exitCode: 3,
  },
  {
    title: "the next minor version of Kubernetes",
    config: (config) => {
      config.kubernetesVersion = "1.36";
    },
    sentence: "3 regions: 3 updates of clusters, 2 updates of node pools in azr-weu; no data-bearing resource touched",
    dangers: ["several-regions"],
    exitCode: 3,
  },
];
