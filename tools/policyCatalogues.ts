/** Catalogues of policies that people use, in the order of the table's columns, and their repositories on GitHub. */
export const CATALOGUES = {
  "compliance-policies": "pulumi/compliance-policies",
  checkov: "bridgecrewio/checkov",
  trivy: "aquasecurity/trivy-checks",
  "kube-linter": "stackrox/kube-linter",
  kyverno: "kyverno/policies",
  gatekeeper: "open-policy-agent/gatekeeper-library",
  polaris: "FairwindsOps/polaris",
  "cdk-nag": "cdklabs/cdk-nag",
} as const;

export type Catalogue = keyof typeof CATALOGUES;

/** When the names were looked up. */
export const CHECKED = "November 2026";

/** A requirement, the rules of ours that hold it, and what each catalogue has for it. */
export interface Requirement {
  what: string;
  ours: readonly string[];
  /** Rules of the catalogue's own, where they ask for part of it at least; what is missing follows in brackets. */
  theirs: Partial<Record<Catalogue, readonly string[]>>;
}

/** Rules that stand in no row, by what they are about: a row stands for more than it names, and some things nobody compares. */
export const COMPARED_NOWHERE: Readonly<Record<string, readonly string[]>> = {
  "how a release goes on, is judged and is taken back": [
    ...["DEL-003", "DEL-004", "DEL-005", "DEL-007", "DEL-010", "DEL-011", "DEL-013", "DEL-016", "DEL-017", "DEL-018"],
    ...["DEL-020", "DEL-021", "DEL-022", "DEL-023", "DEL-025", "DEL-026", "DEL-032", "DEL-033", "DEL-034", "DEL-035"],
    ...["DEL-036", "DEL-037", "DEL-038", "DEL-039", "DEL-041", "DEL-042", "DEL-043", "DEL-044", "DEL-045", "DEL-046"],
    ...["DEL-047", "DEL-048"],
  ],
  "certificates and names at the edge": [
    ...["TLS-003", "TLS-004", "TLS-005", "TLS-006", "TLS-009", "TLS-010", "TLS-011", "TLS-012"],
  ],
  "state in the clusters": ["DAT-001", "DAT-002", "DAT-003", "DAT-014"],
  "further settings of tunnels": ["MSH-005", "MSH-006", "MSH-007", "MSH-009"],
  "further settings of networks": ["NET-004", "NET-005", "NET-006", "NET-011"],
  "further settings of clusters, identities, keys, logs and secrets": [
    ...["K8S-005", "K8S-006", "IAM-004", "ENC-002", "ENC-005", "ENC-006", "LOG-004", "LOG-005", "SEC-002", "SEC-003"],
  ],
  "how pods start, end and are updated": ["WRK-008", "WRK-012", "WRK-017", "WRK-018"],
};
