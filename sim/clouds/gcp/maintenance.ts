import type { ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import type { Unwrap } from "@pulumi/pulumi";
import { bad } from "./errors.ts";

type Policy = NonNullable<Unwrap<ClusterArgs>["maintenancePolicy"]>;

const HOUR = 3_600_000;
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Refuses windows that leave GKE less than 48 hours in any 32 days, in pieces of four hours or more. */
export function demandMaintenance(policy: Policy): void {
  const windows = [policy.dailyMaintenanceWindow, policy.recurringWindow, policy.recurringMaintenanceWindow].filter(
    (window) => window !== undefined,
  );
  if (windows.length !== 1)
    bad("Exactly one of daily_maintenance_window and recurring_window must be set in a maintenance policy.");
  const daily = policy.dailyMaintenanceWindow;
  if (daily !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(daily.startTime))
    bad(`Invalid start time '${daily.startTime}' of the daily maintenance window: it must be HH:MM.`);
  const recurring = policy.recurringWindow;
  if (recurring !== undefined) demandRecurring(recurring.startTime, recurring.endTime, recurring.recurrence);
  const exclusions = policy.maintenanceExclusions ?? [];
  if (exclusions.length > 20) bad("A cluster can have at most 20 maintenance exclusions.");
  for (const { exclusionName, startTime, endTime } of exclusions) {
    if (!TIMESTAMP.test(startTime) || (endTime !== undefined && !TIMESTAMP.test(endTime)))
      bad(`Maintenance exclusion '${exclusionName}' has an invalid time.`);
    if (endTime !== undefined && Date.parse(endTime) <= Date.parse(startTime))
      bad(`Maintenance exclusion '${exclusionName}' must end after it starts.`);
  }
}

function demandRecurring(startTime: string, endTime: string, recurrence: string): void {
  for (const time of [startTime, endTime]) {
    if (!TIMESTAMP.test(time) || Number.isNaN(Date.parse(time)))
      bad(`Invalid time '${time}' of the maintenance window: it must be in RFC 3339 format.`);
  }
  const hours = (Date.parse(endTime) - Date.parse(startTime)) / HOUR;
  if (hours <= 0) bad("The maintenance window must end after it starts.");
  const rule = Object.fromEntries(recurrence.split(";").map((part) => part.split("=")));
  const days = rule.BYDAY?.split(",") ?? [];
  const interval = Number(rule.INTERVAL ?? 1);
  if (!["DAILY", "WEEKLY", "MONTHLY"].includes(rule.FREQ ?? ""))
    bad(`Invalid recurrence '${recurrence}': the frequency must be DAILY, WEEKLY or MONTHLY.`);
  if (days.some((day: string) => !DAYS.includes(day.replace(/^-?\d/, ""))))
    bad(`Invalid recurrence '${recurrence}': unknown day.`);
  const perWeek =
    rule.FREQ === "DAILY"
      ? 7 / interval
      : rule.FREQ === "WEEKLY"
        ? Math.max(1, days.length) / interval
        : Math.max(1, days.length) / (4.35 * interval);
  if (hours < 4 || Math.floor((perWeek * 32) / 7) * hours < 48) {
    bad(
      "Error validating maintenance policy: maintenance policy would go longer than 32d without 48h maintenance availability of at least 4h duration (in [maintenance window - maintenance exclusions]).",
    );
  }
}
