/** A Helm chart at the version that we install. */
export interface PinnedChart {
  chart: string;
  version: string;
  repositoryOpts: { repo: string };
}

/**
 * Every chart that the program installs. Each is the release whose default images are the versions that our tests run
 * against: chart versions and program versions move together.
 */
export const CHARTS = {
  /** Argo Rollouts v1.9.1. */
  argoRollouts: {
    chart: "argo-rollouts",
    version: "2.41.1",
    repositoryOpts: { repo: "https://argoproj.github.io/argo-helm" },
  },
  /** Traefik v3.6.7. */
  traefik: {
    chart: "traefik",
    version: "39.0.0",
    repositoryOpts: { repo: "https://traefik.github.io/charts" },
  },
  /** cert-manager v1.21.2. */
  certManager: {
    chart: "cert-manager",
    version: "v1.21.2",
    repositoryOpts: { repo: "https://charts.jetstack.io" },
  },
  /** External Secrets v1.3.2. */
  externalSecrets: {
    chart: "external-secrets",
    version: "1.3.2",
    repositoryOpts: { repo: "https://charts.external-secrets.io" },
  },
  /** AWS Load Balancer Controller v2.14.0, on EKS alone. */
  awsLoadBalancerController: {
    chart: "aws-load-balancer-controller",
    version: "1.14.0",
    repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
  },
  /** prometheus-operator v0.93.0. */
  kubePrometheusStack: {
    chart: "kube-prometheus-stack",
    version: "88.2.0",
    repositoryOpts: { repo: "https://prometheus-community.github.io/helm-charts" },
  },
} as const satisfies Record<string, PinnedChart>;
