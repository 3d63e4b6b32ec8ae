import type { Area } from "../../area.ts";
import azureDiagnostics from "./azureDiagnostics.ts";
import controlPlane from "./controlPlane.ts";
import flowLogs from "./flowLogs.ts";
import retention from "./retention.ts";
import tunnelLogs from "./tunnelLogs.ts";

export const logging: Area = {
  title: "Logs",
  rules: [retention, controlPlane, tunnelLogs],
  stackRules: [flowLogs, azureDiagnostics],
};
