import { createPublicKey, type KeyObject } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isNotFound } from "../../client/problem.ts";
import { type Certificate, decoded, encoded, type Issuer, type Secret } from "./certManagerObjects.ts";
import { isTrue, withCondition } from "./conditions.ts";
import type { ControllerContext } from "./context.ts";
import { milliseconds } from "./durations.ts";
import { CERTIFICATES, collectionPath, fromKey, objectPath, ownedBy, type Resource, SECRETS } from "./paths.ts";
import { type CertificateFacts, newPrivateKey, privateKeyPem, readKeyPair, sign } from "./signing.ts";
import { updateStatus } from "./status.ts";

const DAY_MS = 86_400_000;

/** Where a certificate's surroundings are looked up. */
export interface Surroundings {
  certificate: (name: string, namespace: string) => Certificate | undefined;
  secret: (name: string, namespace: string) => Secret | undefined;
  /** The issuer that a certificate names, and the namespace of its secrets. */
  issuer: (certificate: Certificate) => { issuer: Issuer | undefined; secretNamespace: string };
  /** Whether a certificate's Secret goes with it. */
  ownSecrets: boolean;
}

/**
 * Keeps a certificate's Secret in being: issues when it is missing, is for other names, from another issuer, for another
 * key or due for renewal; and looks again when it will be.
 */
export function certificateReconciler(context: ControllerContext, around: Surroundings) {
  return async (key: string): Promise<number | undefined> => {
    const { name, namespace } = fromKey(key);
    const certificate = around.certificate(name, namespace);
    if (certificate === undefined) return undefined;
    const secret = around.secret(certificate.spec.secretName, namespace);
    const { issuer, secretNamespace } = around.issuer(certificate);
    const current = usable(certificate, secret);
    if (typeof current !== "string") {
      await report(context, certificate, "True", "Ready", "Certificate is up to date and has not expired", current);
      return renewalTime(certificate, current).getTime() - Date.now();
    }
    if (issuer === undefined || !isTrue(issuer.status?.conditions, "Ready")) {
      const { kind = "Issuer", name } = certificate.spec.issuerRef;
      const why = issuer === undefined ? "does not exist" : "is not ready";
      await report(context, certificate, "False", "DoesNotExist", `${current}; ${kind} ${name} ${why}`);
      return undefined;
    }
    // The watch may not have told yet of what was issued a moment ago, nor of the revision that was counted for it.
    const latest = await live<Certificate>(context, CERTIFICATES, name, namespace);
    if (latest === undefined) return undefined;
    const held = await live<Secret>(context, SECRETS, latest.spec.secretName, namespace);
    if (typeof usable(latest, held) !== "string") return undefined;
    await report(context, latest, "False", "Issuing", current);
    const issued = await issue(context, latest, held, issuer, around.secret, secretNamespace);
    await store(context, latest, held, issued, around.ownSecrets);
    context.log(`${key}: issued into secret ${certificate.spec.secretName} (${current})`);
    return undefined;
  };
}

