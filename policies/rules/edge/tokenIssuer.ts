import { EDGE } from "../../edge/types.ts";
import { type Cluster, clustersOf, type KubernetesObject, podLabelsOf } from "../../kubernetes/cluster.ts";
import { KUBERNETES } from "../../kubernetes/types.ts";
import { rfc } from "../../sources/standards.ts";
import { stackRule } from "../../stackRule.ts";
import { listOf, numberOf, recordOf, textOf } from "../../values.ts";

/** What the check must be told, as the image contract names it, and what that must look like. */
const ENVIRONMENT: Readonly<Record<string, { wanted: string; holds: (value: string) => boolean }>> = {
  AUTH_ISSUER: { wanted: "an https address", holds: isHttps },
  AUTH_AUDIENCE: { wanted: "one audience", holds: (value) => /^[^*,\s]+$/.test(value) },
  AUTH_JWKS_URI: { wanted: "an https address", holds: isHttps },
};

/** A variable that would let requests through without a token. */
const LENIENT = /^AUTH_.*(OPTIONAL|DISABLE|SKIP|INSECURE|ANONYMOUS|ALLOW)/;

const LEAST = 2;

export default stackRule({
  id: "JWT-003",
  title: "The token check knows issuer, audience and keys over https, and is there twice",
  severity: "critical",
  why: "A token for somebody else, or one signed with a key that came over plain HTTP, is anybody's; and the gateway refuses every request while the check has no replica.",
  sources: [rfc(8725, "issuer and subject are validated", "3.8"), rfc(8725, "the audience is validated", "3.9")],
  fix: "Set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URI on the service that the middleware asks, and two replicas or more.",
  applies: [EDGE.middleware, KUBERNETES.service, KUBERNETES.deployment],
  needs: [
    "spec.forwardAuth.address",
    "spec.selector",
    "spec.replicas",
    "spec.template.metadata.labels",
    "spec.template.spec.containers[].env[].name",
    "spec.template.spec.containers[].env[].value",
  ],
  check: (resources) =>
    clustersOf(resources).flatMap((cluster) =>
      cluster
        .of(EDGE.middleware)
        .filter(({ spec }) => spec.forwardAuth !== undefined)
        .flatMap((middleware) => {
          const workload = checkOf(middleware, cluster);
          return workload === undefined
            ? [{ urn: middleware.urn, text: "spec.forwardAuth.address leads to no Deployment of the program's" }]
            : faultsOf(workload).map((text) => ({ urn: workload.urn, text }));
        }),
    ),
});

/** The Deployment behind the Service that a middleware asks. */
function checkOf({ spec }: KubernetesObject, cluster: Cluster): KubernetesObject | undefined {
  const address = textOf(recordOf(spec.forwardAuth).address) ?? "";
  const [, name, namespace] = /^https?:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc/.exec(address) ?? [];
  const service = cluster.find(KUBERNETES.service, namespace ?? "", name);
  if (service === undefined) return undefined;
  const selector = Object.entries(recordOf(service.spec.selector));
  return cluster
    .of(KUBERNETES.deployment, service.namespace)
    .find((each) => selector.length > 0 && selector.every(([label, value]) => podLabelsOf(each)[label] === value));
}

function faultsOf({ spec }: KubernetesObject): string[] {
  const pod = recordOf(recordOf(spec.template).spec);
  const environment = listOf(pod.containers)
    .flatMap((container) => listOf(recordOf(container).env))
    .map(recordOf);
  return [
    ...Object.entries(ENVIRONMENT).flatMap(([name, { wanted, holds }]) => {
      const value = textOf(environment.find((each) => each.name === name)?.value);
      return value !== undefined && holds(value) ? [] : [`${name} of its container must be ${wanted}`];
    }),
    ...environment
      .filter(({ name }) => LENIENT.test(textOf(name) ?? ""))
      .map(({ name }) => `${name} of its container must be left out: a token is never optional`),
    ...((numberOf(spec.replicas) ?? 1) >= LEAST ? [] : [`spec.replicas must be ${LEAST} or more`]),
  ];
}

function isHttps(value: string): boolean {
  return /^https:\/\/[^/\s]+/.test(value);
}
