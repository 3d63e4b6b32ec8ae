import { rule } from "../../rule.ts";
import { given, settings } from "../../settings.ts";
import { traefik } from "../../sources/products.ts";

export default rule({
  id: "TLS-012",
  title: "A gateway's TLS store has a certificate to fall back on",
  severity: "high",
  why: "Without one Traefik makes an RSA key at every change of a route, before the change holds: a rollback waits for it.",
  sources: [
    traefik("pkg/tls/tlsmanager.go", "a store without a default certificate gets a new one at each update"),
    traefik(
      "docs/content/reference/routing-configuration/http/tls/tls-certificates.md#default-certificate",
      "a default certificate is a store's own setting",
    ),
  ],
  fix: "Set spec.defaultCertificate.secretName to the secret of the edge's certificate; sniStrict keeps it from other names.",
  ...settings({ "kubernetes:traefik.io/v1alpha1:TLSStore": { "spec.defaultCertificate.secretName": given } }),
});
