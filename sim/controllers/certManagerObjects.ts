import type { KubernetesObject } from "../../client/client.ts";
import type { Condition } from "./conditions.ts";

/** cert-manager.io/v1, as far as it is acted on here. */

export interface Issuer extends KubernetesObject {
  spec: { selfSigned?: object; ca?: { secretName: string }; acme?: { server: string; email?: string } } & Record<
    string,
    unknown
  >;
  status?: { conditions?: Condition[]; acme?: { uri?: string } };
}

export interface Certificate extends KubernetesObject {
  spec: {
    secretName: string;
    issuerRef: { name: string; kind?: string; group?: string };
    commonName?: string;
    dnsNames?: string[];
    ipAddresses?: string[];
    uris?: string[];
    isCA?: boolean;
    usages?: string[];
    /** @default 2160h */
    duration?: string;
    renewBefore?: string;
    renewBeforePercentage?: number;
    privateKey?: {
      algorithm?: "RSA" | "ECDSA" | "Ed25519";
      size?: number;
      rotationPolicy?: "Never" | "Always";
      encoding?: "PKCS1" | "PKCS8";
    };
    secretTemplate?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  };
  status?: {
    conditions?: Condition[];
    notBefore?: string;
    notAfter?: string;
    renewalTime?: string;
    revision?: number;
  };
}

export interface Secret extends KubernetesObject {
  type?: string;
  /** Values in base64. */
  data?: Record<string, string>;
}

export const decoded = (secret: Secret | undefined, key: string): string | undefined => {
  const value = secret?.data?.[key];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
};

export const encoded = (text: string): string => Buffer.from(text).toString("base64");
