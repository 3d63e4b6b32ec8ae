import { rule } from "../../rule.ts";
import { exactly, only, settings } from "../../settings.ts";
import { rfc } from "../../sources/standards.ts";

/** Per tunnel on AWS, where a list that is left out takes in SHA-1 and 1024-bit groups. */
const awsTunnel = (tunnel: 1 | 2) => ({
  [`tunnel${tunnel}IkeVersions`]: only("ikev2"),
  [`tunnel${tunnel}Phase1EncryptionAlgorithms`]: only("AES256", "AES256-GCM-16"),
  [`tunnel${tunnel}Phase1IntegrityAlgorithms`]: only("SHA2-384", "SHA2-512"),
  [`tunnel${tunnel}Phase1DhGroupNumbers`]: only(19, 20, 21),
  [`tunnel${tunnel}Phase2EncryptionAlgorithms`]: only("AES256-GCM-16"),
  [`tunnel${tunnel}Phase2IntegrityAlgorithms`]: only("SHA2-384", "SHA2-512"),
  [`tunnel${tunnel}Phase2DhGroupNumbers`]: only(19, 20, 21),
});

export default rule({
  id: "MSH-008",
  title: "Tunnels negotiate IKEv2 with AES-256, SHA-2 and elliptic curves, and nothing weaker",
  severity: "high",
  why: "The weakest proposal that both ends list is the one that an attacker in the middle can make them take.",
  sources: [rfc(8247, "which algorithms IKEv2 must, should and must not use")],
  fix: "Take the stack's one proposal (infra/plan/ipsec.ts) in the cloud's words.",
  ...settings({
    "aws:ec2/vpnConnection:VpnConnection": { ...awsTunnel(1), ...awsTunnel(2) },
    "azure-native:network:VirtualNetworkGatewayConnection": {
      connectionProtocol: exactly("IKEv2"),
      "ipsecPolicies[].ikeEncryption": exactly("AES256", "GCMAES256"),
      "ipsecPolicies[].ikeIntegrity": exactly("SHA384"),
      "ipsecPolicies[].dhGroup": exactly("ECP256", "ECP384"),
      "ipsecPolicies[].ipsecEncryption": exactly("GCMAES256"),
      "ipsecPolicies[].ipsecIntegrity": exactly("GCMAES256"),
      "ipsecPolicies[].pfsGroup": exactly("ECP256", "ECP384"),
    },
    "gcp:compute/vPNTunnel:VPNTunnel": {
      ikeVersion: exactly(2),
      "cipherSuite.phase1.encryptions": only("AES-CBC-256", "AES-GCM-16-256"),
      "cipherSuite.phase1.integrities": only("HMAC-SHA2-384-192", "HMAC-SHA2-512-256"),
      "cipherSuite.phase1.dhs": only("Group-19", "Group-20", "Group-21"),
      "cipherSuite.phase2.encryptions": only("AES-GCM-16-256"),
      "cipherSuite.phase2.pfs": only("Group-19", "Group-20", "Group-21"),
    },
  }),
});
