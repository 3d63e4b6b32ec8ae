import { gatewaysIn } from "../../edge/entryPoints.ts";
import { EDGE } from "../../edge/types.ts";
import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { traefik } from "../../sources/products.ts";
import { stackRule } from "../../stackRule.ts";
import { recordOf } from "../../values.ts";

export default stackRule({
  id: "TLS-002",
  title: "A cluster with a gateway has one TLSOption, named default, and no route asks for another",
  severity: "critical",
  why: "With two defaults, or two options for one host, Traefik takes neither and falls back to TLS 1.2 without a word.",
  sources: [
    traefik(
      "docs/content/reference/routing-configuration/kubernetes/crd/tls/tlsoption.md#default-tls-option",
      "many options named default are as good as none",
    ),
  ],
  fix: "Keep the one TLSOption named default, and leave tls.options out of routes.",
  applies: [KUBERNETES.helmRelease, KUBERNETES.ingressRoute, EDGE.tlsOption],
  needs: ["metadata.name", "spec.tls.options.name"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) => {
      const options = cluster.of(EDGE.tlsOption);
      const defaults = options.filter(({ objectName }) => objectName === "default");
      const [gateway] = gatewaysIn(cluster);
      return [
        ...(gateway !== undefined && defaults.length === 0
          ? [{ urn: gateway.urn, text: "its cluster has no TLSOption named default" }]
          : []),
        ...defaults.slice(1).map(({ urn }) => ({ urn, text: "is a second TLSOption named default" })),
        ...options
          .filter((each) => !defaults.includes(each))
          .map(({ urn }) => ({ urn, text: "is a TLSOption beside the default one" })),
        ...cluster
          .of(KUBERNETES.ingressRoute)
          .filter(({ spec }) => recordOf(spec.tls).options !== undefined)
          .map(({ urn }) => ({ urn, text: "spec.tls.options must be left out" })),
      ];
    }),
});
