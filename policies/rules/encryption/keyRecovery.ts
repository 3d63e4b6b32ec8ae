import { ok, rule } from "../../rule.ts";
import { atLeast, type Demand, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";
import { aws } from "../../sources/clouds.ts";

const DAYS_30 = 30 * 24 * 3600;

const recoverable: Demand = {
  wanted: "30 days (2592000s) or more",
  holds: (value) => Number(/^(\d+)s$/.exec(String(value))?.[1]) >= DAYS_30,
};

const anywhere = settings({
  "azure-native:keyvault:Vault": {
    "properties.enableSoftDelete": exactly(true),
    "properties.enablePurgeProtection": exactly(true),
    "properties.softDeleteRetentionInDays": atLeast(90, "days"),
  },
  "gcp:kms/cryptoKey:CryptoKey": { destroyScheduledDuration: recoverable },
});

/** A test stack may take its keys with it after AWS's least of seven days. */
const inProduction = settings({
  "aws:kms/key:Key": { deletionWindowInDays: atLeast(30, "days") },
  "aws:secretsmanager/secret:Secret": { recoveryWindowInDays: atLeast(30, "days") },
});

export default rule({
  id: "ENC-004",
  title: "A key or secret that was deleted by mistake can be brought back",
  severity: "high",
  why: "Whatever a destroyed key encrypted is gone with it: volumes, buckets, and the cluster's own secrets.",
  sources: [
    cis.azure("8.3.5", "vaults are protected from purges"),
    aws("kms/latest/developerguide/deleting-keys.html", "what a deleted key encrypted is lost, after 7 to 30 days"),
  ],
  fix: "Keep the longest delay before destruction that the cloud has, and protect vaults from purges.",
  applies: [...anywhere.applies, ...inProduction.applies],
  needs: [...anywhere.needs, ...inProduction.needs],
  check: (properties, context) => [
    ...anywhere.check(properties, context),
    ...(context.production ? inProduction.check(properties, context) : ok),
  ],
});
