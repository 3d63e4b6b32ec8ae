import { rule } from "../../rule.ts";
import { atLeast, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { PCI_LOG_HISTORY } from "../../sources/standards.ts";

/** Months pass before an intrusion is noticed: a quarter's logs in tests, a year's in production (PCI DSS 10.5.1). */
const DAYS = { elsewhere: 90, production: 365 };

const keptFor = (days: number) => {
  const kept = atLeast(days, "days");
  return settings({
    // Without a number CloudWatch keeps logs for ever, which privacy law does not allow either.
    "aws:cloudwatch/logGroup:LogGroup": { retentionInDays: kept },
    "azure-native:network:FlowLog": { "retentionPolicy.enabled": exactly(true), "retentionPolicy.days": kept },
    "azure-native:operationalinsights:Workspace": { retentionInDays: kept },
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": { retentionDays: kept },
  });
};

const [elsewhere, inProduction] = [keptFor(DAYS.elsewhere), keptFor(DAYS.production)];

export default rule({
  id: "LOG-002",
  title: "Logs are kept for 90 days, in production for a year, and not for ever",
  severity: "medium",
  why: "An audit asks for a year, and an intrusion is found after months; the clouds' defaults are a month or without an end.",
  sources: [PCI_LOG_HISTORY, cis.azure("7.8", "flow logs are kept for 90 days or longer")],
  fix: "Set novacron:logDays.",
  ...elsewhere,
  check: (properties, context) => (context.production ? inProduction : elsewhere).check(properties, context),
});
