import { rule } from "../../rule.ts";
import { type Demand, exactly, given, settings } from "../../settings.ts";
import { novacron } from "../../sources/novacron.ts";
import { rfc } from "../../sources/standards.ts";

const only13 = (pattern: RegExp, wanted: string): Demand => ({
  wanted,
  holds: (value) => pattern.test(String(value)),
});

const highest: Demand = {
  wanted: "left out or VersionTLS13",
  holds: (value) => value === undefined || value === "VersionTLS13",
};

export default rule({
  id: "TLS-001",
  title: "Every listener and managed endpoint speaks TLS 1.3 and nothing older",
  severity: "critical",
  why: "NovaCron promises TLS 1.3; a listener that still takes 1.2 takes whatever an attacker in the middle makes a client ask for, with its renegotiation and CBC suites.",
  sources: [novacron.wanSettings, rfc(8446, "TLS 1.3"), rfc(9325, "recommendations for the secure use of TLS")],
  fix: "Set the least version to 1.3, by the policy of the cloud that has no older one in it.",
  // What nobody can set: Google's storage and APIs (1.3 where the client can), and each cloud's Kubernetes API.
  ...settings({
    "aws:apigatewayv2/domainName:DomainName": {
      "domainNameConfiguration.securityPolicy": only13(/TLS13_1_3/, "a policy of TLS 1.3 alone"),
    },
    "aws:cloudfront/distribution:Distribution": {
      "viewerCertificate.minimumProtocolVersion": only13(/^TLSv1\.3_/, "TLSv1.3_2025 or later"),
    },
    "aws:lb/listener:Listener": { sslPolicy: only13(/^ELBSecurityPolicy-TLS13-1-3-/, "ELBSecurityPolicy-TLS13-1-3-…") },
    "azure-native:network:ApplicationGateway": { "sslPolicy.minProtocolVersion": exactly("TLSv1_3") },
    "azure-native:storage:StorageAccount": { minimumTlsVersion: exactly("TLS1_3") },
    "gcp:compute/sSLPolicy:SSLPolicy": { minTlsVersion: exactly("TLS_1_3"), profile: exactly("RESTRICTED") },
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy": { sslPolicy: given },
    "kubernetes:traefik.io/v1alpha1:TLSOption": {
      "spec.minVersion": exactly("VersionTLS13"),
      "spec.maxVersion": highest,
    },
  }),
});
