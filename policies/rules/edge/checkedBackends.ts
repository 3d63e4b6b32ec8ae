import { rule } from "../../rule.ts";
import { not, settings } from "../../settings.ts";
import { traefik } from "../../sources/products.ts";
import { cwe } from "../../sources/standards.ts";

export default rule({
  id: "TLS-009",
  title: "The gateway checks the certificates of what it calls",
  severity: "high",
  why: "TLS to somebody whose name nobody checks is encryption for the attacker.",
  sources: [
    cwe(295, "Improper Certificate Validation"),
    traefik(
      "docs/content/reference/routing-configuration/kubernetes/crd/http/serverstransport.md",
      "insecureSkipVerify",
    ),
  ],
  fix: "Leave insecureSkipVerify out, and give the authority by rootCAs.",
  ...settings({
    "kubernetes:traefik.io/v1alpha1:Middleware": { "spec.forwardAuth.tls.insecureSkipVerify": not(true) },
    "kubernetes:traefik.io/v1alpha1:ServersTransport": { "spec.insecureSkipVerify": not(true) },
  }),
});
