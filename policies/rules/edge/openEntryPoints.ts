import { entryPointsOf, gatewaysIn } from "../../edge/entryPoints.ts";
import { argumentOf } from "../../kubernetes/charts.ts";
import { clustersOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rfc } from "../../sources/standards.ts";
import { stackRule } from "../../stackRule.ts";

export default stackRule({
  id: "TLS-004",
  title: "What the gateway opens beyond its cluster takes TLS, or does nothing but send clients there",
  severity: "critical",
  why: "A token that goes over plain HTTP once is read by everybody between, and works for them until it ends.",
  sources: [rfc(6750, "bearer tokens go over TLS", "5.3")],
  fix: "Set http.tls.enabled on the entry point, or a redirection to https on web; check certificates of what is behind.",
  applies: [KUBERNETES.helmRelease, KUBERNETES.service],
  needs: ["values.ports", "values.additionalArguments[]", "spec.ports[].targetPort", "spec.type"],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      gatewaysIn(cluster).flatMap((gateway) => {
        const points = entryPointsOf(gateway, cluster);
        const takesTls = (name: string | undefined) => points.some((each) => each.name === name && each.tls);
        const skipsCheck = argumentOf(gateway.props, "additionalArguments", "serversTransport.insecureSkipVerify");
        return [
          ...points
            .filter(({ exposure, tls, redirectsTo }) => exposure !== "cluster" && !tls && !takesTls(redirectsTo))
            .map(({ name, exposure }) => ({
              urn: gateway.urn,
              text: `values.ports.${name} is open to the ${exposure} and takes plain HTTP`,
            })),
          ...(skipsCheck === undefined || skipsCheck === "false"
            ? []
            : [{ urn: gateway.urn, text: "values.additionalArguments skips the check of certificates behind it" }]),
        ];
      }),
    ),
});
