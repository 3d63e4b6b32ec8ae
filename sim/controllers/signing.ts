import "../region/classMetadata.ts";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
} from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Certificate } from "./certManagerObjects.ts";

type KeySettings = NonNullable<Certificate["spec"]["privateKey"]>;

/** A private key as the Certificate asks for; cert-manager's own defaults are RSA 2048 and P-256. */
export function newPrivateKey({ algorithm = "RSA", size }: KeySettings = {}): KeyObject {
  if (algorithm === "Ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: size ?? 2048 }).privateKey;
  return generateKeyPairSync("ec", { namedCurve: `P-${size ?? 256}` }).privateKey;
}

/** PEM in the encoding that the Certificate asks for; PKCS #1 has a form of its own for elliptic curves. */
export function privateKeyPem(key: KeyObject, { encoding = "PKCS1" }: KeySettings = {}): string {
  const type = key.asymmetricKeyType;
  if (encoding === "PKCS8" || type === "ed25519") return key.export({ type: "pkcs8", format: "pem" }).toString();
  return key.export({ type: type === "rsa" ? "pkcs1" : "sec1", format: "pem" }).toString();
}

/** Who signs: a certificate's own key, or an authority's. */
export interface Signer {
  privateKey: KeyObject;
  /** PEM chain of the authority, its own certificate first; undefined when the certificate signs itself. */
  chain?: string;
}

/** Signs a certificate for a public key. @returns PEM */
export async function sign(
  spec: Certificate["spec"],
  publicKey: KeyObject,
  signer: Signer,
  notBefore: Date,
  notAfter: Date,
): Promise<string> {
  const issuer = signer.chain === undefined ? undefined : new X509Certificate(signer.chain);
  const key = new PublicKey(publicKey.export({ type: "spki", format: "der" }));
  const names = [
    ...(spec.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(spec.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(spec.uris ?? []).map((value) => ({ type: "url" as const, value })),
  ];
  const subject = spec.commonName === undefined ? "" : `CN=${spec.commonName}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(16)
      .toString("hex")
      .replace(/^[89a-f]/, "7"),
    subject,
    issuer: issuer?.subject ?? subject,
    publicKey: key,
    signingKey: await cryptoKey(signer.privateKey),
    notBefore,
    notAfter,
    extensions: [
      new BasicConstraintsExtension(spec.isCA ?? false, undefined, true),
      new KeyUsagesExtension(keyUsages(spec), true),
      ...(spec.isCA ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth])]),
      await SubjectKeyIdentifierExtension.create(key),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names, subject === "")] : []),
    ],
  });
  return certificate.toString("pem");
}

const keyUsages = ({ isCA }: Certificate["spec"]): number =>
  isCA
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;

/** The key in the form that the certificate library signs with. */
function cryptoKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: "pkcs8", format: "der" });
  const curve = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" }[
    key.asymmetricKeyDetails?.namedCurve ?? ""
  ];
  const algorithm =
    curve !== undefined
      ? { name: "ECDSA", namedCurve: curve, hash: "SHA-256" }
      : key.asymmetricKeyType === "ed25519"
        ? { name: "Ed25519" }
        : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

/** What a certificate in use says of itself. */
export interface CertificateFacts {
  names: string[];
  notBefore: Date;
  notAfter: Date;
}

/**
 * Reads a key pair.
 * @throws Error when the certificate cannot be read or belongs to another key
 */
export function readKeyPair(certificatePem: string, keyPem: string): CertificateFacts & { privateKey: KeyObject } {
  const certificate = new X509Certificate(certificatePem);
  const privateKey = createPrivateKey(keyPem);
  const ours = createPublicKey(privateKey).export({ type: "spki", format: "der" }) as Buffer;
  if (!ours.equals(Buffer.from(certificate.publicKey.rawData))) throw new Error("the key is not the certificate's");
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    privateKey,
    names: names.map(({ value }) => value),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  };
}
