import { ok, rule } from "../../rule.ts";
import { exactly, not, settings } from "../../settings.ts";
import { aws } from "../../sources/clouds.ts";

const inProduction = settings({
  "aws:eks/cluster:Cluster": { deletionProtection: exactly(true) },
  "aws:route53/zone:Zone": { forceDestroy: not(true) },
  "aws:s3/bucket:Bucket": { forceDestroy: not(true) },
  "gcp:container/cluster:Cluster": { deletionProtection: exactly(true) },
  "gcp:dns/managedZone:ManagedZone": { forceDestroy: not(true) },
  "gcp:secretmanager/secret:Secret": { deletionProtection: exactly(true) },
  "gcp:storage/bucket:Bucket": { forceDestroy: not(true) },
});

export default rule({
  id: "PRT-001",
  title: "In production the cloud itself refuses to delete clusters and what is not empty",
  severity: "critical",
  why: "Pulumi's protection does not bind the console, a script or another stack; the cloud's own does.",
  sources: [aws("eks/latest/userguide/deletion-protection.html", "a protected cluster cannot be deleted")],
  fix: "Set novacron:protect, the default in production; Azure says it by locks, see PRT-002.",
  ...inProduction,
  check: (properties, context) => (context.production ? inProduction.check(properties, context) : ok),
});
