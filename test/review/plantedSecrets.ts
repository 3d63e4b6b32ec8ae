import { createHash, generateKeyPairSync, hkdfSync } from "node:crypto";

/** Secrets of every kind that must never be shown, made from a seed: none of them has ever opened anything. */
export interface Planted {
  kind: string;
  /** The whole value, as a property would hold it. */
  value: string;
  /** The part that is secret. */
  secret: string;
}

const bytes = (seed: string, length: number): Buffer =>
  Buffer.from(hkdfSync("sha256", seed, "planted", "secret", length));
const letters = (
  seed: string,
  length: number,
  alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
): string => [...bytes(seed, length)].map((byte) => alphabet[byte % alphabet.length]).join("");
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const privateKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

export function plantedSecrets(seed: string): Planted[] {
  const whole = (kind: string, value: string): Planted => ({ kind, value, secret: value });
  const part = (kind: string, secret: string, wrap: (secret: string) => string): Planted => ({
    kind,
    value: wrap(secret),
    secret,
  });
  const json = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${json({ alg: "RS256", typ: "JWT" })}.${json({ sub: letters(seed, 8) })}.${bytes(seed, 64).toString("base64url")}`;
  const kinds = [
    part("PEM", privateKey.split("\n")[1] ?? "", () => privateKey),
    whole("JWT", token),
    whole("AWS access key id", `AKIA${letters(seed, 16, CAPITALS)}`),
    whole("AWS secret access key", bytes(`${seed} aws`, 30).toString("base64")),
    part("Google service account key", privateKey.split("\n")[1] ?? "", () =>
      JSON.stringify({ type: "service_account", private_key: privateKey }),
    ),
    whole("Google API key", `AIza${letters(seed, 35)}`),
    whole("Azure client secret", `${letters(seed, 3)}8Q~${letters(`${seed} azure`, 34)}`),
    part(
      "Azure storage connection string",
      bytes(`${seed} storage`, 64).toString("base64"),
      (secret) =>
        `DefaultEndpointsProtocol=https;AccountName=novacron;AccountKey=${secret};EndpointSuffix=core.windows.net`,
    ),
    part(
      "shared access signature",
      encodeURIComponent(bytes(`${seed} sas`, 32).toString("base64")),
      (secret) => `https://novacron.blob.core.windows.net/c?sv=2024-11-04&sr=c&sig=${secret}`,
    ),
    part(
      "database connection string",
      letters(`${seed} db`, 14),
      (secret) => `postgres://novacron:${secret}@db.internal:5432/novacron`,
    ),
    part(
      "kubeconfig token",
      letters(`${seed} kube`, 40),
      (secret) => `apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      token: ${secret}\n`,
    ),
    part("kubeconfig key", bytes(`${seed} key`, 48).toString("base64"), (secret) =>
      JSON.stringify({ kind: "Config", users: [{ user: { "client-key-data": secret } }] }),
    ),
    part(
      "kubeconfig certificate",
      bytes(`${seed} certificate`, 48).toString("base64"),
      (secret) => `users:\n  - name: admin\n    user:\n      client-certificate-data: ${secret}\n`,
    ),
    whole("pre-shared key", `K${letters(`${seed} psk`, 47)}`),
    whole("mesh secret", bytes(`${seed} mesh`, 32).toString("hex")),
    whole("GitHub token", `ghp_${letters(`${seed} gh`, 36)}`),
    whole("Slack token", `xoxb-${letters(`${seed} slack`, 24)}`),
    whole("Google OAuth token", `ya29.${letters(`${seed} oauth`, 60)}`),
    whole("Google OAuth client secret", `GOCSPX-${letters(`${seed} client`, 28)}`),
    whole("GitLab token", `glpat-${letters(`${seed} gl`, 20)}`),
    whole("npm token", `npm_${letters(`${seed} npm`, 36)}`),
    whole("Stripe key", `sk_live_${letters(`${seed} stripe`, 24)}`),
    whole("Pulumi token", `pul-${bytes(`${seed} pulumi`, 20).toString("hex")}`),
    whole("Vault token", `hvs.${letters(`${seed} vault`, 24)}`),
    part(
      "password in a command",
      letters(`${seed} pw`, 12),
      (secret) => `redis-cli --user app password=${secret} ping`,
    ),
    part("authorization header", letters(`${seed} auth`, 30), (secret) => `Authorization: Bearer ${secret}`),
  ];
  const encodedTwice = kinds.map(({ kind, value }): Planted => {
    const once = Buffer.from(value).toString("base64");
    return whole(`${kind}, base64`, once);
  });
  const nested = kinds
    .slice(0, 3)
    .map(({ kind, value }) =>
      whole(`${kind}, base64 twice`, Buffer.from(Buffer.from(value).toString("base64")).toString("base64")),
    );
  return [...kinds, ...encodedTwice, ...nested];
}

/** What is as random as a secret and none: a reviewer must be able to read it. */
export const publicValues: readonly string[] = [
  `ghcr.io/novacron/dwcp-v3@sha256:${createHash("sha256").update("image").digest("hex")}`,
  "00000000-0000-4000-8000-000000000000",
  "arn:aws:iam::000000000000:role/novacron-staging-aws-use1-cluster",
  "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/novacron-staging-azr-weu/providers/Microsoft.Network/virtualNetworks/azr-weu-network",
  "projects/novacron-staging/locations/asia-south1/keyRings/gcp-aso1-keys/cryptoKeys/artifacts",
  "AmazonEKSVPCResourceController",
  "kubernetes.io/service-account-token",
  'novacron_release_allowed{digest="$digest", stage="50"}',
  "Standard_D8s_v5",
  "10.16.0.0/16",
  "vpc-0a1b2c3d4e5f67890",
  "AL2023_x86_64_STANDARD",
  "AL2023_ARM_64_NVIDIA",
  "route53:ChangeResourceRecordSetsNormalizedRecordNames",
  "route53:ChangeResourceRecordSetsRecordTypes",
];
