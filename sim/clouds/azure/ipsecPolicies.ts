import { refuse } from "../../service.ts";

/** Values that Azure knows for each part of an IPsec policy. */
const ALLOWED = {
  ikeEncryption: ["DES", "DES3", "AES128", "AES192", "AES256", "GCMAES128", "GCMAES256"],
  ikeIntegrity: ["MD5", "SHA1", "SHA256", "SHA384", "GCMAES128", "GCMAES256"],
  dhGroup: ["None", "DHGroup1", "DHGroup2", "DHGroup14", "DHGroup2048", "ECP256", "ECP384", "DHGroup24"],
  ipsecEncryption: ["None", "DES", "DES3", "AES128", "AES192", "AES256", "GCMAES128", "GCMAES192", "GCMAES256"],
  ipsecIntegrity: ["MD5", "SHA1", "SHA256", "GCMAES128", "GCMAES192", "GCMAES256"],
  pfsGroup: ["None", "PFS1", "PFS2", "PFS2048", "ECP256", "ECP384", "PFS24", "PFS14", "PFSMM"],
} as const;

type Policy = { [Part in keyof typeof ALLOWED]: string } & { saLifeTimeSeconds: number; saDataSizeKilobytes: number };

/** The IPsec rules of a connection: a custom policy is complete, and there is one. */
export function checkIpsecPolicies(
  input: { ipsecPolicies?: Policy[] | undefined; usePolicyBasedTrafficSelectors?: boolean | undefined },
  id: string,
): void {
  const policies = input.ipsecPolicies ?? [];
  if (policies.length > 1) {
    refuse("IpsecPolicyCountExceeded", `Connection ${id} has ${policies.length} IPsec policies. It can have one.`);
  }
  if (input.usePolicyBasedTrafficSelectors === true && policies.length === 0) {
    refuse(
      "IpsecPolicyRequired",
      `Connection ${id} uses policy based traffic selectors and must have an IPsec policy.`,
    );
  }
  for (const policy of policies) checkPolicy(policy, id);
}

function checkPolicy(policy: Policy, id: string): void {
  for (const [part, allowed] of Object.entries(ALLOWED) as [keyof typeof ALLOWED, readonly string[]][]) {
    if (allowed.includes(policy[part])) continue;
    refuse(
      "InvalidIpsecPolicy",
      `${part} ${policy[part]} in the IPsec policy of connection ${id} is not valid. Allowed values are ${allowed.join(", ")}.`,
    );
  }
  const authenticates = (cipher: string) => cipher.startsWith("GCM");
  if (authenticates(policy.ipsecEncryption) || authenticates(policy.ipsecIntegrity)) {
    if (policy.ipsecEncryption !== policy.ipsecIntegrity) {
      refuse(
        "InvalidIpsecPolicy",
        `IpsecEncryption ${policy.ipsecEncryption} and IpsecIntegrity ${policy.ipsecIntegrity} of connection ${id} do not match: with GCMAES both must be the same.`,
      );
    }
  }
  if (authenticates(policy.ikeIntegrity) && policy.ikeIntegrity !== policy.ikeEncryption) {
    refuse(
      "InvalidIpsecPolicy",
      `IkeEncryption ${policy.ikeEncryption} and IkeIntegrity ${policy.ikeIntegrity} of connection ${id} do not match.`,
    );
  }
  if (policy.saLifeTimeSeconds < 300 || policy.saLifeTimeSeconds > 172_799) {
    refuse(
      "InvalidIpsecPolicy",
      `SaLifeTimeSeconds ${policy.saLifeTimeSeconds} of connection ${id} is not valid. It should be between 300 and 172799.`,
    );
  }
  const kilobytes = policy.saDataSizeKilobytes;
  if (kilobytes !== 0 && (kilobytes < 1024 || kilobytes > 2_147_483_647)) {
    refuse(
      "InvalidIpsecPolicy",
      `SaDataSizeKilobytes ${kilobytes} of connection ${id} is not valid. It should be 0 or between 1024 and 2147483647.`,
    );
  }
}
