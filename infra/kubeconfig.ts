/** A cluster as `kubectl` finds it. */
export interface ClusterAddress {
  /** Name of cluster, user and context. */
  context: string;
  /** URL of the API server. */
  server: string;
  /** PEM certificates in base64. */
  certificateAuthority: string;
}

/** The program that fetches a token for whoever runs it. */
export interface CredentialPlugin {
  command: string;
  args?: string[];
  /** What to do where the program is missing. */
  installHint: string;
  /** Whether it is told which cluster asks. @default false */
  provideClusterInfo?: boolean;
}

/**
 * A kubeconfig in JSON, which is YAML, that holds no token: a credential plugin fetches one for each call
 * (client.authentication.k8s.io/v1beta1).
 */
export function execKubeconfig(
  { context, server, certificateAuthority }: ClusterAddress,
  { provideClusterInfo = false, ...plugin }: CredentialPlugin,
): string {
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
            ...plugin,
            provideClusterInfo,
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
