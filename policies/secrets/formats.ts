/** Secrets that are known by their form, as their issuers give it. */
const FORMATS: readonly (readonly [what: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/],
  ["an access key of AWS", /\b(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/],
  ["an account key of Azure", /AccountKey=[A-Za-z0-9+/]{80,}={0,2}/],
  ["a shared access signature of Azure", /[?&]sig=[A-Za-z0-9%+/]{40,}/],
  ["an API key of Google", /\bAIza[A-Za-z0-9_-]{35}\b/],
  ["a client secret of Google", /\bGOCSPX-[A-Za-z0-9_-]{20,}/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20,}/],
  ["a token of Slack", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a token of Vault", /\bhv[sbr]\.[A-Za-z0-9_-]{20,}/],
  ["a token of Pulumi", /\bpul-[0-9a-f]{40}\b/],
  ["a secret key of Stripe", /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'`]+:[^\s/:@"'`]+@/],
];

/** Which known secret a text holds, if any. */
export const knownFormat = (text: string): string | undefined => FORMATS.find(([, form]) => form.test(text))?.[0];
