import { createHash } from "node:crypto";

/** Namespace of this program's name-based GUIDs. Its value means nothing; changing it would rename every role assignment. */
const NAMESPACE = "8c1d3b52-6f0e-4f5b-9a3e-2d7f40c6b1ae";

/**
 * The GUID that Azure demands as the name of a role assignment (version 5 of RFC 9562): the same parts always give the same
 * GUID, so a run that was cut short finds its own assignment again instead of making a second one.
 *
 * Azure takes the name for one assignment in the whole tenant, so `parts` must tell apart everything that can: subscription,
 * stack, region, identity, role and what it is granted on.
 */
export function roleAssignmentName(...parts: string[]): string {
  const digest = createHash("sha1")
    .update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"))
    // A separator that no part holds: ("ab", "c") and ("a", "bc") are two names.
    .update(parts.join("\n"))
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/**
 * A storage account's name, which is unique over all customers of Azure and takes 3–24 lower-case letters and digits only:
 * `prefix` (at most 11 of them) and 13 characters made from `parts`.
 */
export function storageAccountName(prefix: string, ...parts: string[]): string {
  if (!/^[a-z0-9]{1,11}$/.test(prefix)) {
    throw new Error(`storage account prefix "${prefix}": allowed are 1–11 lower-case letters and digits`);
  }
  const digest = createHash("sha256").update(parts.join("\n")).digest("hex");
  return prefix + BigInt(`0x${digest}`).toString(36).slice(0, 13);
}
