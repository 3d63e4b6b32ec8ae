import { knownAt, Unknown, valueAt, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { kubernetes } from "../../sources/products.ts";
import { recordOf } from "../../values.ts";

/** What keeps a Service's load balancer inside the network, in each cloud's words. */
const INTERNAL: readonly (readonly [annotation: string, value: string])[] = [
  ["service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"],
  ["service.beta.kubernetes.io/azure-load-balancer-internal", "true"],
  ["networking.gke.io/load-balancer-type", "Internal"],
];

const HTTPS = 443;

export default rule({
  id: "NET-008",
  title: "A Service is open to the internet on 443 alone, and never on a node's own port",
  severity: "critical",
  why: "One word in a Service, its type, puts a database on the internet; the cloud's firewall lets the load balancer through.",
  sources: [kubernetes("concepts/services-networking/service/", "what NodePort and LoadBalancer open")],
  fix: "Route through the gateway, or make the load balancer internal by the cloud's annotation.",
  applies: ["kubernetes:core/v1:Service"],
  needs: ["spec.type", "spec.ports[].port", "spec.externalIPs[]", "metadata.annotations"],
  check: (service) => {
    const type = valueAt(service, "spec.type");
    const external = knownAt(service, "spec.externalIPs[]").length > 0 ? ["spec.externalIPs must be left out"] : [];
    if (type === "NodePort") return [...external, "spec.type opens a port of every node"];
    if (external.length > 0 || type !== "LoadBalancer" || isInternal(service)) return external;
    return valuesAt(service, "spec.ports[]")
      .filter(({ value }) => !(valueAt(value, "port") instanceof Unknown) && valueAt(value, "port") !== HTTPS)
      .map(({ at }) => `${at}.port is open to the internet and is not ${HTTPS}`);
  },
});

/** Annotations may be unknown all together while the cluster is not there, or one by one, which throws: then the rule waits. */
function isInternal(service: unknown): boolean {
  const annotations = valueAt(service, "metadata.annotations");
  if (annotations instanceof Unknown) return true;
  return INTERNAL.some(([name, wanted]) => String(recordOf(annotations)[name]).toLowerCase() === wanted.toLowerCase());
}
