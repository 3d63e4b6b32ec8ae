import "./classMetadata.ts";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SubjectAlternativeNameExtension, X509Certificate } from "@peculiar/x509";
import { CertificateAuthority, DAY_MS } from "../certificateAuthority.ts";
import { addressIn } from "../ipv4.ts";
import { replaceFile } from "../replaceFile.ts";
import { REGION_FILES, type RegionSpec } from "./spec.ts";

/** Files in `<region's folder>/pki`. All but the public halves are readable by the user alone. */
export const PKI_FILES = {
  certificateAuthority: "ca.pem",
  certificateAuthorityKey: "ca.key",
  serverCertificate: "server.pem",
  serverKey: "server.key",
  serviceAccountKey: "service-account.key",
  serviceAccountPublicKey: "service-account.pub",
  /** Token of the user `novacron-simulator` in group `system:masters`. */
  adminToken: "admin.token",
} as const;

export type PkiFile = keyof typeof PKI_FILES;

export const pkiFile = (folder: string, file: PkiFile): string => join(folder, REGION_FILES.pki, PKI_FILES[file]);

const SERVER_DAYS = 365;

/** A server certificate with less than this left is made anew at the next start. */
const RENEW_DAYS = 30;

/**
 * Makes a region's folder with its spec, certificates, keys and tokens. Keeps what is there, so that a region keeps its
 * identity over restarts; only the server's certificate is made anew, when its names change or its end is near.
 * @returns the PEM certificate that signs the API server's
 */
export async function prepareRegion(folder: string, spec: RegionSpec): Promise<{ certificateAuthority: string }> {
  for (const part of [REGION_FILES.pki, REGION_FILES.logs, REGION_FILES.data])
    mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  replaceFile(join(folder, REGION_FILES.spec), `${JSON.stringify(spec, undefined, 2)}\n`);
  if (!existsSync(pkiFile(folder, "adminToken")))
    replaceFile(pkiFile(folder, "adminToken"), randomBytes(32).toString("hex"));
  if (!existsSync(pkiFile(folder, "serviceAccountKey"))) makeServiceAccountKey(folder);
  const authority = await CertificateAuthority.open(
    { certificate: pkiFile(folder, "certificateAuthority"), key: pkiFile(folder, "certificateAuthorityKey") },
    "kubernetes",
  );
  await provideServer(folder, authority, serverNames(spec));
  return { certificateAuthority: authority.certificate };
}

export const readPki = (folder: string, file: PkiFile): string => readFileSync(pkiFile(folder, file), "utf8").trim();

/** Every name and address by which anyone calls the API server. */
function serverNames({ serverNames, serviceRange }: RegionSpec): string[] {
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  return [...new Set(["localhost", "127.0.0.1", addressIn(serviceRange, 1), ...service, ...serverNames])];
}

async function provideServer(folder: string, authority: CertificateAuthority, names: string[]): Promise<void> {
  const file = pkiFile(folder, "serverCertificate");
  if (existsSync(file) && isStillGood(new X509Certificate(readFileSync(file, "utf8")), names)) return;
  const { certificate, key } = await authority.issue({ commonName: "kube-apiserver", names, days: SERVER_DAYS });
  replaceFile(pkiFile(folder, "serverKey"), key);
  replaceFile(file, certificate);
}

function isStillGood(certificate: X509Certificate, names: string[]): boolean {
  const held = new Set(
    certificate.getExtension(SubjectAlternativeNameExtension)?.names.items.map(({ value }) => value) ?? [],
  );
  const isLasting = certificate.notAfter.getTime() - Date.now() > RENEW_DAYS * DAY_MS;
  return isLasting && held.size === names.length && names.every((name) => held.has(name));
}

function makeServiceAccountKey(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  replaceFile(pkiFile(folder, "serviceAccountPublicKey"), publicKey.export({ type: "spki", format: "pem" }));
  replaceFile(pkiFile(folder, "serviceAccountKey"), privateKey.export({ type: "pkcs8", format: "pem" }));
}
