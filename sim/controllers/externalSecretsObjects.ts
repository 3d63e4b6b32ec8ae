import type { KubernetesObject } from "../../client/client.ts";
import type { Condition } from "./conditions.ts";

/** external-secrets.io/v1, as far as it is acted on here. */

export interface SecretStore extends KubernetesObject {
  spec: {
    provider: Record<string, unknown>;
    refreshInterval?: number;
    /** Which namespaces may use it. */
    conditions?: { namespaces?: string[]; namespaceRegexes?: string[]; namespaceSelector?: LabelSelector }[];
  };
  status?: { conditions?: Condition[]; capabilities?: string };
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface RemoteReference {
  key: string;
  property?: string;
  version?: string;
  decodingStrategy?: "Auto" | "Base64" | "Base64URL" | "None";
}

export interface ExternalSecret extends KubernetesObject {
  spec: {
    secretStoreRef?: { name: string; kind?: string };
    refreshInterval?: string;
    refreshPolicy?: "Periodic" | "CreatedOnce" | "OnChange";
    target?: {
      name?: string;
      creationPolicy?: "Owner" | "Orphan" | "Merge" | "None";
      deletionPolicy?: "Retain" | "Delete" | "Merge";
      template?: {
        type?: string;
        metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
        data?: Record<string, string>;
      };
    };
    data?: { secretKey: string; remoteRef: RemoteReference }[];
    dataFrom?: { extract?: RemoteReference; find?: object; rewrite?: object[] }[];
  };
  status?: {
    conditions?: Condition[];
    refreshTime?: string;
    syncedResourceVersion?: string;
    binding?: { name?: string };
  };
}
