import { rule } from "../../rule.ts";
import { type Demand, exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

const DAYS_90 = 90 * 24 * 3600;

const within90Days: Demand = {
  wanted: "seconds, 90 days (7776000s) or fewer",
  holds: (value) => {
    const seconds = Number(/^(\d+)s$/.exec(String(value))?.[1]);
    return seconds > 0 && seconds <= DAYS_90;
  },
};

/** Missing is AWS's own year. */
const withinAYear: Demand = {
  wanted: "365 or fewer",
  holds: (value) => value === undefined || (typeof value === "number" && value <= 365),
};

export default rule({
  id: "ENC-003",
  title: "Keys of our own are rotated by the cloud",
  severity: "high",
  why: "What one version has encrypted is what is lost with it, and a rotation that somebody has to think of does not happen.",
  sources: [
    cis.aws("3.6", "customer keys are rotated"),
    cis.azure("8.3.9", "keys are rotated automatically"),
    cis.googleCloud("1.10", "keys are rotated within 90 days"),
  ],
  fix: "Switch rotation on: yearly on AWS, by a rotation policy and rotationToLatestKeyVersionEnabled on Azure, every 90 days on Google Cloud.",
  ...settings({
    "aws:kms/key:Key": { enableKeyRotation: exactly(true), rotationPeriodInDays: withinAYear },
    // Else disks stay with the version of the key that they were made with.
    "azure-native:compute:DiskEncryptionSet": { rotationToLatestKeyVersionEnabled: exactly(true) },
    "azure-native:keyvault:Key": { "properties.rotationPolicy.lifetimeActions[].action.type": exactly("rotate") },
    "gcp:kms/cryptoKey:CryptoKey": { rotationPeriod: within90Days },
  }),
});