async function live<Item>(
  { client }: ControllerContext,
  of: Resource,
  name: string,
  namespace: string,
): Promise<Item | undefined> {
  try {
    return await client.get<Item>(objectPath(of, name, namespace));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The certificate in the Secret, or why it will not do. */
function usable(certificate: Certificate, secret: Secret | undefined): CertificateFacts | string {
  const { spec } = certificate;
  if (secret === undefined) return `Issuing certificate as Secret does not exist`;
  const [chain, key] = [decoded(secret, "tls.crt"), decoded(secret, "tls.key")];
  if (!chain || !key) return "Issuing certificate as Secret does not contain a certificate and its key";
  const annotations = secret.metadata.annotations ?? {};
  if (
    annotations["cert-manager.io/issuer-name"] !== spec.issuerRef.name ||
    annotations["cert-manager.io/issuer-kind"] !== (spec.issuerRef.kind ?? "Issuer")
  )
    return "Issuing certificate as Secret was previously issued by another issuer";
  try {
    const facts = readKeyPair(chain, key);
    const wanted = [...(spec.dnsNames ?? []), ...(spec.ipAddresses ?? []), ...(spec.uris ?? [])];
    if (!isDeepStrictEqual([...facts.names].sort(), wanted.sort()))
      return `Issuing certificate as Secret is for ${facts.names.join(", ") || "no name"}`;
    if (renewalTime(certificate, facts).getTime() <= Date.now()) return "Renewing certificate as renewal was scheduled";
    return facts;
  } catch (error) {
    return `Issuing certificate as Secret cannot be used: ${error instanceof Error ? error.message : error}`;
  }
}

/** A third of its life before the end, unless the certificate says otherwise. */
function renewalTime({ spec }: Certificate, { notBefore, notAfter }: CertificateFacts): Date {
  const life = notAfter.getTime() - notBefore.getTime();
  const before =
    spec.renewBefore !== undefined
      ? milliseconds(spec.renewBefore)
      : spec.renewBeforePercentage !== undefined
        ? (life * spec.renewBeforePercentage) / 100
        : life / 3;
  // A wish longer than the certificate lives would renew without end.
  return new Date(notAfter.getTime() - (before < life ? before : life / 3));
}

interface Issued {
  certificate: string;
  authority: string;
  privateKey: string;
}

async function issue(
  { region }: ControllerContext,
  { spec }: Certificate,
  secret: Secret | undefined,
  issuer: Issuer,
  findSecret: Surroundings["secret"],
  secretNamespace: string,
): Promise<Issued> {
  const privateKey = heldKey(spec, secret) ?? newPrivateKey(spec.privateKey);
  const keyPem = privateKeyPem(privateKey, spec.privateKey);
  const publicKey = createPublicKey(privateKey);
  const life = milliseconds(spec.duration ?? "2160h");
  if (issuer.spec.acme !== undefined) {
    const signed = await region.outside.signCertificate({
      names: spec.dnsNames ?? [],
      days: Math.max(1, Math.round(life / DAY_MS)),
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    });
    return { ...signed, privateKey: keyPem };
  }
  // Certificates count whole seconds.
  const from = new Date(Math.floor(Date.now() / 1000) * 1000);
  const until = new Date(from.getTime() + life);
  if (issuer.spec.ca === undefined) {
    const certificate = await sign(spec, publicKey, { privateKey }, from, until);
    return { certificate, authority: certificate, privateKey: keyPem };
  }
  const authority = findSecret(issuer.spec.ca.secretName, secretNamespace);
  const chain = decoded(authority, "tls.crt") ?? "";
  const signer = { chain, privateKey: readKeyPair(chain, decoded(authority, "tls.key") ?? "").privateKey };
  const certificate = await sign(spec, publicKey, signer, from, until);
  return { certificate, authority: decoded(authority, "ca.crt") ?? chain, privateKey: keyPem };
}

/** With the rotation policy `Never` a key outlives its certificates. */
function heldKey({ privateKey }: Certificate["spec"], secret: Secret | undefined): KeyObject | undefined {
  if (privateKey?.rotationPolicy !== "Never") return undefined;
  try {
    return readKeyPair(decoded(secret, "tls.crt") ?? "", decoded(secret, "tls.key") ?? "").privateKey;
  } catch {
    return undefined;
  }
}

async function store(
  { client }: ControllerContext,
  certificate: Certificate,
  before: Secret | undefined,
  issued: Issued,
  owned: boolean,
): Promise<void> {
  const { metadata, spec } = certificate;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: spec.secretName,
      namespace: metadata.namespace,
      labels: { ...spec.secretTemplate?.labels, "controller.cert-manager.io/fao": "true" },
      annotations: {
        ...spec.secretTemplate?.annotations,
        "cert-manager.io/certificate-name": metadata.name,
        "cert-manager.io/issuer-name": spec.issuerRef.name,
        "cert-manager.io/issuer-kind": spec.issuerRef.kind ?? "Issuer",
        "cert-manager.io/issuer-group": spec.issuerRef.group ?? "",
        "cert-manager.io/common-name": spec.commonName ?? "",
        "cert-manager.io/alt-names": (spec.dnsNames ?? []).join(","),
      },
      ...(owned && { ownerReferences: ownedBy(certificate) }),
    },
    type: "kubernetes.io/tls",
    data: {
      "tls.crt": encoded(issued.certificate),
      "tls.key": encoded(issued.privateKey),
      "ca.crt": encoded(issued.authority),
    },
  };
  if (before === undefined) {
    await client.create(collectionPath(SECRETS, metadata.namespace), secret);
  } else {
    // The type of a Secret cannot be changed: one that was made for something else is refused here, as it should be.
    await client.merge(objectPath(SECRETS, spec.secretName, metadata.namespace), secret);
  }
  await updateStatus(client, CERTIFICATES, certificate, { revision: (certificate.status?.revision ?? 0) + 1 });
}

async function report(
  { client }: ControllerContext,
  certificate: Certificate,
  status: "True" | "False",
  reason: string,
  message: string,
  facts?: CertificateFacts,
): Promise<void> {
  const { generation: observedGeneration = 0 } = certificate.metadata;
  const time = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
  await updateStatus(client, CERTIFICATES, certificate, {
    conditions: withCondition(certificate.status?.conditions, {
      type: "Ready",
      status,
      reason,
      message,
      observedGeneration,
    }),
    ...(facts !== undefined && {
      notBefore: time(facts.notBefore),
      notAfter: time(facts.notAfter),
      renewalTime: time(renewalTime(certificate, facts)),
    }),
  });
}
