import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClusterClient } from "../../client/client.ts";
import { pkiFile, readPki } from "./pki.ts";
import { REGION_FILES } from "./spec.ts";

/** Port of the API server at 127.0.0.1, at the first service address's endpoint, and at every other address of the region. */
export const API_SERVER_PORT = 6443;

/** The API server as programs inside the region call it. */
export const API_SERVER = `https://127.0.0.1:${API_SERVER_PORT}`;

/** Programs that sign in with a token of their own, and in which groups. */
const USERS = {
  "system:kube-scheduler": [],
  // One user for all its controllers: a service account for each costs start-up time and protects nothing here.
  "system:kube-controller-manager": ["system:masters"],
  kwok: ["system:masters"],
} as const;

export type ComponentUser = keyof typeof USERS;

export interface Credentials {
  /** `--token-auth-file` of the API server. */
  tokenFile: string;
  kubeconfig: Record<ComponentUser, string>;
}

/** Writes the API server's list of tokens and a kubeconfig for each program of the control plane. */
export function writeCredentials(folder: string): Credentials {
  const certificateAuthority = readPki(folder, "certificateAuthority");
  const lines = [tokenLine(readPki(folder, "adminToken"), "novacron-simulator", ["system:masters"])];
  const kubeconfig = Object.fromEntries(
    Object.entries(USERS).map(([user, groups]) => {
      const token = randomBytes(32).toString("hex");
      lines.push(tokenLine(token, user, groups));
      const file = join(folder, REGION_FILES.pki, `${user.replace("system:", "")}.kubeconfig`);
      writeFileSync(file, kubeconfigText(certificateAuthority, user, token), { mode: 0o600 });
      return [user, file];
    }),
  ) as Record<ComponentUser, string>;
  const tokenFile = join(folder, REGION_FILES.pki, "tokens.csv");
  writeFileSync(tokenFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  return { tokenFile, kubeconfig };
}

/** A client that may do everything. Works inside the region's network only. */
export function adminClient(folder: string): ClusterClient {
  const token = readPki(folder, "adminToken");
  return new ClusterClient({
    server: API_SERVER,
    certificateAuthority: readPki(folder, "certificateAuthority"),
    token: async () => token,
  });
}

/** A kubeconfig for a program inside the region. JSON is YAML. */
export const kubeconfigText = (certificateAuthority: string, user: string, token: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "region",
        cluster: {
          server: API_SERVER,
          "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64"),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "region", context: { cluster: "region", user } }],
    "current-context": "region",
  });

/** `token,user,uid,"group,group"` */
const tokenLine = (token: string, user: string, groups: readonly string[]): string =>
  `${token},${user},${user},"${groups.join(",")}"`;

export const serverCertificateFiles = (folder: string): string[] => [
  `--tls-cert-file=${pkiFile(folder, "serverCertificate")}`,
  `--tls-private-key-file=${pkiFile(folder, "serverKey")}`,
];
