import { KUBERNETES } from "../../kubernetes/types.ts";
import { rule } from "../../rule.ts";
import { traefik } from "../../sources/products.ts";
import { listOf, recordOf } from "../../values.ts";

export default rule({
  id: "DEL-018",
  title: "No client is held on a version by a cookie",
  severity: "high",
  why: "A sticky client stays on the version that it met first whatever the weights say, so that a withdrawn canary goes on answering: Traefik looks at the cookie before it looks at weights.",
  sources: [
    traefik("pkg/server/service/loadbalancer/wrr/wrr.go", "the cookie is looked at before the weights"),
    traefik(
      "docs/content/reference/routing-configuration/kubernetes/crd/http/traefikservice.md#stickiness-on-multiple-levels",
      "a sticky client stays where it was",
    ),
  ],
  fix: "Take sticky away from the weighted service and the route.",
  applies: [KUBERNETES.traefikService, KUBERNETES.ingressRoute],
  needs: ["spec.weighted.sticky", "spec.weighted.services[].sticky", "spec.routes[].services[].sticky"],
  check: ({ spec }) => {
    const { weighted, routes } = recordOf(spec);
    const places: [string, unknown][] = [
      ["spec.weighted", weighted],
      ...services("spec.weighted", weighted),
      ...listOf(routes).flatMap((route, index) => services(`spec.routes[${index}]`, route)),
    ];
    return places.filter(([, value]) => recordOf(value).sticky !== undefined).map(([at]) => `${at} is sticky`);
  },
});

const services = (at: string, value: unknown): [string, unknown][] =>
  listOf(recordOf(value).services).map((service, index) => [`${at}.services[${index}]`, service]);
