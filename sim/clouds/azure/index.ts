import type { SimulatedCloud } from "../../cloud.ts";
import { listManagedClusterUserCredentials } from "./credentials.ts";
import { normalise } from "./locations.ts";
import { isGuid } from "./metadata.ts";
import { services } from "./services.ts";

/** Azure as the `azure-native` provider shows it. */
export const azure: SimulatedCloud = {
  package: "azure-native",
  services: services(),
  functions: [listManagedClusterUserCredentials],
  // Ids are full paths: they say themselves where they belong.
  regionalIds: false,
  checkConfig: (config) => {
    const problems: [string, string][] = [];
    for (const property of ["subscriptionId", "tenantId"]) {
      const value = config[property];
      if (value === undefined && property === "tenantId") continue;
      if (typeof value !== "string" || !isGuid(value)) {
        problems.push([
          property,
          `must be a GUID, got ${JSON.stringify(value)}: az account show --query ${property === "tenantId" ? "tenantId" : "id"}`,
        ]);
      }
    }
    return problems;
  },
  place: (input, config, regionOf) => {
    const group = input.resourceGroupName;
    const region =
      typeof input.location === "string"
        ? normalise(input.location)
        : typeof group === "string"
          ? (regionOf(group) ?? "global")
          : "global";
    return { account: String(config.subscriptionId), region };
  },
  wording: (_request, code, message) =>
    code === "ResourceExists" ? message : `Code=${JSON.stringify(code)} Message=${JSON.stringify(message)}`,
  automaticName: (logicalName, hex) => `${logicalName}${hex(8)}`,
};
