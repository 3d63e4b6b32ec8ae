import { rule } from "../../rule.ts";
import { exactly, not, settings } from "../../settings.ts";
import { aws } from "../../sources/clouds.ts";

export default rule({
  id: "TLS-011",
  title: "What decides over DNS asks regions by TLS, under their names",
  severity: "medium",
  why: "A check over plain HTTP goes on saying that a region is well whose TLS no client can use, and the global name keeps sending clients there.",
  sources: [
    aws(
      "Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
      "what Route 53 takes for well, by HTTP and by HTTPS",
    ),
  ],
  fix: "Use an HTTPS health check with SNI.",
  ...settings({
    "aws:route53/healthCheck:HealthCheck": { type: exactly("HTTPS", "HTTPS_STR_MATCH"), enableSni: not(false) },
  }),
});
