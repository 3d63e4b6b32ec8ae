import type { Published } from "./source.ts";

const at =
  (name: string, root: Published["url"]) =>
  (path: string, says: string): Published => ({ title: `${name}: ${says}`, url: `${root}${path}` });

/** A page of Kubernetes' documentation. */
export const kubernetes = at("Kubernetes", "https://kubernetes.io/docs/");

/** A file of Argo Rollouts, in the version that runs here: documentation or, where that is silent, code. */
export const argoRollouts = at("Argo Rollouts 1.9", "https://github.com/argoproj/argo-rollouts/blob/v1.9.1/");

/** A file of Traefik, in the version that runs here: documentation or, where that is silent, code. */
export const traefik = at("Traefik 3.6", "https://github.com/traefik/traefik/blob/v3.6.7/");

/** A file of Prometheus, in the version that runs here. */
export const prometheus = at("Prometheus 3.12", "https://github.com/prometheus/prometheus/blob/v3.12.0/");

export const certManager = at("cert-manager", "https://cert-manager.io/docs/");

export const helm = at(
  "Helm 3",
  "https://github.com/helm/helm-www/blob/1fe9985196f93c489c2c85ac183d29863726cfac/content/en/docs/",
);

export const etcd = at("etcd", "https://etcd.io/docs/v3.5/");

export const pulumi = at("Pulumi", "https://www.pulumi.com/");
