import { EVERY_TYPE, ok, rule } from "../../rule.ts";
import { scan } from "../../secrets/scan.ts";
import { cwe } from "../../sources/standards.ts";

/** Where a secret belongs: the program marks these as secret, which the state scan checks. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  "aws:ec2/vpnConnection:VpnConnection": /^tunnel[12]PresharedKey$/,
  "azure-native:network:VirtualNetworkGatewayConnection": /^sharedKey$/,
  "gcp:compute/vPNTunnel:VPNTunnel": /^sharedSecret$/,
  // Holds the cluster's certificate, and a program that fetches tokens in place of one.
  "pulumi:providers:kubernetes": /^kubeconfig$/,
};

export default rule({
  id: "SEC-001",
  title: "No resource holds a secret in plain text",
  severity: "critical",
  why: "What stands in a property stands in the state, the preview of a pull request, the cloud's audit log and its console.",
  sources: [cwe(312, "Cleartext Storage of Sensitive Information")],
  fix: "Keep the value in the region's secret store and let workloads read it from there (ExternalSecret); change the one that was shown.",
  applies: [EVERY_TYPE],
  // Everything: what is unknown makes the check wait by itself.
  needs: [],
  check: (properties, { type }) => {
    const { findings, unknown } = scan(properties, (at) => EXPECTED[type]?.test(at) ?? false);
    if (findings.length > 0) return findings;
    if (unknown !== undefined) throw unknown.error;
    return ok;
  },
});
