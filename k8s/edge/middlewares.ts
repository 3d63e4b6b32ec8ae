import type { CustomResourceOptions } from "@pulumi/pulumi";
import { PORTS } from "../contract.ts";
import { Middleware, type MiddlewareSpec } from "../crds/traefik.ts";
import { NAMESPACES, type Namespace } from "../platform/names.ts";

/** A year, below which browsers' preload lists take no one. */
const STS_SECONDS = 31_536_000;

/** For each caller's address and gateway pod: far above what one client of ours asks for, far below what a pod can answer. */
const RATE = { average: 2000, burst: 4000, period: "1s" } as const;

/** 4 MiB: operations are small, and what is large goes over DWCP's own streams. */
const MOST_BODY_BYTES = 4 * 2 ** 20;

/**
 * Goes on with another pod when one cannot be reached. Traefik never repeats a request once its headers were written to a
 * connection, so nothing is done twice, whatever the method.
 */
const RETRY: MiddlewareSpec = { retry: { attempts: 3, initialInterval: "50ms" } };

/** The header in which the token check names the caller to the service. One that a client sent itself is taken away. */
const SUBJECT_HEADER = "X-Subject";

/** What routes of DWCP name, by the namespace that they are in: Traefik takes a middleware only from the route's own. */
const MIDDLEWARES: Partial<Record<Namespace, Record<string, MiddlewareSpec>>> = {
  [NAMESPACES.dwcp]: {
    jwt: {
      forwardAuth: {
        address: `http://auth.${NAMESPACES.dwcp}.svc:${PORTS.http}/verify`,
        trustForwardHeader: false,
        authRequestHeaders: ["Authorization"],
        authResponseHeaders: [SUBJECT_HEADER],
      },
    },
    "rate-limit": { rateLimit: RATE },
    "security-headers": {
      headers: {
        stsSeconds: STS_SECONDS,
        stsIncludeSubdomains: true,
        contentTypeNosniff: true,
        frameDeny: true,
        referrerPolicy: "no-referrer",
        contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        // What runs behind is nobody's business.
        customResponseHeaders: { Server: "", "X-Powered-By": "" },
      },
    },
    "body-limit": { buffering: { maxRequestBodyBytes: MOST_BODY_BYTES, memRequestBodyBytes: 2 ** 20 } },
    retry: RETRY,
    limits: { chain: { middlewares: [{ name: "body-limit" }, { name: "retry" }] } },
  },
  [NAMESPACES.inference]: { retry: RETRY },
};

/** The middlewares that routes refer to by name: `jwt`, `rate-limit`, `security-headers`, `limits` (body size and retries) and `retry`. */
export const middlewares = (prefix: string, options: CustomResourceOptions): Middleware[] =>
  Object.entries(MIDDLEWARES).flatMap(([namespace, specs]) =>
    Object.entries(specs).map(
      ([name, spec]) =>
        new Middleware(`${prefix}-${namespace}-${name}`, { metadata: { name, namespace }, spec }, options),
    ),
  );
