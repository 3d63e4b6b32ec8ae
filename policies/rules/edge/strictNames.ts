import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";
import { traefik } from "../../sources/products.ts";

export default rule({
  id: "TLS-003",
  title: "A handshake for a name that no certificate holds is refused",
  severity: "medium",
  why: "Otherwise Traefik answers with a certificate that it made up, and whoever clicks past the warning once has learnt to.",
  sources: [
    traefik(
      "docs/content/reference/routing-configuration/http/tls/tls-options.md#strict-sni-checking",
      "sniStrict refuses names that no certificate holds",
    ),
  ],
  fix: "Set spec.sniStrict to true.",
  ...settings({ "kubernetes:traefik.io/v1alpha1:TLSOption": { "spec.sniStrict": exactly(true) } }),
});
