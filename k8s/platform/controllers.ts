import type { Input } from "@pulumi/pulumi";
import { PRIORITIES } from "./names.ts";
import { type Resources, resources, spreadOverZones } from "./scheduling.ts";

/** Two of each controller, one at work and one in waiting. */
const REPLICAS = 2;

interface Scheduling {
  priorityClassName: string;
  topologySpreadConstraints: ReturnType<typeof spreadOverZones>;
}

const scheduling = (appName: string): Scheduling => ({
  priorityClassName: PRIORITIES.critical,
  topologySpreadConstraints: spreadOverZones({ "app.kubernetes.io/name": appName }),
});

export interface ArgoRolloutsValues {
  installCRDs: true;
  controller: Scheduling & {
    replicas: number;
    extraArgs: string[];
    resources: Resources;
    metrics: { enabled: true };
    pdb: { enabled: true; minAvailable: number };
  };
  providerRBAC: { enabled: true; providers: Record<RolloutsProvider, boolean> };
  dashboard: { enabled: false };
}

/** Traffic routers that the controller could have rights for. */
type RolloutsProvider =
  | "istio"
  | "smi"
  | "ambassador"
  | "awsLoadBalancerController"
  | "awsAppMesh"
  | "traefik"
  | "apisix"
  | "contour"
  | "glooPlatform"
  | "gatewayAPI";

/** Argo Rollouts, with rights for Traefik alone among the traffic routers, and under the API group that Traefik 3 has. */
export const argoRolloutsValues: ArgoRolloutsValues = {
  installCRDs: true,
  controller: {
    replicas: REPLICAS,
    // Its default is the group of Traefik 2.
    extraArgs: ["--traefik-api-group=traefik.io", "--traefik-api-version=traefik.io/v1alpha1"],
    resources: resources("100m", "256Mi"),
    metrics: { enabled: true },
    pdb: { enabled: true, minAvailable: 1 },
    ...scheduling("argo-rollouts"),
  },
  providerRBAC: {
    enabled: true,
    providers: {
      istio: false,
      smi: false,
      ambassador: false,
      awsLoadBalancerController: false,
      awsAppMesh: false,
      traefik: true,
      apisix: false,
      contour: false,
      glooPlatform: false,
      gatewayAPI: false,
    },
  },
  dashboard: { enabled: false },
};

export interface CertManagerValues extends Scheduling {
  crds: { enabled: true; keep: true };
  replicaCount: number;
  resources: Resources;
  podDisruptionBudget: { enabled: true; minAvailable: number };
  enableCertificateOwnerRef: false;
  dns01RecursiveNameserversOnly: true;
  dns01RecursiveNameservers: string;
  global: { priorityClassName: string; leaderElection: { namespace: string } };
  prometheus: { enabled: false };
}

/** cert-manager. It asks public resolvers whether a proof is there, since the region's private zones hide the public one. */
export const certManagerValues: CertManagerValues = {
  crds: { enabled: true, keep: true },
  replicaCount: REPLICAS,
  resources: resources("50m", "128Mi"),
  podDisruptionBudget: { enabled: true, minAvailable: 1 },
  // A certificate that is deleted by mistake does not take its key with it.
  enableCertificateOwnerRef: false,
  dns01RecursiveNameserversOnly: true,
  dns01RecursiveNameservers: "8.8.8.8:53,1.1.1.1:53",
  // GKE Autopilot and locked-down clusters keep others out of kube-system, the chart's default.
  global: { priorityClassName: PRIORITIES.critical, leaderElection: { namespace: "cert-manager" } },
  prometheus: { enabled: false },
  ...scheduling("cert-manager"),
};

export interface ExternalSecretsValues extends Scheduling {
  installCRDs: true;
  replicaCount: number;
  leaderElect: true;
  resources: Resources;
  podDisruptionBudget: { enabled: true; minAvailable: number };
  processClusterExternalSecret: false;
  processPushSecret: false;
  podLabels: Record<string, string>;
  serviceAccount: { create: true; name: string; annotations: Record<string, Input<string>> };
}

/** External Secrets, reading only: it copies from the region's store and never writes to it. */
export const externalSecretsValues = (identity: Record<string, Input<string>>): ExternalSecretsValues => ({
  installCRDs: true,
  replicaCount: REPLICAS,
  leaderElect: true,
  resources: resources("50m", "128Mi"),
  podDisruptionBudget: { enabled: true, minAvailable: 1 },
  processClusterExternalSecret: false,
  processPushSecret: false,
  // Azure's webhook gives a token only to pods that ask; the other clouds do not mind.
  podLabels: { "azure.workload.identity/use": "true" },
  serviceAccount: { create: true, name: "external-secrets", annotations: identity },
  ...scheduling("external-secrets"),
});
