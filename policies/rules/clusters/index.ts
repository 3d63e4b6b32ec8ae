import type { Area } from "../../area.ts";
import clusterAccess from "./clusterAccess.ts";
import clusterAccounts from "./clusterAccounts.ts";

export const clusters: Area = {
  title: "Clusters",
  rules: [clusterAccess, clusterAccounts],
  stackRules: [],
};
