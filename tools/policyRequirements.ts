import type { Requirement } from "./policyCatalogues.ts";

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
    what: "Pod Security restricted, root filesystems that are read only",
    ours: ["WRK-002", "WRK-003", "WRK-004", "WRK-005"],
    theirs: {
      checkov: ["CKV_K8S_22"],
      trivy: ["kubernetes/file_system_not_read_only"],
      "kube-linter": ["privileged-container", "run-as-non-root", "no-read-only-root-fs"],
      kyverno: ["pod-security/restricted", "require-ro-rootfs"],
      gatekeeper: ["pod-security-policy"],
      polaris: ["runAsPrivileged", "runAsRootAllowed", "notReadOnlyRootFilesystem"],
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
    what: "Disruption budgets that a drain can keep, of gateways and controllers too",
    ours: ["WRK-011", "WRK-020", "DEL-024"],
    theirs: {
      "kube-linter": ["pdb-max-unavailable", "pdb-min-available"],
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
  {
    what: "No public bucket or storage account, on three clouds",
    ours: ["STO-001", "STO-002", "STO-003", "STO-007"],
    theirs: {
      "compliance-policies": ["aws-s3-bucket-disallow-public-read (AWS)"],
      checkov: ["CKV_AWS_53", "CKV_AZURE_59", "CKV_GCP_28", "CKV_GCP_114"],
      trivy: [
        "aws/s3/no_public_buckets",
        "azure/storage/no_public_access",
        "google/storage/no_public_access",
        "google/storage/enable_ubla",
      ],
      "cdk-nag": ["AwsSolutions-S2 (AWS)"],
    },
  },
  {
    what: "Storage over TLS, with versions to go back to, on three clouds",
    ours: ["TLS-007", "TLS-008", "STO-004", "STO-005", "STO-006"],
    theirs: {
      checkov: ["CKV_AWS_21", "CKV_AWS_379", "CKV_GCP_78"],
      trivy: [
        "aws/s3/enable_versioning",
        "azure/storage/enforce_https",
        "azure/storage/blobs_soft_deletion_enabled",
        "google/storage/enable_bucket_versioning",
      ],
      "cdk-nag": ["AwsSolutions-S10 (AWS)", "NIST.800.53.R5-S3BucketVersioningEnabled (AWS)"],
    },
  },
  {
    what: "Required tags on all that takes some",
    ours: ["TAG-001"],
    theirs: {
      "compliance-policies": ["kubernetes-apps-v1-deployment-configure-recommended-labels (Kubernetes)"],
      trivy: ["google/gke/use_cluster_labels (clusters)"],
      "kube-linter": ["required-label-owner"],
      kyverno: ["require-labels"],
      gatekeeper: ["requiredlabels"],
    },
  },
  {
    what: "Deletion protection in production, on three clouds",
    ours: ["PRT-001", "PRT-002", "PRT-005", "ENC-004"],
    theirs: {
      checkov: ["CKV_AWS_293 (databases)", "CKV_AZURE_110 (vaults)"],
      trivy: ["aws/rds/enable_deletion_protection (databases)", "azure/keyvault/no_purge (vaults)"],
      "cdk-nag": ["AwsSolutions-RDS10 (databases)"],
    },
  },
  {
    what: "Two zones or more: nodes, control planes, gateways, pods",
    ours: ["PRT-003", "PRT-004", "WRK-010"],
    theirs: {
      checkov: ["CKV_AWS_157 (databases)"],
      "kube-linter": ["no-anti-affinity (nodes)"],
      kyverno: ["spread-pods-across-topology (adds it)"],
      polaris: ["topologySpreadConstraint"],
      "cdk-nag": ["AwsSolutions-RDS3 (databases)"],
    },
  },
  {
    what: "No static keys: identities are the cloud's own, on three clouds",
    ours: ["IAM-003", "IAM-005", "K8S-002"],
    theirs: {
      checkov: ["CKV_AWS_273", "CKV_AZURE_141"],
      trivy: ["aws/iam/limit_user_access_keys (one is allowed)", "google/gke/no_legacy_authentication"],
    },
  },
  {
    what: "A service account of its own, a token only where it is needed",
    ours: ["WRK-013", "WRK-014", "WRK-022"],
    theirs: {
      checkov: ["CKV_K8S_38"],
      trivy: ["kubernetes/advanced/protecting_pod_service_account_tokens"],
      "kube-linter": ["default-service-account"],
      kyverno: ["restrict-automount-sa-token"],
      gatekeeper: ["automount-serviceaccount-token"],
      polaris: ["automountServiceAccountToken"],
    },
  },
  {
    what: "A second pod, also where an autoscaler decides",
    ours: ["WRK-009", "DEL-012", "DEL-040"],
    theirs: {
      "compliance-policies": ["kubernetes-apps-v1-deployment-configure-minimum-replica-count"],
      "kube-linter": ["minimum-three-replicas", "hpa-minimum-three-replicas"],
      kyverno: ["require-deployments-have-multiple-replicas"],
      gatekeeper: ["replicalimits"],
      polaris: ["deploymentMissingReplicas", "hpaMinAvailability"],
    },
  },
  {
    what: "Priorities and quotas",
    ours: ["WRK-015", "WRK-016", "WRK-021"],
    theirs: {
      trivy: ["kubernetes/advanced/optional/use_resource_quota"],
      "kube-linter": ["priority-class-name (the system's own alone)"],
      kyverno: ["add-ns-quota (adds one)"],
      polaris: ["priorityClassNotSet"],
    },
  },
  {
    what: "Clusters that enforce network policies, patch themselves and verify what they boot",
    ours: ["NET-007", "K8S-003", "K8S-004"],
    theirs: {
      checkov: ["CKV_AZURE_7", "CKV_GCP_12", "CKV_GCP_9", "CKV_GCP_10", "CKV_GCP_71"],
      trivy: [
        "azure/container/configured_network_policy",
        "google/gke/enable_network_policy",
        "google/gke/enable_auto_repair",
        "google/gke/enable_auto_upgrade",
        "google/gke/node_shielding_enabled",
      ],
    },
  },
];
