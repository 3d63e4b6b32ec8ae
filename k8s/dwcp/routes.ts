import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { PEER_PATH, PROBES } from "../contract.ts";
import { IngressRoute, type IngressRouteSpec, Middleware, TraefikService } from "../crds/traefik.ts";
import { NAMESPACES } from "../platform/names.ts";
import { SERVICE_PORT, versionService } from "./versionService.ts";

const NAME = "dwcp";

/** Requests inside the cluster that measure what a client would get, without a token. */
export const PROBE_PREFIX = "/probe/dwcp";

/** Middlewares of the edge that every external request passes, in this order. */
const EXTERNAL = ["security-headers", "rate-limit", "limits", "jwt"].map((name) => ({ name }));

/** Of those that a request without a token passes. */
const ANONYMOUS = EXTERNAL.filter(({ name }) => name !== "jwt");

export interface RoutesArgs {
  /** Public names: the global one, which any region answers, and the region's own. */
  hosts: { global: string; regional: string };
  /** Released services in the order [v3, v1]. */
  versions: readonly [v3: string, v1: string];
  /** Whether v3 serves; at creation only, since later `novactl switch` owns the weights. */
  v3Serves: boolean;
  /** Secret of the certificate for both names. */
  certificate: string;
}

/**
 * How requests get to DWCP: through an outer weighted service, the kill switch between v3 and v1, and behind it the weighted
 * service of each version's own canary. Beside them stands, without weight, what v3 was before its last release: a rollback gives
 * it all requests at once, past Argo, and sets the rest right behind it. Sessions for long streams are opened over the same route
 * (`POST /v1/sessions`), which hands out an endpoint of the version that it led to. No stickiness anywhere: it would hold clients
 * on a withdrawn version.
 */
export class Routes extends ComponentResource {
  constructor(name: string, args: RoutesArgs, options?: ComponentResourceOptions) {
    super("novacron:dwcp:Routes", name, {}, options);
    const { hosts, versions, v3Serves, certificate } = args;
    const own = { parent: this };
    const metadata = (suffix = "") => ({ name: `${NAME}${suffix}`, namespace: NAMESPACES.dwcp });
    const [v3, v1] = versions;

    // `novactl release` points it at the pods of the version that is stable then; until the first release, nobody is sent there.
    const previous = versionService(
      `${name}-previous`,
      v3,
      { name: `${v3}-previous`, namespace: NAMESPACES.dwcp },
      own,
    );
    const killSwitch = new TraefikService(
      `${name}-kill-switch`,
      {
        metadata: metadata(),
        spec: {
          weighted: {
            services: [
              { name: v3, kind: "TraefikService", weight: v3Serves ? 100 : 0 },
              { name: v1, kind: "TraefikService", weight: v3Serves ? 0 : 100 },
              { name: `${v3}-previous`, port: SERVICE_PORT, weight: 0 },
            ],
          },
        },
      },
      { ...own, ignoreChanges: ["spec.weighted.services"], dependsOn: [previous] },
    );
    const probePrefix = new Middleware(
      `${name}-probe-prefix`,
      { metadata: metadata("-probe-prefix"), spec: { stripPrefix: { prefixes: [PROBE_PREFIX] } } },
      own,
    );
    const services: IngressRouteSpec["routes"][number]["services"] = [{ name: NAME, kind: "TraefikService" }];
    const eitherName = `(Host(\`${hosts.global}\`) || Host(\`${hosts.regional}\`))`;
    const ownName = `Host(\`${hosts.regional}\`)`;
    const tls = { secretName: certificate };
    const after = { ...own, dependsOn: [killSwitch, probePrefix] };

    new IngressRoute(
      `${name}-public`,
      {
        metadata: metadata(),
        spec: {
          entryPoints: ["websecure"],
          tls,
          routes: [
            { match: eitherName, kind: "Rule", services, middlewares: EXTERNAL },
            // The health checks of the global name carry no token; the answer says no more than that it answers.
            {
              match: `${eitherName} && Path(\`${PROBES.live}\`) && Method(\`GET\`)`,
              kind: "Rule",
              services,
              middlewares: ANONYMOUS,
            },
          ],
        },
      },
      after,
    );
    new IngressRoute(
      `${name}-wan`,
      {
        metadata: metadata("-wan"),
        spec: {
          entryPoints: ["wan"],
          tls,
          routes: [
            { match: ownName, kind: "Rule", services, middlewares: EXTERNAL },
            // Peers have no token of the identity provider; the answer says who answers, and who may ask the network decides.
            {
              match: `${ownName} && Path(\`${PEER_PATH}\`) && Method(\`GET\`)`,
              kind: "Rule",
              services,
              middlewares: ANONYMOUS,
            },
          ],
        },
      },
      after,
    );
    new IngressRoute(
      `${name}-probe`,
      {
        metadata: metadata("-probe"),
        spec: {
          entryPoints: ["internal"],
          routes: [
            {
              match: `PathPrefix(\`${PROBE_PREFIX}\`)`,
              kind: "Rule",
              services,
              middlewares: [{ name: `${NAME}-probe-prefix` }],
            },
          ],
        },
      },
      after,
    );
    this.registerOutputs({});
  }
}
