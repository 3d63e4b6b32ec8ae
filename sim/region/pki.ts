import "./classMetadata.ts";
import { generateKeyPairSync, randomBytes, randomUUID, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { addressIn } from "../ipv4.ts";
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

const DAY_MS = 24 * 60 * 60 * 1000;

/** As long as EKS gives its own. */
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 365;

/** A server certificate with less than this left is made anew at the next start. */
const RENEW_DAYS = 30;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * Makes a region's folder with its spec, certificates, keys and tokens. Keeps what is there, so that a region keeps its
 * identity over restarts; only the server's certificate is made anew, when its names change or its end is near.
 * @returns the PEM certificate that signs the API server's
 */
export async function prepareRegion(folder: string, spec: RegionSpec): Promise<{ certificateAuthority: string }> {
  for (const part of [REGION_FILES.pki, REGION_FILES.logs, REGION_FILES.data])
    mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  writeFile(join(folder, REGION_FILES.spec), `${JSON.stringify(spec, undefined, 2)}\n`);
  if (!existsSync(pkiFile(folder, "adminToken")))
    writeFile(pkiFile(folder, "adminToken"), randomBytes(32).toString("hex"));
  if (!existsSync(pkiFile(folder, "serviceAccountKey"))) makeServiceAccountKey(folder);
  const authority = await provideAuthority(folder);
  await provideServer(folder, authority, serverNames(spec));
  return { certificateAuthority: authority.certificate.toString("pem") };
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

interface Authority {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

async function provideAuthority(folder: string): Promise<Authority> {
  const certificateFile = pkiFile(folder, "certificateAuthority");
  if (existsSync(certificateFile)) {
    const certificate = new X509Certificate(readFileSync(certificateFile, "utf8"));
    return { certificate, key: await readKey(pkiFile(folder, "certificateAuthorityKey")) };
  }
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=kubernetes",
    ...validity(AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeKey(pkiFile(folder, "certificateAuthorityKey"), keys.privateKey);
  writeFile(certificateFile, certificate.toString("pem"));
  return { certificate, key: keys.privateKey };
}

async function provideServer(folder: string, authority: Authority, names: string[]): Promise<void> {
  const file = pkiFile(folder, "serverCertificate");
  if (existsSync(file) && isStillGood(new X509Certificate(readFileSync(file, "utf8")), names)) return;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=kube-apiserver",
    issuer: authority.certificate.subject,
    ...validity(SERVER_DAYS),
    signingAlgorithm: ALGORITHM,
    signingKey: authority.key,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? ("ip" as const) : ("dns" as const), value })),
      ),
    ],
  });
  await writeKey(pkiFile(folder, "serverKey"), keys.privateKey);
  writeFile(file, certificate.toString("pem"));
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
  writeFile(pkiFile(folder, "serviceAccountPublicKey"), publicKey.export({ type: "spki", format: "pem" }));
  writeFile(pkiFile(folder, "serviceAccountKey"), privateKey.export({ type: "pkcs8", format: "pem" }));
}

const isAddress = (name: string): boolean => /^[\d.]+$/.test(name);

/** Random and positive, as RFC 5280 wants it. */
const serialNumber = (): string => `01${randomUUID().replaceAll("-", "")}`;

/** From an hour ago, so that a clock that was set back does not refuse it. */
const validity = (days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - 60 * 60 * 1000),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

const readKey = (file: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey("pkcs8", PemConverter.decodeFirst(readFileSync(file, "utf8")), ALGORITHM, true, ["sign"]);

const writeKey = async (file: string, key: webcrypto.CryptoKey): Promise<void> =>
  writeFile(file, PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY"));

/** Renamed into place, so that nobody ever reads half of it. */
function writeFile(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
