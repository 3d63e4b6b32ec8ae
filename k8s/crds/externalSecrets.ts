import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { Duration } from "./duration.ts";
import type { Typed } from "./metadata.ts";

const API_VERSION = "external-secrets.io/v1";

/**
 * Where External Secrets reads: the region's own store. No credentials: on every cloud the operator's service account is
 * the identity that may read it.
 */
export type SecretStoreProvider =
  | { aws: { service: "SecretsManager"; region: Input<string>; prefix?: Input<string> } }
  | {
      azurekv: {
        authType: "WorkloadIdentity";
        vaultUrl: Input<string>;
        serviceAccountRef: { name: string; namespace: string };
      };
    }
  | { gcpsm: { projectID: Input<string> } };

export interface SecretStoreSpec {
  provider: SecretStoreProvider;
  /** Namespaces that may use it; all of them if left out. */
  conditions?: { namespaces: string[] }[];
}

/** What we use of ExternalSecret. */
export interface ExternalSecretSpec {
  refreshInterval: Duration;
  secretStoreRef: { kind: "ClusterSecretStore"; name: string };
  target: { name: string; creationPolicy: "Owner"; deletionPolicy?: "Delete" | "Retain" };
  data: { secretKey: string; remoteRef: { key: Input<string>; property?: string } }[];
}

export class ClusterSecretStore extends CustomResource {
  constructor(name: string, args: Typed<SecretStoreSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "ClusterSecretStore", ...args }, options);
  }
}

export class ExternalSecret extends CustomResource {
  constructor(name: string, args: Typed<ExternalSecretSpec>, options?: CustomResourceOptions) {
    super(name, { apiVersion: API_VERSION, kind: "ExternalSecret", ...args }, options);
  }
}
