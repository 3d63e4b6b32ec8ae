import { findSecrets, isPublicName, isSecretName, MASK } from "./review/secretFormats.ts";
import { isSecret } from "./state.ts";

/** Something in a state that is not encrypted and looks like a secret. Its value is not kept. */
export interface PlainSecret {
  /** Where it stands: the state, or an entry of the history. */
  source: string;
  /** Of the resource that holds it; nothing outside of resources. */
  urn?: string;
  /** Path below the resource, or below the whole document. */
  path: string;
  /** What it looks like, such as `JSON web token`. */
  kind: string;
  /** Characters of it, to find it by. */
  length: number;
}

/**
 * Keys of Pulumi's own whose values are random or long and public: salts with their proof of the passphrase, what names or
 * refers to resources, and the mark of references and secrets.
 */
const PULUMI_OWN = new Set([
  "salt",
  "encryptionsalt",
  "sourcePosition",
  "stackTrace",
  "4dabf18193072939515e22adb298388d",
]);
const OF_A_RESOURCE = new Set([
  ...["urn", "type", "id", "importID", "parent", "provider", "aliases", "dependencies", "propertyDependencies"],
  ...["deletedWith", "initErrors", "viewOf"],
]);

/** What the engine writes where the value is a secret that it does not show, or is not known. */
const STAND_INS = new Set([MASK, "[unknown]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"]);

/**
 * Looks through a JSON document of Pulumi's (a state, a checkpoint, an entry of the history) for secrets that are not
 * encrypted: by form, by entropy and by the name of their property. What Pulumi has encrypted is passed over.
 */
export function scanDocument(source: string, document: unknown): PlainSecret[] {
  const found: PlainSecret[] = [];
  walk(document, { source, path: "", name: "" }, found);
  return found;
}

interface Place {
  source: string;
  urn?: string;
  path: string;
  /** Of the property, for what its name says. */
  name: string;
}

function walk(value: unknown, place: Place, found: PlainSecret[]): void {
  if (typeof value === "string") {
    const kind = kindOf(value, place.name);
    if (kind === undefined) return;
    const { source, urn, path } = place;
    found.push({ source, ...(urn === undefined ? {} : { urn }), path, kind, length: value.length });
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) walk(member, { ...place, path: `${place.path}[${index}]` }, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const sealed = sealedIn(value);
  if (sealed !== undefined) {
    const { name: _, ...where } = place;
    if (!sealed.encrypted)
      found.push({ ...where, kind: "secret that Pulumi has not encrypted", length: sealed.text.length });
    return;
  }
  const { urn } = value as { urn?: unknown };
  // A resource begins its own paths, so that they read as in the program.
  const isResource = typeof urn === "string" && "type" in value;
  const inside = isResource ? { ...place, urn, path: "" } : place;
  for (const [key, member] of Object.entries(value)) {
    if (PULUMI_OWN.has(key) || (isResource && OF_A_RESOURCE.has(key))) continue;
    walk(member, { ...inside, path: inside.path === "" ? key : `${inside.path}.${key}`, name: key }, found);
  }
}

/** As the file backend encrypts: version, nonce and text in base64. */
const CIPHERTEXT = /^v1:[\w+/]+=*:[\w+/]+=*$/;

/**
 * What an object holds that stands for a secret: in a state it has Pulumi's signature, in the config of a run of the past the
 * word `secure`, which says what should be encrypted and not that it is. Undefined: it stands for none.
 */
function sealedIn(value: object): { text: string; encrypted: boolean } | undefined {
  if (isSecret(value)) {
    const { plaintext, ciphertext } = value;
    return { text: plaintext ?? "", encrypted: plaintext === undefined && ciphertext !== undefined };
  }
  const { secure, value: text } = value as { secure?: unknown; value?: unknown };
  if (typeof secure === "string" && CIPHERTEXT.test(secure)) return { text: secure, encrypted: true };
  return secure === true && typeof text === "string" ? { text, encrypted: CIPHERTEXT.test(text) } : undefined;
}

function kindOf(text: string, name: string): string | undefined {
  if (text === "" || STAND_INS.has(text)) return undefined;
  if (isSecretName(name) && !isReference(text)) return "plain value of a property that is called like a secret";
  const readable = isPublicName(name) || /(?:^i|I)ds?$|Type$|^thumbprint|^git\./.test(name);
  return findSecrets(withoutIdentifiers(text), { entropy: !readable }).find(
    ({ kind, start, end }) =>
      !(readable && kind.startsWith("random characters")) && !isPublic(withoutIdentifiers(text).slice(start, end)),
  )?.kind;
}

/** Names by which clouds know things are as random as keys, and hold words such as "secret". Addresses with a query stay. */
const withoutIdentifiers = (text: string): string =>
  text.replaceAll(
    /arn:[\w-]+:[^\s"']+|\/subscriptions\/[^\s"'?]+|\bprojects\/[^\s"'?]+|(?:https:\/\/|\b)(?!hooks\.)[\w-]+(?:\.[\w-]+)+(?:\/[\w./~-]*)(?::(?:sub|aud))?(?![\w./~?:@-])/g,
    "(identifier)",
  );

/** A property called like a secret may name one that is kept elsewhere. */
const isReference = (text: string): boolean => /^(?:arn:|projects\/|https:\/\/|\/subscriptions\/)/.test(text);

/** Certificates and public keys are made to be shown, also in base64. */
function isPublic(text: string): boolean {
  const labels = (pem: string) => [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label = ""]) => label);
  const own = labels(text);
  const found = own.length > 0 ? own : labels(Buffer.from(text, "base64").toString("latin1"));
  return found.length > 0 && found.every((label) => /^(?:TRUSTED )?CERTIFICATE$|PUBLIC KEY$/.test(label));
}
