import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { admitsAnyone, type Statement, statementsIn } from "../../statements.ts";

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

export default rule({
  id: "TLS-007",
  title: "Storage is reached over TLS alone, S3 over 1.3",
  severity: "high",
  why: "S3 takes plain HTTP and TLS 1.2 unless the bucket's policy refuses them: there is no switch.",
  sources: [
    cis.aws("2.1.1", "buckets' policies refuse plain HTTP"),
    cis.azure("9.3.4", "storage accounts require secure transfer"),
  ],
  fix: "Deny everybody s3:* where s3:TlsVersion is below 1.3 and where aws:SecureTransport is false; on Azure set enableHttpsTrafficOnly.",
  // Google's storage answers callers who say who they are over HTTPS only.
  applies: [BUCKET_POLICY, "azure-native:storage:StorageAccount"],
  needs: ["policy", "enableHttpsTrafficOnly"],
  check: (properties, { type }) => {
    if (type !== BUCKET_POLICY) {
      const value = valueAt(properties, "enableHttpsTrafficOnly");
      return value === true || value instanceof Unknown ? [] : ["enableHttpsTrafficOnly must be true"];
    }
    const policy = valueAt(properties, "policy");
    if (policy instanceof Unknown) return [];
    const statements = statementsIn(policy);
    // What cannot be read is STO-002's.
    if (statements === undefined) return [];
    const refusals = statements.filter((each) => !each.allows && refusesAll(each));
    return [
      ...(refusals.some(oldTls) ? [] : ["policy does not refuse everybody TLS below 1.3"]),
      ...(refusals.some(plainHttp) ? [] : ["policy does not refuse everybody plain HTTP"]),
    ];
  },
});

const refusesAll = (statement: Statement): boolean => admitsAnyone(statement) && statement.actions.includes("s3:*");

/** No other condition may narrow the refusal. */
const isOnly = (
  { conditions }: Statement,
  operator: string,
  key: string,
  right: (value: string) => boolean,
): boolean => {
  const keys = Object.values(conditions).flatMap((each) => Object.keys(each));
  return keys.length === 1 && (conditions[operator]?.[key] ?? []).some(right);
};

const oldTls = (statement: Statement): boolean =>
  isOnly(statement, "NumericLessThan", "s3:TlsVersion", (version) => Number(version) >= 1.3);

const plainHttp = (statement: Statement): boolean =>
  isOnly(statement, "Bool", "aws:SecureTransport", (value) => value === "false");
