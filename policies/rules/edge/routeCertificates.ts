import { hostsOf, ofOpenRoutes, ROUTE_NEEDS, ROUTE_TYPES } from "../../edge/routes.ts";
import { EDGE } from "../../edge/types.ts";
import { traefik } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, recordOf } from "../../values.ts";

export default stackRule({
  id: "TLS-005",
  title: "Every open route has a certificate for its names",
  severity: "high",
  why: "Without one Traefik shows its own, which no client trusts, and with sniStrict it answers nothing at all.",
  sources: [
    traefik(
      "docs/content/reference/routing-configuration/http/tls/tls-certificates.md#default-certificate",
      "without a certificate Traefik shows one that it made up",
    ),
  ],
  fix: "Name in spec.tls.secretName the Secret of a Certificate, of the route's namespace, that lists the route's hosts.",
  applies: [...ROUTE_TYPES, EDGE.certificate],
  needs: [...ROUTE_NEEDS, "spec.tls.secretName", "spec.secretName", "spec.dnsNames[]"],
  check: (resources) =>
    ofOpenRoutes(resources, (route, cluster) => {
      const { secretName } = recordOf(route.object.spec.tls);
      if (secretName === undefined) return ["is open beyond the cluster, and spec.tls.secretName is missing"];
      const certificate = cluster
        .of(EDGE.certificate, route.object.namespace)
        .find(({ spec }) => spec.secretName === secretName);
      if (certificate === undefined) return ["is served with a Secret that no Certificate of its namespace writes"];
      const hosts = hostsOf(route);
      const names = listOf(certificate.spec.dnsNames);
      return hosts.length > 0 && hosts.every((host) => names.includes(host))
        ? []
        : ["answers to names that its certificate does not hold, or to any"];
    }),
});
