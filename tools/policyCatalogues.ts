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

/**
 * Not a survey: a few rules stand for all that a catalogue has on the matter. Each name was found in a copy of the catalogue's repository:
 * checkov's and cdk-nag's ids and compliance-policies' names in its code, kube-linter's in `pkg/builtinchecks/yamls`, polaris' in
 * `pkg/config/checks`, trivy's below `checks/cloud` and `checks/kubernetes` (its secret scanning in aquasecurity/trivy), kyverno's
 * and gatekeeper's as folders.
 */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    what: "Canary stages, gates before each raise, no data fails",
    ours: ["DEL-001", "DEL-002", "DEL-014", "DEL-015"],
    theirs: {},
  },
  {
    what: "Rollback within a budget: stable fully scaled, old version kept, switch and detection computed",
    ours: ["DEL-006", "DEL-008", "DEL-009", "DEL-030", "DEL-031"],
    theirs: {},
  },
  { what: "Weights have one owner", ours: ["DEL-019"], theirs: {} },
  {
    what: "A token on every external route",
    ours: ["JWT-001", "JWT-002", "JWT-003"],
    theirs: { gatekeeper: ["disallowanonymous (RBAC only)"] },
  },
  {
    what: "TLS 1.3 and nothing older",
    ours: ["TLS-001", "TLS-002"],
    theirs: {
      checkov: ["CKV_AZURE_44 (accepts 1.2)", "CKV_AWS_103 (accepts 1.2)"],
      trivy: ["azure/storage/use_secure_tls_policy (accepts 1.2)"],
      kyverno: ["require-ingress-https (any version)"],
      gatekeeper: ["httpsonly (any version)"],
      polaris: ["tlsSettingsMissing (any version)"],
    },
  },
  {
    what: "Private API of a cluster, or an allow-list, on three clouds",
    ours: ["K8S-001"],
    theirs: {
      "compliance-policies": ["aws-eks-cluster-disallow-api-endpoint-public-access (AWS)"],
      checkov: ["CKV_AWS_38", "CKV_AZURE_6", "CKV_GCP_20"],
      trivy: [
        "aws/eks/no_public_cluster_access_to_cidr",
        "azure/container/limit_authorized_ips",
        "google/gke/enable_master_networks",
      ],
      "cdk-nag": ["AwsSolutions-EKS1 (AWS)"],
    },
  },
  {
    what: "Encryption with keys of our own, rotated, on three clouds",
    ours: ["ENC-001", "ENC-003"],
    theirs: {
      "compliance-policies": ["aws-eks-cluster-enable-cluster-encryption-config (AWS)"],
      checkov: ["CKV_AWS_58", "CKV_AWS_7", "CKV_GCP_43"],
      trivy: ["aws/eks/encrypt_secrets", "azure/container/enable_disk_encryption"],
      "cdk-nag": ["AwsSolutions-KMS5 (AWS)"],
    },
  },
  {
    what: "Nothing but 443 open to the internet",
    ours: ["NET-001", "NET-002", "NET-008"],
    theirs: {
      checkov: ["CKV_AWS_24 (SSH)"],
      "kube-linter": ["exposed-services"],
      gatekeeper: ["block-loadbalancer-services"],
      "cdk-nag": ["AwsSolutions-EC23 (AWS)"],
    },
  },
  {
    what: "A pod cannot fetch its node's credentials",
    ours: ["IAM-006"],
    theirs: {
      checkov: ["CKV_AWS_79"],
      trivy: ["google/gke/node_metadata_security"],
      "cdk-nag": ["PCI.DSS.400-EC2IMDSv2Enabled"],
    },
  },
  {
    what: "No wildcards in grants, on three clouds and in Kubernetes",
    ours: ["IAM-001", "IAM-002"],
    theirs: {
      trivy: ["kubernetes/any_verb"],
      "kube-linter": ["wildcard-in-rules"],
      polaris: ["clusterrolebindingClusterAdmin"],
      "cdk-nag": ["AwsSolutions-IAM5 (AWS)"],
    },
  },
  {
    what: "Pod Security restricted",
    ours: ["WRK-002", "WRK-003", "WRK-005"],
    theirs: {
      "kube-linter": ["privileged-container", "run-as-non-root"],
      kyverno: ["pod-security/restricted"],
      gatekeeper: ["pod-security-policy"],
      polaris: ["runAsPrivileged", "runAsRootAllowed"],
    },
  },
  {
    what: "Requests, limits and probes",
    ours: ["WRK-006", "WRK-007"],
    theirs: {
      checkov: ["CKV_K8S_8", "CKV_K8S_9", "CKV_K8S_10", "CKV_K8S_11", "CKV_K8S_12", "CKV_K8S_13"],
      trivy: ["kubernetes/CPU_requests_not_specified"],
      "kube-linter": ["no-readiness-probe", "no-liveness-probe"],
      kyverno: ["require-pod-requests-limits", "require-probes"],
      gatekeeper: ["containerlimits", "requiredprobes"],
      polaris: ["cpuRequestsMissing", "readinessProbeMissing"],
    },
  },
  {
    what: "Images by digest",
    ours: ["WRK-001"],
    theirs: {
      checkov: ["CKV_K8S_43"],
      "kube-linter": ["image-not-pinned-by-digest"],
      kyverno: ["require-image-checksum"],
      gatekeeper: ["imagedigests"],
      polaris: ["tagNotSpecified (tags pass)"],
    },
  },
  {
    what: "Disruption budgets that a drain can keep",
    ours: ["WRK-011", "WRK-020"],
    theirs: {
      "kube-linter": ["pdb-max-unavailable"],
      kyverno: ["require-pdb"],
      gatekeeper: ["poddisruptionbudget"],
      polaris: ["missingPodDisruptionBudget", "pdbDisruptionsIsZero"],
    },
  },
  {
    what: "Default-deny in each namespace",
    ours: ["NET-010"],
    theirs: {
      "kube-linter": ["non-isolated-pod"],
      kyverno: ["add-network-policy (adds one)"],
      polaris: ["missingNetworkPolicy"],
    },
  },
  {
    what: "Secrets found by form and entropy, and marked secret",
    ours: ["SEC-001", "SEC-004"],
    theirs: {
      checkov: ["CKV_SECRET_6 (not marked)"],
      trivy: ["secret scanning (by form, not marked)"],
      "kube-linter": ["env-var-secret (by name)"],
      polaris: ["sensitiveContainerEnvVar (by name)"],
    },
  },
  {
    what: "Flow and audit logs, kept, on three clouds",
    ours: ["LOG-001", "LOG-002", "LOG-003"],
    theirs: {
      checkov: ["CKV2_AWS_11", "CKV_AWS_37"],
      trivy: [
        "aws/eks/enable_control_plane_logging",
        "azure/container/logging",
        "google/gke/enable_stackdriver_logging",
      ],
      "cdk-nag": ["AwsSolutions-VPC7 (AWS)", "AwsSolutions-EKS2 (AWS)"],
    },
  },
  {
    what: "Tunnels between clouds: ranges, numbers, two paths, keys, proposals",
    ours: ["MSH-001", "MSH-002", "MSH-003", "MSH-004", "MSH-008"],
    theirs: {},
  },
  {
    what: "Quorum over fault domains, staleness, timeouts over round trips",
    ours: ["DAT-010", "DAT-011", "DAT-012", "DAT-013"],
    theirs: {},
  },
];
