import "../region/classMetadata.ts";
import { randomUUID, webcrypto } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { z } from "zod";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;

/** File in the simulator's folder: the certificate that signs all public ones. */
export const PUBLIC_AUTHORITY = "public-ca.pem";

/** The longest that public authorities sign for (CA/Browser Forum, Baseline Requirements 6.3.2). */
const LONGEST_DAYS = 398;

export const signingSchema = z.object({
  names: z
    .array(z.string().regex(/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+$/i, "a DNS name is expected"))
    .min(1),
  days: z.number().positive().max(LONGEST_DAYS),
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: z.string(),
});

/** Certificate authority that everything in the simulation trusts, as the world trusts the public ones. */
export class PublicAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly #issuer: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(issuer: X509Certificate, key: webcrypto.CryptoKey) {
    this.#issuer = issuer;
    this.#key = key;
    this.certificate = issuer.toString("pem");
  }

  /** Opens the authority that is kept in a folder, as `public-ca.pem` and `public-ca.key`, and makes it the first time. */
  static async open(folder: string): Promise<PublicAuthority> {
    const [certificateFile, keyFile] = [join(folder, PUBLIC_AUTHORITY), join(folder, "public-ca.key")];
    if (existsSync(certificateFile)) {
      const pkcs8 = PemConverter.decodeFirst(readFileSync(keyFile, "utf8"));
      const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
      return new PublicAuthority(new X509Certificate(readFileSync(certificateFile, "utf8")), key);
    }
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: "CN=NovaCron simulated public authority",
      ...validity(AUTHORITY_DAYS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    write(keyFile, PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY"));
    write(certificateFile, certificate.toString("pem"));
    return new PublicAuthority(certificate, keys.privateKey);
  }

  /** Signs a server's certificate, PEM. Whether the names are the asker's is the caller's to know. */
  async sign({ names, days, publicKey }: z.output<typeof signingSchema>): Promise<string> {
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${names[0]}`,
      issuer: this.#issuer.subject,
      ...validity(days),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#key,
      publicKey: new PublicKey(publicKey),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value }))),
      ],
    });
    return certificate.toString("pem");
  }
}

/** Random and positive, as RFC 5280 wants it. */
const serialNumber = (): string => `01${randomUUID().replaceAll("-", "")}`;

/** From an hour ago, so that a clock that was set back does not refuse it. */
const validity = (days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - 60 * 60 * 1000),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

/** Renamed into place, so that nobody ever reads half of it. */
function write(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
