/** The Entra ID application that stands for every AKS API server; the same in every tenant. */
const AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";

export interface KubeconfigFacts {
  /** Name of cluster, user and context. */
  context: string;
  /** URL of the API server. */
  server: string;
  /** PEM certificates in base64. */
  certificateAuthority: string;
  tenantId: string;
}

/**
 * A kubeconfig in JSON, which is YAML. It holds no token: `kubelogin` fetches one for whoever is signed in to the Azure CLI.
 * A pipeline without one sets `AAD_LOGIN_METHOD=workloadidentity`, which kubelogin puts before its arguments.
 */
export function kubeconfig({ context, server, certificateAuthority, tenantId }: KubeconfigFacts): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: context, cluster: { server, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    users: [
      {
        name: context,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION, "--tenant-id", tenantId],
            installHint: "Install kubelogin: az aks install-cli",
            provideClusterInfo: false,
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}

/** The certificate authority in the kubeconfig that AKS issues (base64 of YAML). Throws where there is none. */
export function certificateAuthority(issuedKubeconfig: string): string {
  const text = Buffer.from(issuedKubeconfig, "base64").toString("utf8");
  const found = /certificate-authority-data"?:\s*"?([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  if (found === undefined) throw new Error("the kubeconfig that AKS issued holds no certificate-authority-data");
  return found;
}
