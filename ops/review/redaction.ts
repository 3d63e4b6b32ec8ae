import type { StepState } from "../eventLog.ts";
import { isSecret } from "../state.ts";
import { findSecrets, isPublicName, isSecretName, MASK, maskSecrets } from "./secretFormats.ts";
import { UNKNOWN } from "./steps.ts";

/** A value of which something must not be shown. */
export class Sealed {
  /** What may be shown of it: all but the secret parts. */
  readonly text: string;
  /** Tells whether it is the same as another one. Undefined: nobody can tell, since the engine has masked it. Never shown. */
  readonly identity: string | undefined;

  constructor(text: string, identity: string | undefined) {
    this.text = text;
    this.identity = identity;
  }

  /** Nothing of it may be shown, and nothing that it was or will be. */
  get whole(): boolean {
    return this.text === MASK;
  }
}

/** A value that is known only after `up`. */
export class Unknown {}

/** A value of which everything that stands in it may be shown. */
export type Shown = string | number | boolean | null | undefined | Sealed | Unknown | readonly Shown[] | ShownObject;

export interface ShownObject {
  readonly [key: string]: Shown;
}

/** Types whose every value is secret below these properties, whatever it looks like. */
const SECRET_PLACES: Record<string, readonly string[]> = {
  "kubernetes:core/v1:Secret": ["data", "stringData"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString", "secretBinary"],
  "gcp:secretmanager/secretVersion:SecretVersion": ["secretData"],
  "azure-native:keyvault:Secret": ["properties"],
};

/** Shorter texts stand in too many places that have nothing to do with a secret. */
const SHORTEST_LEAK = 8;

/**
 * Takes secrets out of values: what the engine has masked, what is called like a secret, what looks like one, and what is
 * secret elsewhere in the same change.
 */
export class Redactor {
  readonly #leaks: readonly string[];

  /** @param leaks texts that are secret somewhere, from `leaksIn`; masked wherever they appear */
  constructor(leaks: ReadonlySet<string> = new Set()) {
    const forms = [...leaks].flatMap((leak) => [
      leak,
      Buffer.from(leak).toString("base64").replace(/=+$/, ""),
      Buffer.from(leak).toString("base64url"),
      encodeURIComponent(leak),
      JSON.stringify(leak).slice(1, -1),
    ]);
    // The longest first: a part of one must not hide the rest of it.
    this.#leaks = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  }

  /** A text without secrets: a message, a name, a sentence. */
  text(text: string, options?: { entropy?: boolean }): string {
    let masked = text;
    for (const leak of this.#leaks) masked = masked.replaceAll(leak, MASK);
    return maskSecrets(masked, options);
  }

  /** Properties of a resource. */
  properties(type: string, properties: Readonly<Record<string, unknown>>): ShownObject {
    const secret = SECRET_PLACES[type] ?? [];
    return Object.fromEntries(
      Object.entries(properties)
        // What the SDKs note for themselves.
        .filter(([key]) => !key.startsWith("__"))
        .map(([key, value]) => [this.text(key), this.value(value, key, secret.includes(key))]),
    );
  }

  /** @param name of the property, which may say that it is secret */
  value(value: unknown, name = "", secret = false): Shown {
    if (isSecret(value)) return new Sealed(MASK, undefined);
    if (value === UNKNOWN) return new Unknown();
    if (typeof value === "string") {
      if ((secret || isSecretName(name)) && value !== "") return new Sealed(MASK, value);
      const text = this.text(value, { entropy: !isPublicName(name) });
      return text === value ? value : new Sealed(text, value);
    }
    if (typeof value === "number") return secret || isSecretName(name) ? new Sealed(MASK, String(value)) : value;
    if (Array.isArray(value)) return value.map((member) => this.value(member, name, secret));
    if (typeof value !== "object" || value === null) return value as Shown;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [this.text(key), this.value(member, key, secret)]),
    );
  }
}

/**
 * Texts that are plain in one place and secret in another of the same resource: on the other side of the change, or among
 * the outputs of a secret input. Whoever made them secret does not want to see the old ones either.
 */
export function leaksIn(states: readonly { old?: StepState | undefined; new?: StepState | undefined }[]): Set<string> {
  const leaks = new Set<string>();
  for (const { old, new: made } of states) {
    const values = [old?.inputs, old?.outputs, made?.inputs, made?.outputs];
    for (const [index, secret] of values.entries()) {
      for (const plain of values.toSpliced(index, 1)) compare(secret, plain, leaks);
    }
  }
  return leaks;
}

/** Walks two values side by side, and collects the texts of one where the other is secret. */
function compare(secret: unknown, plain: unknown, leaks: Set<string>): void {
  if (isSecret(secret)) {
    if (typeof plain === "string") addLeak(plain, leaks);
    else collect(plain, leaks);
    return;
  }
  if (typeof secret !== "object" || secret === null || typeof plain !== "object" || plain === null) return;
  for (const [key, member] of Object.entries(secret)) compare(member, (plain as Record<string, unknown>)[key], leaks);
}

/** Of what is secret as a whole, only the parts that look so: a kubeconfig also names a region, which is no secret elsewhere. */
function collect(value: unknown, leaks: Set<string>, name = ""): void {
  if (typeof value === "string") {
    if (isSecretName(name) || findSecrets(value).length > 0) addLeak(value, leaks);
  } else if (typeof value === "object" && value !== null && !isSecret(value)) {
    for (const [key, member] of Object.entries(value)) collect(member, leaks, key);
  }
}

function addLeak(text: string, leaks: Set<string>): void {
  if (text.length >= SHORTEST_LEAK && text !== UNKNOWN && text !== MASK) leaks.add(text);
}
