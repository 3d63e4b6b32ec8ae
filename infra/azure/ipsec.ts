import type { VirtualNetworkGatewayConnectionArgs } from "@pulumi/azure-native/network/virtualNetworkGatewayConnection.js";
import { IPSEC_PROPOSAL } from "../plan/ipsec.ts";

/** Azure's names of the algorithms and groups that the plan knows. */
const IKE_ENCRYPTION: Record<string, string> = { "AES-256-CBC": "AES256" };
const IKE_INTEGRITY: Record<string, string> = { "SHA2-384": "SHA384" };
const IPSEC_ENCRYPTION: Record<string, string> = { "AES-256-GCM": "GCMAES256" };
const GROUPS: Record<number, string> = { 20: "ECP384" };

const { phase1, phase2 } = IPSEC_PROPOSAL;
const ipsecEncryption = known(IPSEC_ENCRYPTION[phase2.encryption], phase2.encryption);

/** The stack's one proposal in Azure's words. The lifetime of phase 1 cannot be set: it is eight hours. */
export const IPSEC_POLICIES: NonNullable<VirtualNetworkGatewayConnectionArgs["ipsecPolicies"]> = [
  {
    ikeEncryption: known(IKE_ENCRYPTION[phase1.encryption], phase1.encryption),
    ikeIntegrity: known(IKE_INTEGRITY[phase1.integrity], phase1.integrity),
    dhGroup: known(GROUPS[phase1.diffieHellmanGroup], phase1.diffieHellmanGroup),
    ipsecEncryption,
    // An authenticating cipher is its own integrity algorithm.
    ipsecIntegrity: ipsecEncryption,
    pfsGroup: known(GROUPS[phase2.perfectForwardSecrecyGroup], phase2.perfectForwardSecrecyGroup),
    saLifeTimeSeconds: phase2.lifetimeSeconds,
    // Azure's default, about 98 GiB: time is up long before.
    saDataSizeKilobytes: 102_400_000,
  },
];

function known(name: string | undefined, neutral: string | number): string {
  if (name === undefined)
    throw new Error(`infra/plan/ipsec.ts names "${neutral}", which Azure's VPN gateway does not have`);
  return name;
}
