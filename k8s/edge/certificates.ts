import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { Certificate, ClusterIssuer } from "../crds/certManager.ts";
import { NAMESPACES } from "../platform/names.ts";

/** Let's Encrypt. */
const DIRECTORY = "https://acme-v02.api.letsencrypt.org/directory";

/** Service account whose tokens the DNS role trusts, in cert-manager's own namespace. */
export const DNS_SOLVER = "dns-solver";

/** Secret and Certificate of the edge, in the namespace of the routes that use it. */
const EDGE = "edge";

export interface CertificatesArgs {
  /** Names that the certificate is for. */
  names: string[];
  /** The public zone that they are in, and the AWS role that may write proofs into it. */
  dns: { zone: string; zoneId: Input<string>; role: Input<string> };
}

/**
 * The edge's certificate, renewed by cert-manager. Proof goes through the DNS: the authority's request over HTTP for the
 * global name would land in any region, not in the one that asks.
 */
export class Certificates extends ComponentResource {
  /** Secret of the certificate, in namespace `dwcp`. */
  readonly secretName: string;

  constructor(name: string, { names, dns }: CertificatesArgs, options?: ComponentResourceOptions) {
    super("novacron:edge:Certificates", name, {}, options);
    const own = { parent: this };
    const metadata = { name: DNS_SOLVER, namespace: NAMESPACES.certificates };
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, own);
    const role = new Role(
      `${name}-role`,
      {
        metadata,
        rules: [
          { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [DNS_SOLVER], verbs: ["create"] },
        ],
      },
      own,
    );
    const binding = new RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: DNS_SOLVER },
        subjects: [{ kind: "ServiceAccount", name: "cert-manager", namespace: NAMESPACES.certificates }],
      },
      { ...own, dependsOn: [role] },
    );
    const issuer = new ClusterIssuer(
      `${name}-issuer`,
      {
        metadata: { name: "public" },
        spec: {
          acme: {
            server: DIRECTORY,
            privateKeySecretRef: { name: "acme-account" },
            solvers: [
              {
                selector: { dnsZones: [dns.zone] },
                dns01: {
                  route53: {
                    // Route 53 has no regions; the name is that of the endpoint that gives the role's credentials.
                    region: "us-east-1",
                    hostedZoneID: dns.zoneId,
                    role: dns.role,
                    auth: { kubernetes: { serviceAccountRef: { name: DNS_SOLVER } } },
                  },
                },
              },
            ],
          },
        },
      },
      { ...own, dependsOn: [account, binding] },
    );
    new Certificate(
      `${name}-edge`,
      {
        metadata: { name: EDGE, namespace: NAMESPACES.dwcp },
        spec: {
          secretName: EDGE,
          dnsNames: names,
          issuerRef: { kind: "ClusterIssuer", name: "public", group: "cert-manager.io" },
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          duration: "2160h",
          // A month in which a failing renewal can be noticed and mended.
          renewBefore: "720h",
          usages: ["digital signature", "server auth"],
        },
      },
      { ...own, dependsOn: [issuer] },
    );
    this.secretName = EDGE;
    this.registerOutputs({ secretName: this.secretName });
  }
}
