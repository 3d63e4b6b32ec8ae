import type { Area } from "../../area.ts";
import addons from "./addons.ts";
import clusterAccess from "./clusterAccess.ts";
import clusterAccounts from "./clusterAccounts.ts";
import patched from "./patched.ts";
import sideDoors from "./sideDoors.ts";
import verifiedBoot from "./verifiedBoot.ts";

export const clusters: Area = {
  title: "Clusters",
  rules: [clusterAccess, clusterAccounts, verifiedBoot, patched, sideDoors],
  stackRules: [addons],
};
