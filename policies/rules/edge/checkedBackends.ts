import { rule } from "../../rule.ts";
import { not, settings } from "../../settings.ts";

export default rule({
  id: "TLS-009",
  title: "The gateway checks the certificates of what it calls",
  severity: "high",
  why: "TLS to somebody whose name nobody checks is encryption for the attacker (CWE-295).",
  fix: "Leave insecureSkipVerify out, and give the authority by rootCAs.",
  ...settings({
    "kubernetes:traefik.io/v1alpha1:Middleware": { "spec.forwardAuth.tls.insecureSkipVerify": not(true) },
    "kubernetes:traefik.io/v1alpha1:ServersTransport": { "spec.insecureSkipVerify": not(true) },
  }),
});
