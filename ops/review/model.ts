import type { Finding } from "../policyFindings.ts";

/**
 * What a reviewer is shown of a change, as data: made of the engine's events by `reviewOf`, and shown as text, Markdown, a
 * page or JSON. Everything in it may be published: secrets were taken out when it was made. Lists are in a fixed order, so
 * one preview always gives the same review.
 */
export interface Review {
  /** Of this form; raised when a reader of an older one would misunderstand it. */
  format: 1;
  stack: string;
  /** The whole change in one sentence. */
  sentence: string;
  /** How many resources, by what happens to them. Components and the stack itself are not counted, providers when they change. */
  counts: Record<Action, number> & { unchanged: number };
  /** What needs somebody's consent, or at least an eye, the worst first. */
  dangers: readonly Danger[];
  /** What changes for those who use the environment, in sentences: releases, reachability, quorum. */
  statements: readonly Statement[];
  /** Every changed resource, by region, cloud and component. */
  regions: readonly RegionChanges[];
  /** Outputs of the stack that change. */
  outputs: readonly PropertyChange[];
  policies: PolicyReport;
  /** What the clouds hold otherwise than the state says: changed outside, and shown apart from what is intended. */
  drift: readonly DriftedResource[];
  /** Of links between regions, when a link changes. */
  mesh?: MeshChange;
}

/** What happens to a resource. `rename`: only its name in the program; `import`: it exists, and is taken over. */
export const ACTIONS = ["create", "update", "replace", "delete", "rename", "import", "forget"] as const;
export type Action = (typeof ACTIONS)[number];

/** A region of the stack; `global` for what belongs to none. */
export interface RegionChanges {
  region: string;
  clouds: readonly CloudChanges[];
}

export interface CloudChanges {
  /** `AWS`, `Azure`, `Google Cloud`, `Kubernetes`, or `other`. */
  cloud: string;
  components: readonly ComponentChanges[];
}

export interface ComponentChanges {
  /** Name of the nearest component in the program without its region, such as `network` or `dwcp`. */
  component: string;
  resources: readonly ResourceChange[];
}

export interface ResourceChange {
  urn: string;
  /** Type token, such as `aws:eks/nodeGroup:NodeGroup`. */
  type: string;
  /** Name in the program. */
  name: string;
  action: Action;
  /** Its former name, where an alias says that it is the same resource. */
  renamedFrom?: string;
  /** What it is to those who depend on it. */
  marks: readonly Mark[];
  /** Changed properties, those that force a replacement first. */
  properties: readonly PropertyChange[];
  replacement?: Replacement;
  /** What the program makes from it, of a replaced or deleted resource. */
  dependents: Dependents;
  /** The change only takes back what was changed outside. */
  repairsDrift?: true;
}

/** What makes a resource precious. */
export const MARKS = ["data", "cluster", "nodes", "gateway", "key", "network", "identity"] as const;
export type Mark = (typeof MARKS)[number];

/** Resources that are made from another one, through others too: what an interruption of it reaches. */
export interface Dependents {
  count: number;
  /** What they are and their names in the program, the first of them. */
  names: readonly string[];
}

export interface Replacement {
  /** Paths of the properties that force it; empty when the engine does not tell, such as after a failed create. */
  forcedBy: readonly string[];
  /** Which of both comes first. The old one going first is an interruption. */
  order: "new one first" | "old one first";
}

/** One property, as small as it can be told: lists and maps by element, embedded JSON and YAML by element too. */
export interface PropertyChange {
  /** In the engine's syntax: `ingress[0].cidrBlocks[1]`, `tags["a.b"]`; inside an embedded document after ` → `. */
  path: string;
  /** `reordered`: the same elements in another order. */
  change: "added" | "removed" | "changed" | "reordered";
  /** As shown: a text as it is, anything else as JSON; long ones shortened. Absent: there was none, or it is secret. */
  from?: string;
  /** Absent: there is none, it is secret, or it is known only after `up`. */
  to?: string;
  /** What it is or was must not be shown. */
  secret?: true;
  /** The new value is known only after `up`. */
  unknown?: true;
  /** Forces the replacement. */
  forces?: true;
}

/** What an operator agrees to by name: `novactl up --allow CLASS`, or the label `allow:CLASS` on a pull request. */
export const DANGER_CLASSES = [
  "replace-data",
  "delete-data",
  "replace-cluster",
  "delete-cluster",
  "replace-key",
  "delete-key",
  "replace-gateway",
  "delete-gateway",
  "cut-link",
  "replace-nodes",
  "delete-nodes",
  "replace-network",
  "delete-network",
  "replace-identity",
  "delete-identity",
  "lower-protection",
  "widen-access",
  "several-regions",
  "replace-other",
  "delete-other",
] as const;
export type DangerClass = (typeof DANGER_CLASSES)[number];

export interface Danger {
  class: DangerClass;
  /** One sentence: what, where, forced by what. */
  text: string;
  /** URNs of the resources that it is about. */
  resources: readonly string[];
  /** The regions that it is about. */
  regions: readonly string[];
  /** From → to of the properties behind it. */
  properties: readonly PropertyChange[];
  dependents: Dependents;
}

/** What changes for those who use the environment. */
export const STATEMENT_KINDS = ["canary", "digest", "kill switch", "model", "mesh", "quorum"] as const;

export interface Statement {
  kind: (typeof STATEMENT_KINDS)[number];
  /** Regions that it is about; empty: all. */
  regions: readonly string[];
  /** For the first sentence, such as `canary ceiling 10 → 50 in wave 1`. Absent: it is not worth a place there. */
  short?: string;
  /** What is, what will be, and what happens then. */
  text: string;
}

export interface PolicyReport {
  /** Packs that ran, with their versions; empty: none did, which a reviewer must see. */
  packs: Record<string, string>;
  violations: readonly Finding[];
  /** Checks that only `up` can decide, and on how many resources. */
  deferred: { checks: number; resources: number; rules: readonly { rule: string; checks: number }[] };
  exemptions: readonly { rule: string; resource: string; reason: string; owner: string; expires: string }[];
}

export interface DriftedResource {
  urn: string;
  type: string;
  name: string;
  region: string;
  /** It is gone. */
  deleted: boolean;
  /** From what Pulumi left to what is there. */
  properties: readonly PropertyChange[];
  /** This `up` brings it back. */
  repaired: boolean;
}

/** Whether two regions reach each other before and after the change. */
export interface MeshChange {
  pairs: readonly PairChange[];
}

export interface PairChange {
  regions: readonly [string, string];
  /** Absent: the pair does not exist then. */
  before?: PairState;
  after?: PairState;
}

export interface PairState {
  kind: "vpn" | "peering";
  tunnels: readonly string[];
  /** Whether any one tunnel, connection or gateway instance may be lost. */
  survivesAnyLoss: boolean;
}
