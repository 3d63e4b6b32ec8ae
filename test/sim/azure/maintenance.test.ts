import { test } from "node:test";
import { inGroup, placed, withNetwork } from "./baseline.ts";
import { refuses } from "./subscription.ts";

const { azure } = await withNetwork();
await azure.create("containerservice:ManagedCluster", {
  ...placed,
  resourceName: "aks",
  dnsPrefix: "aks",
  identity: { type: "SystemAssigned" },
  agentPoolProfiles: [{ name: "system", mode: "System", vmSize: "Standard_D2s_v5", count: 1 }],
});

test("maintenance has a window of at least four hours", async () => {
  const window = (configName: string, more: object = {}) =>
    azure.create("containerservice:MaintenanceConfiguration", {
      ...inGroup,
      resourceName: "aks",
      configName,
      maintenanceWindow: {
        durationHours: 4,
        startTime: "02:00",
        schedule: { weekly: { dayOfWeek: "Sunday", intervalWeeks: 1 } },
        ...more,
      },
    });
  await refuses("durationHours", window("aksManagedAutoUpgradeSchedule", { durationHours: 2 }));
  await refuses("startTime", window("aksManagedAutoUpgradeSchedule", { startTime: "25:00" }));
  await refuses("schedule", window("aksManagedAutoUpgradeSchedule", { schedule: {} }));
  await refuses("configName", window("nightly"));
  await window("aksManagedAutoUpgradeSchedule");
});
