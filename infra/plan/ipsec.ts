import { hkdfSync } from "node:crypto";

/**
 * The one IKEv2 proposal of every tunnel, in neutral terms: each cloud maps it to its own names. It is the strongest set
 * that AWS, Azure and Google Cloud all take, and a single one, so that no negotiation can end with a weaker choice.
 */
export const IPSEC_PROPOSAL = {
  ikeVersion: 2,
  phase1: {
    encryption: "AES-256-CBC",
    integrity: "SHA2-384",
    /** 384-bit elliptic curve (ECP384). */
    diffieHellmanGroup: 20,
    /** Eight hours: Azure's gateways have no other. */
    lifetimeSeconds: 28_800,
  },
  phase2: {
    /** Authenticates by itself: there is no separate integrity algorithm. */
    encryption: "AES-256-GCM",
    perfectForwardSecrecyGroup: 20,
    /** An hour, the longest that AWS allows. */
    lifetimeSeconds: 3_600,
  },
} as const;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC = `${LETTERS}0123456789`;
const KEY_LENGTH = 48;

/**
 * The pre-shared key of a tunnel: 48 letters and digits, about 285 bits, beginning with a letter (AWS takes 8–64 letters,
 * digits, dots and underscores, and no leading zero; Azure and Google Cloud take any of these).
 *
 * HKDF-SHA256 (RFC 5869) of the stack's secret, so both ends know it without storing it, no key tells anything of another,
 * and raising the epoch gives every tunnel a new one. The same arguments give the same key for ever.
 */
export function preSharedKey(secret: string, tunnelName: string, epoch: number): string {
  const bytes = hkdfSync("sha256", secret, "novacron mesh", `${tunnelName} epoch ${epoch}`, 64);
  // Base conversion of 512 bits leaves a bias below 2⁻²⁰⁰ in each character, and needs no retries.
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let key = "";
  while (key.length < KEY_LENGTH) {
    const alphabet = key === "" ? LETTERS : ALPHANUMERIC;
    key += alphabet[Number(rest % BigInt(alphabet.length))];
    rest /= BigInt(alphabet.length);
  }
  return key;
}
