import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { TlsOption, TlsStore } from "../crds/traefik.ts";
import { GATEWAY_PODS, NAMESPACES } from "../platform/names.ts";
import { Auth, type AuthArgs } from "./auth.ts";
import { Certificates, type CertificatesArgs } from "./certificates.ts";
import { middlewares } from "./middlewares.ts";

export interface EdgeArgs extends AuthArgs {
  /** Public names of the region and of the whole environment. */
  hosts: { global: string; regional: string };
  /** Public zone of both names, and the AWS role that may write proofs of ownership into it. */
  dns: CertificatesArgs["dns"];
}

/** Port of the internal gateway's Service. */
const INTERNAL_PORT = 8000;

/**
 * What every request from outside passes: TLS 1.3 with a certificate for its name, the token check, and limits. Also the
 * way in for what is inside the cluster. Needs `Platform`.
 */
export class Edge extends ComponentResource {
  /** Secret of the certificate for both names, in namespace `dwcp`. */
  readonly certificate: string;

  constructor(name: string, args: EdgeArgs, options?: ComponentResourceOptions) {
    super("novacron:edge:Edge", name, {}, options);
    const { hosts, dns, region, image, identity } = args;
    const own = { parent: this };

    // The only one of this name in the cluster: with two, or with others for single hosts, Traefik falls back to TLS 1.2.
    new TlsOption(
      `${name}-tls`,
      {
        metadata: { name: "default", namespace: NAMESPACES.gateway },
        spec: { minVersion: "VersionTLS13", sniStrict: true, alpnProtocols: ["h2", "http/1.1"] },
      },
      own,
    );
    const certificates = new Certificates(`${name}-certificates`, { names: [hosts.global, hosts.regional], dns }, own);
    // Never served, for names are strict. Without it a gateway makes an RSA key for a certificate of its own at every change of
    // a route, which on a busy machine keeps a rollback from it for a second (measured).
    new TlsStore(
      `${name}-tls-store`,
      {
        metadata: { name: "default", namespace: NAMESPACES.dwcp },
        spec: { defaultCertificate: { secretName: certificates.secretName } },
      },
      own,
    );
    new Auth(`${name}-auth`, { region, image, identity }, own);
    middlewares(name, own);
    new Service(
      `${name}-internal`,
      {
        metadata: { name: "traefik-internal", namespace: NAMESPACES.gateway },
        spec: {
          type: "ClusterIP",
          selector: GATEWAY_PODS,
          ports: [{ name: "http", port: INTERNAL_PORT, targetPort: "internal" }],
        },
      },
      own,
    );
    this.certificate = certificates.secretName;
    this.registerOutputs({ certificate: this.certificate });
  }
}
