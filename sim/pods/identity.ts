import { stringify } from "yaml";
import type { ClusterClient } from "../../client/client.ts";
import type { Pod } from "./objects.ts";

/** Where a pod's kubeconfig is: made here for programs that take one rather than the pod's own token. */
export const KUBECONFIG_FOLDER = "/var/run/secrets/novacron";
export const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Seconds a token lives unless its volume says otherwise: what the API server gives by default. */
const TOKEN_SECONDS = 3_600;

export interface Token {
  token: string;
  /** When to ask for the next one: after four fifths of its life, as a kubelet does. */
  renewAt: number;
}

/** Asks for a token of the pod's service account that dies with the pod. */
export async function requestToken(
  client: ClusterClient,
  pod: Pod,
  { audience, expirationSeconds = TOKEN_SECONDS }: { audience?: string; expirationSeconds?: number },
): Promise<Token> {
  const { namespace, name, uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? "default";
  const { status } = await client.create<{ status?: { token: string; expirationTimestamp: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        ...(audience === undefined ? {} : { audiences: [audience] }),
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    } as object,
  );
  if (status === undefined) throw new Error(`no token for service account ${namespace}/${account}`);
  return { token: status.token, renewAt: Date.now() + (Date.parse(status.expirationTimestamp) - Date.now()) * 0.8 };
}

/** A kubeconfig that reads the pod's token from its file, so that a renewed one is taken up. */
export const kubeconfig = (
  server: string,
  certificateAuthorityFile: string,
  tokenFile: string,
  namespace: string,
): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "pod",
    contexts: [{ name: "pod", context: { cluster: "region", user: "service-account", namespace } }],
    clusters: [{ name: "region", cluster: { server, "certificate-authority": certificateAuthorityFile } }],
    users: [{ name: "service-account", user: { tokenFile } }],
  });
