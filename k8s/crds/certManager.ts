import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { Typed } from "./metadata.ts";

const API_VERSION = "cert-manager.io/v1";

/** What we use of cert-manager's ClusterIssuer: an ACME authority that is shown proof in the DNS. */
export interface ClusterIssuerSpec {
  acme: {
    /** Directory of the authority. */
    server: string;
    email?: string;
    privateKeySecretRef: { name: string };
    solvers: AcmeSolver[];
  };
}

/** Proof by a record in Route 53, written with a role that trusts a service account of the cluster. */
export interface AcmeSolver {
  dns01: {
    route53: {
      region: string;
      hostedZoneID: Input<string>;
      role: Input<string>;
      auth: { kubernetes: { serviceAccountRef: { name: string } } };
    };
  };
  /** Which names it is for. */
  selector?: { dnsZones: string[] };
}

/** What we use of Certificate. */
export interface CertificateSpec {
  secretName: string;
  dnsNames: Input<string>[];
  issuerRef: { kind: "ClusterIssuer"; name: string; group?: "cert-manager.io" };
  privateKey: { algorithm: "ECDSA"; size: 256 | 384; rotationPolicy: "Always" };
  /** Such as `2160h`. */
  duration?: string;
  renewBefore?: string;
  usages?: ("server auth" | "client auth" | "digital signature")[];
}

export class ClusterIssuer extends CustomResource {
  constructor(name: string, args: Typed<ClusterIssuerSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "ClusterIssuer", ...args }, options);
  }
}

export class Certificate extends CustomResource {
  constructor(name: string, args: Typed<CertificateSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "Certificate", ...args }, options);
  }
}
