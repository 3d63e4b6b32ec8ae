import type { Change } from "../server/diff.ts";
import type { Properties } from "../service.ts";

/** What a provider was configured with. */
export interface ProviderConfig {
  /** Absent while it is not known, in the first preview of a stack. */
  kubeconfig?: string;
  /** For namespaced objects that name none. */
  namespace: string;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
  /** Whether contents of ConfigMaps and Secrets change in place; else a change replaces the object. */
  enableConfigMapMutable: boolean;
  enableSecretMutable: boolean;
  enablePatchForce: boolean;
  upsertExistingObjects: boolean;
}

/** What a request may call on while it is under way. */
export interface Operation {
  urn: string;
  /** Type token. */
  type: string;
  config: ProviderConfig;
  /** Seconds; the program's `customTimeouts`, or the provider's own when absent. */
  timeout?: number;
  /** The engine wants to stop. */
  signal: AbortSignal;
  /** Shows progress beside the resource. */
  progress: (message: string) => void;
}

export interface Outcome {
  id: string;
  state: Properties;
  /** Inputs as the cluster holds them; answers of reads only. */
  inputs?: Properties;
  /** Why the object, which exists, is not ready. */
  failure?: string;
}

export interface Old {
  id: string;
  inputs: Properties;
  state: Properties;
}

/** Where resources of one sort live: in a cluster, as Helm releases, or in a record. Values carry no secret markers. */
export interface Backend {
  /** Completes inputs (names, namespaces) and lists what is refused, as [property, reason]. */
  check: (
    operation: Operation,
    previous: Properties,
    inputs: Properties,
    hex: (digits: number) => string,
  ) => Promise<{ inputs: Properties; problems: [property: string, reason: string][] }>;
  diff: (operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]) => Promise<Change[]>;
  /** Checks a creation as far as is possible without making it. */
  previewCreate: (operation: Operation, inputs: Properties) => Promise<Properties>;
  create: (operation: Operation, inputs: Properties) => Promise<Outcome>;
  previewUpdate: (
    operation: Operation,
    old: Old,
    inputs: Properties,
    ignoreChanges: readonly string[],
  ) => Promise<Properties>;
  update: (operation: Operation, old: Old, inputs: Properties, ignoreChanges: readonly string[]) => Promise<Outcome>;
  /** Undefined when it no longer exists. */
  read: (operation: Operation, old: Old) => Promise<Outcome | undefined>;
  remove: (operation: Operation, old: Old) => Promise<void>;
}
