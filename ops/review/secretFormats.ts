/**
 * Finds what looks like a secret in a text, by form and by entropy. It errs on the side of secrecy: what is masked for
 * nothing costs a reviewer a look elsewhere; what is shown by mistake is out.
 *
 * Forms are those that the issuers document: PEM (RFC 7468), JWS compact serialisation (RFC 7515), AWS access key ids,
 * Google API keys and OAuth tokens, Azure storage connection strings, shared access signatures and client secrets, GitHub,
 * GitLab, Slack, npm and Stripe tokens, user information in URLs (RFC 3986), and kubeconfigs.
 */
export interface SecretFinding {
  /** What it looks like, such as `JSON web token`. */
  kind: string;
  start: number;
  end: number;
}

const FORMS: readonly { kind: string; form: RegExp }[] = [
  { kind: "PEM block", form: /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g },
  { kind: "JSON web token", form: /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*(?:\.[\w-]+){0,2}/g },
  { kind: "AWS access key", form: /\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  { kind: "Google API key", form: /\bAIza[\w-]{35}/g },
  { kind: "Google OAuth token", form: /\b(?:ya29\.|1\/\/0|GOCSPX-)[\w-]{16,}/g },
  { kind: "Azure client secret", form: /(?<![\w~.-])[\w.-]{3}\dQ~[\w~.-]{31,34}/g },
  { kind: "Azure connection string", form: /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[^;"'\s]+/gi },
  { kind: "shared access signature", form: /\bsig=[A-Za-z0-9%+/=_-]{20,}/g },
  { kind: "GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g },
  { kind: "GitLab token", form: /\bgl(?:pat|rt|dt|ptt|cbt)-[\w-]{16,}/g },
  { kind: "Slack token", form: /\bxox[abeprs]-[\w-]{10,}/g },
  { kind: "npm token", form: /\bnpm_[A-Za-z0-9]{30,}/g },
  { kind: "Stripe key", form: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { kind: "Pulumi token", form: /\bpul-[0-9a-f]{32,}/g },
  { kind: "Vault token", form: /\bhv[sbr]\.[\w-]{20,}/g },
  { kind: "password in a URL", form: /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"']*:)[^\s"'@]+(?=@)/gi },
  {
    kind: "password in a text",
    form: /(?<=\b(?:password|passwd|pwd|passphrase|secret|client_?secret|api_?key|access_?key|auth_?token|bearer|psk|(?:pre-?)?shared[ _-]?key)["']?\s*[=:]\s*["']?)[^\s"';,&{}[\]]{6,}/gi,
  },
  { kind: "authorization header", form: /(?<=\b(?:Bearer|Basic)\s+)[\w.~+/-]{12,}=*/g },
  {
    kind: "kubeconfig credential",
    form: /(?<=\b(?:client-key-data|client-certificate-data|certificate-authority-data|id-token|refresh-token|token)["']?:\s*["']?)[\w.~+/=-]{8,}/g,
  },
];

/** Names of properties whose values are secret, whatever they look like. Not those that only name where a secret is. */
const SECRET_NAME =
  /(?:pass(?:word|wd|phrase)|sharedkey|sharedsecret|presharedkey|psk|privatekey|secretstring|secretvalue|secretkey|secretaccesskey|accesskey|apikey|accountkey|clientsecret|authtoken|accesstoken|refreshtoken|bearertoken|kubeconfig|connectionstring|sastoken|clientkeydata)\d*$/i;

/** Names of properties whose values are digests and other public figures of high entropy. */
const PUBLIC_NAME =
  /(?:digest|checksum|hash|thumbprint(?:s|lists?)?|fingerprint|commit|revision|md5|etag|sha(?:1|256|512)|uid|serial)\d*$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name.replace(/[^A-Za-z0-9]/g, ""));
export const isPublicName = (name: string): boolean => PUBLIC_NAME.test(name.replace(/[^A-Za-z0-9]/g, ""));

/** Encodings inside encodings, such as a kubeconfig in a Secret in a state: deeper ones are masked for their entropy. */
const DEPTH = 4;

/** Places of what looks like a secret, in order and without overlap. */
export function findSecrets(text: string, { entropy = true }: { entropy?: boolean } = {}): SecretFinding[] {
  return separate([...inForms(text), ...encoded(text, DEPTH), ...(entropy ? random(text) : [])]);
}

/** What stands for a secret wherever something is shown. */
export const MASK = "[secret]";

/** The text with a mask for everything that looks like a secret. */
export function maskSecrets(text: string, options: { entropy?: boolean } = {}): string {
  let masked = "";
  let from = 0;
  for (const { start, end } of findSecrets(text, options)) {
    masked += text.slice(from, start) + MASK;
    from = end;
  }
  return masked + text.slice(from);
}

function inForms(text: string): SecretFinding[] {
  return FORMS.flatMap(({ kind, form }) =>
    [...text.matchAll(form)].map(({ index, 0: found }) => ({ kind, start: index, end: index + found.length })),
  ).filter(({ start, end }) => text.slice(start, end) !== MASK);
}

const BASE64 = /[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|\\?\r?\n[ \t]*(?=[A-Za-z0-9+/=_-])){14,}={0,2}/g;
/** One on a line of its own: what stands on the line before may be no part of it, and then nothing decodes. */
const BASE64_LINE = /[A-Za-z0-9+/_-]{15,}={0,2}/g;
const HEX = /\b(?:[0-9a-fA-F]{2}){12,}\b/g;

/** Secrets behind base64, base64url or hexadecimal. What they decode to must be text: else anything would be found. */
function encoded(text: string, depth: number): SecretFinding[] {
  if (depth === 0) return [];
  const runs = [
    ...[...text.matchAll(BASE64), ...text.matchAll(BASE64_LINE)].map((match) => ({
      match,
      encoding: "base64" as const,
    })),
    ...[...text.matchAll(HEX)].map((match) => ({ match, encoding: "hex" as const })),
  ];
  return runs.flatMap(({ match, encoding }) => {
    const decoded = Buffer.from(match[0].replace(/\s/g, ""), encoding).toString("utf8");
    if (decoded.length < 8 || !isText(decoded)) return [];
    const [inside] = [...inForms(decoded), ...encoded(decoded, depth - 1), ...random(decoded)];
    if (inside === undefined) return [];
    return [{ kind: `${inside.kind}, ${encoding}`, start: match.index, end: match.index + match[0].length }];
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text
const isText = (decoded: string): boolean => !/[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/.test(decoded);

/** Digests and ids are as random as keys, and public: their form tells. */
const PUBLIC = /\b(?:sha(?:1|256|384|512)[:-]|urn:pulumi:)[^\s"',]+|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;

const TOKEN = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const LEAST_HEX = 32;

/** Runs of characters that nobody has thought up. */
function random(text: string): SecretFinding[] {
  const known = [...text.matchAll(PUBLIC)].map(({ index, 0: found }) => [index, index + found.length] as const);
  return [...text.matchAll(TOKEN)].flatMap(({ index, 0: token }) => {
    const end = index + token.length;
    if (known.some(([from, to]) => index < to && end > from)) return [];
    if (!isRandom(token)) return [];
    return [{ kind: "random characters", start: index, end }];
  });
}

/**
 * Whether a token is random: bits for each character, and how often its characters change between capitals, small letters
 * and digits. Words, also those of camel case, change seldom (about a quarter of all places), random ones in 62 of 100.
 */
function isRandom(token: string): boolean {
  if (/^[0-9a-fA-F]+$/.test(token)) return token.length >= LEAST_HEX && /\d/.test(token) && bits(token) >= 3;
  const long = token.length >= 32;
  // One key of 40 characters in a thousand has no digit in it; names of many words have none either, and change less.
  const least = !/\d/.test(token) ? 0.42 : long ? 0.3 : 0.36;
  if (!/[a-z]/.test(token) || !/[A-Z]/.test(token) || !(long || /\d/.test(token))) return false;
  // Not across separators: names of constants, such as AL2023_x86_64_STANDARD, are words between them.
  const pairs = [...token.matchAll(/[A-Za-z0-9](?=([A-Za-z0-9]))/g)];
  const changes = pairs.filter(([letter, next = ""]) => kindOf(letter) !== kindOf(next));
  return bits(token) >= 3.5 && changes.length / pairs.length >= least;
}

const kindOf = (letter: string): string =>
  /[a-z]/.test(letter) ? "small" : /[A-Z]/.test(letter) ? "capital" : "digit";

/** Shannon entropy of the characters, in bits for each. */
export function bits(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}

function separate(findings: readonly SecretFinding[]): SecretFinding[] {
  const separated: SecretFinding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = separated.at(-1);
    if (last === undefined || finding.start >= last.end) separated.push({ ...finding });
    // Of two that overlap, nothing of either may stay.
    else last.end = Math.max(last.end, finding.end);
  }
  return separated;
}
