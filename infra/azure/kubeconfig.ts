import { type ClusterAddress, execKubeconfig } from "../kubeconfig.ts";

/** The Entra ID application that stands for every AKS API server; the same in every tenant. */
const AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";

/**
 * `kubelogin` fetches a token for whoever is signed in to the Azure CLI. A pipeline without one sets
 * `AAD_LOGIN_METHOD=workloadidentity`, which kubelogin puts before its arguments.
 */
export const kubeconfig = ({ tenantId, ...cluster }: ClusterAddress & { tenantId: string }): string =>
  execKubeconfig(cluster, {
    command: "kubelogin",
    args: ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_APPLICATION, "--tenant-id", tenantId],
    installHint: "Install kubelogin: az aks install-cli",
  });

/** The certificate authority in the kubeconfig that AKS issues (base64 of YAML). Throws where there is none. */
export function certificateAuthority(issuedKubeconfig: string): string {
  const text = Buffer.from(issuedKubeconfig, "base64").toString("utf8");
  const found = /certificate-authority-data"?:\s*"?([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  if (found === undefined) throw new Error("the kubeconfig that AKS issued holds no certificate-authority-data");
  return found;
}
