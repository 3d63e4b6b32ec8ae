import type { Area } from "../../area.ts";
import azureLocks from "./azureLocks.ts";
import deletion from "./deletion.ts";
import nodeZones from "./nodeZones.ts";
import protectedState from "./protectedState.ts";
import zoneRedundant from "./zoneRedundant.ts";

export const protection: Area = {
  title: "Protection against loss",
  rules: [deletion, zoneRedundant, protectedState],
  stackRules: [azureLocks, nodeZones],
};
