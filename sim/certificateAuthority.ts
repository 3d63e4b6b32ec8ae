import "./region/classMetadata.ts";
import { randomUUID, webcrypto } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
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
import { replaceFile } from "./replaceFile.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** As long as EKS gives its own. */
const AUTHORITY_DAYS = 3650;

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Where an authority is kept, in PEM. */
export interface AuthorityFiles {
  certificate: string;
  key: string;
}

/** What a server's certificate says. */
export interface ServerCertificate {
  /** DNS names and IPv4 addresses. */
  names: readonly string[];
  days: number;
  /** @default the first of the names */
  commonName?: string;
}

/** A certificate authority that signs for servers and is kept in two files. */
export class CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly #issuer: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(issuer: X509Certificate, key: webcrypto.CryptoKey) {
    this.#issuer = issuer;
    this.#key = key;
    this.certificate = issuer.toString("pem");
  }

  /** Opens the authority that is kept in these files, and makes it the first time. */
  static async open(files: AuthorityFiles, commonName: string): Promise<CertificateAuthority> {
    if (existsSync(files.certificate)) {
      const issuer = new X509Certificate(readFileSync(files.certificate, "utf8"));
      const pkcs8 = PemConverter.decodeFirst(readFileSync(files.key, "utf8"));
      const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
      return new CertificateAuthority(issuer, key);
    }
    const keys = await newKeys();
    const issuer = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `CN=${commonName}`,
      ...validity(AUTHORITY_DAYS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
          true,
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    replaceFile(files.key, await keyPem(keys.privateKey));
    replaceFile(files.certificate, issuer.toString("pem"));
    return new CertificateAuthority(issuer, keys.privateKey);
  }

  /** Signs for a server's public key. Whether the names are its own is the caller's to know. @returns PEM */
  async sign(wanted: ServerCertificate & { publicKey: string | webcrypto.CryptoKey }): Promise<string> {
    const { names, days, publicKey, commonName = names[0] } = wanted;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${commonName}`,
      issuer: this.#issuer.subject,
      ...validity(days),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#key,
      publicKey: typeof publicKey === "string" ? new PublicKey(publicKey) : publicKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isAddress(value) ? ("ip" as const) : ("dns" as const), value })),
        ),
      ],
    });
    return certificate.toString("pem");
  }

  /** Makes a key pair and signs for it. @returns PEM */
  async issue(wanted: ServerCertificate): Promise<{ certificate: string; key: string }> {
    const { publicKey, privateKey } = await newKeys();
    return { certificate: await this.sign({ ...wanted, publicKey }), key: await keyPem(privateKey) };
  }
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

/** Random and positive, as RFC 5280 wants it. */
const serialNumber = (): string => `01${randomUUID().replaceAll("-", "")}`;

/** From an hour ago, so that a clock that was set back does not refuse it. */
const validity = (days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - 60 * 60 * 1000),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

const isAddress = (name: string): boolean => /^[\d.]+$/.test(name);
