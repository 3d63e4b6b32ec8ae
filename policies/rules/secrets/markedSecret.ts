import { Unknown, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { pulumi } from "../../sources/products.ts";
import { cwe } from "../../sources/standards.ts";

/** Where the program has to hand over a secret itself; all others it leaves to the regions' secret stores. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/vpnConnection:VpnConnection": ["tunnel1PresharedKey", "tunnel2PresharedKey"],
  "azure-native:network:VirtualNetworkGatewayConnection": ["sharedKey"],
  "gcp:compute/vPNTunnel:VPNTunnel": ["sharedSecret"],
  "pulumi:providers:kubernetes": ["kubeconfig"],
};

export default rule({
  id: "SEC-004",
  title: "What nobody may read is marked secret in the state",
  severity: "critical",
  why: "Without the mark a key stands in plain text in the state file, in previews and in the event log, whose readers are many more than the key's users.",
  sources: [
    pulumi("docs/iac/concepts/secrets/", "what is not marked stands in the state in plain text"),
    cwe(312, "Cleartext Storage of Sensitive Information"),
  ],
  fix: "Pass an output that is secret: of a config value set with --secret, or pulumi.secret(…).",
  applies: Object.keys(PLACES),
  // The SDK marks no value that is not known yet.
  needs: [...new Set(Object.values(PLACES).flat())],
  check: (properties, { type, options: { secretInputs } }) =>
    (PLACES[type] ?? [])
      .flatMap((path) => valuesAt(properties, path))
      // Without the marks, as where nobody read them, nothing is secret.
      .filter(
        ({ at, value }) => value !== undefined && !(value instanceof Unknown) && secretInputs?.includes(at) !== true,
      )
      .map(({ at }) => `${at} is not marked secret`),
});
