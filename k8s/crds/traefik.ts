import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Duration } from "./duration.ts";
import type { Typed } from "./metadata.ts";

const API_VERSION = "traefik.io/v1alpha1";

/** A target of a route or of a weighted service. */
export interface ServiceReference {
  name: string;
  /** @default "Service" */
  kind?: "Service" | "TraefikService";
  /** Left out: the namespace of the object that refers. */
  namespace?: string;
  /** Required for a Service, not allowed to matter for a TraefikService. */
  port?: number | string;
  /** Share relative to the others of the list. @default 1 */
  weight?: number;
  /** Takes a server out of the rotation after that many failures within the window. Not for TraefikServices. */
  passiveHealthCheck?: { failureWindow: Duration; maxFailedAttempts: number };
  healthCheck?: { path: string; interval: Duration; timeout: Duration };
}

/** What we use of Traefik 3.6's TraefikService: weights, never sticky, since a sticky client would stay on a withdrawn version. */
export interface TraefikServiceSpec {
  weighted: { services: ServiceReference[] };
}

/** What we use of IngressRoute. */
export interface IngressRouteSpec {
  entryPoints: EntryPoint[];
  routes: {
    /** Rule, such as ``Host(`dwcp.example`) && PathPrefix(`/v1`)``. */
    match: string;
    kind: "Rule";
    priority?: number;
    services: ServiceReference[];
    middlewares?: { name: string; namespace?: string }[];
  }[];
  /** Absent: plain HTTP. No `options`: the one default TLSOption holds for every host. */
  tls?: { secretName: string };
}

/** Where traffic comes in: see k8s/platform for the ports. */
export type EntryPoint = "web" | "websecure" | "wan" | "internal";

/** The middlewares that we use; exactly one in each object. */
export type MiddlewareSpec =
  | {
      forwardAuth: {
        address: string;
        trustForwardHeader?: boolean;
        authResponseHeaders?: string[];
        /** The request's headers that are sent on; all of them if left out. */
        authRequestHeaders?: string[];
      };
    }
  | { rateLimit: { average: number; burst: number; period: Duration } }
  | { buffering: { maxRequestBodyBytes: number; memRequestBodyBytes?: number } }
  | { inFlightReq: { amount: number } }
  | { headers: HeadersSpec }
  | { retry: { attempts: number; initialInterval: Duration } }
  | { stripPrefix: { prefixes: string[] } }
  | { redirectScheme: { scheme: "https"; permanent: boolean } }
  | { chain: { middlewares: { name: string; namespace?: string }[] } };

export interface HeadersSpec {
  contentTypeNosniff?: boolean;
  frameDeny?: boolean;
  referrerPolicy?: string;
  contentSecurityPolicy?: string;
  stsSeconds?: number;
  stsIncludeSubdomains?: boolean;
  stsPreload?: boolean;
  /** An empty value takes the header away. */
  customResponseHeaders?: Record<string, string>;
  customRequestHeaders?: Record<string, string>;
}

/** What we use of TLSOption. */
export interface TlsOptionSpec {
  minVersion: "VersionTLS13";
  /** Refuses a handshake whose server name no certificate holds. */
  sniStrict: boolean;
  alpnProtocols?: string[];
}

/** What we use of TLSStore. */
export interface TlsStoreSpec {
  /** In the namespace of the store. */
  defaultCertificate: { secretName: string };
}

export class TraefikService extends CustomResource {
  constructor(name: string, args: Typed<TraefikServiceSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "TraefikService", ...args }, options);
  }
}

export class IngressRoute extends CustomResource {
  constructor(name: string, args: Typed<IngressRouteSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "IngressRoute", ...args }, options);
  }
}

export class Middleware extends CustomResource {
  constructor(name: string, args: Typed<MiddlewareSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "Middleware", ...args }, options);
  }
}

export class TlsOption extends CustomResource {
  constructor(name: string, args: Typed<TlsOptionSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "TLSOption", ...args }, options);
  }
}

export class TlsStore extends CustomResource {
  constructor(name: string, args: Typed<TlsStoreSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "TLSStore", ...args }, options);
  }
}
