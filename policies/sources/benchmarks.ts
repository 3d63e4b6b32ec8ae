import type { Published } from "./source.ts";

/** A recommendation of the Center for Internet Security. Their numbers change from version to version, hence the version. */
const benchmark =
  (name: string, page: string) =>
  (section: string, recommends: string): Published => ({
    title: `CIS ${name}, ${section}: ${recommends}`,
    url: `https://www.cisecurity.org/benchmark/${page}`,
  });

/** The CIS benchmarks, each in one version. Their texts are behind a form: the link leads to it, the number to the place. */
export const cis = {
  aws: benchmark("AWS Foundations 5.0.0", "amazon_web_services"),
  azure: benchmark("Azure Foundations 5.0.0", "azure"),
  googleCloud: benchmark("Google Cloud Foundation 4.0.0", "google_cloud_computing_platform"),
  kubernetes: benchmark("Kubernetes 1.12.0", "kubernetes"),
  eks: benchmark("EKS 1.7.0", "kubernetes"),
  aks: benchmark("AKS 1.8.0", "kubernetes"),
  gke: benchmark("GKE 1.8.0", "kubernetes"),
};
