import { Unknown, valueAt, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { cis } from "../../sources/benchmarks.ts";
import { isOpen, statementsIn } from "../../statements.ts";

const MEMBERS: Readonly<Record<string, string>> = {
  "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding": "members[]",
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "member",
  "gcp:kms/keyRingIAMMember:KeyRingIAMMember": "member",
};

export default rule({
  id: "ENC-006",
  title: "A key is used by named identities, and Azure's vault knows roles alone",
  severity: "critical",
  why: "Encryption keeps out nobody whom the key's own policy lets in, and a vault's access policies are seen by no review of roles.",
  sources: [cis.googleCloud("1.9", "keys are not open to the public"), cis.azure("8.3.6", "vaults go by roles")],
  fix: "Name the principals, or bind everybody to kms:CallerAccount; set enableRbacAuthorization on the vault.",
  applies: ["aws:kms/key:Key", "azure-native:keyvault:Vault", ...Object.keys(MEMBERS)],
  needs: ["policy", "properties.enableRbacAuthorization", "member", "members[]"],
  check: (properties, { type }) => {
    if (type === "aws:kms/key:Key") return policyFaults(valueAt(properties, "policy"));
    if (type === "azure-native:keyvault:Vault") {
      const path = "properties.enableRbacAuthorization";
      const value = valueAt(properties, path);
      return value === true || value instanceof Unknown ? [] : [`${path} must be true`];
    }
    return valuesAt(properties, MEMBERS[type] ?? "")
      .filter(({ value }) => !(value instanceof Unknown) && /^all(Authenticated)?Users$/.test(String(value)))
      .map(({ at }) => `${at} admits everybody`);
  },
});

/** Without a policy of its own a key has AWS's, which leaves everything to IAM. */
function policyFaults(policy: unknown): string[] {
  if (policy instanceof Unknown) return [];
  const statements = policy === undefined ? [] : statementsIn(policy);
  if (statements === undefined) return ["policy cannot be read"];
  return statements.some(isOpen) ? ["policy lets everybody use the key"] : [];
}
