import type { VpnConnectionArgs } from "@pulumi/aws/ec2/vpnConnection.js";
import type { Input } from "@pulumi/pulumi";
import { IPSEC_PROPOSAL } from "../plan/ipsec.ts";
import type { Tunnel } from "../plan/topology.ts";

const { phase1, phase2 } = IPSEC_PROPOSAL;

/** The stack's one proposal in AWS's names; AWS would else accept SHA-1 and 1024-bit groups too. */
const PROPOSAL = {
  ikeVersions: [`ikev${IPSEC_PROPOSAL.ikeVersion}`],
  phase1Encryption: [{ "AES-256-CBC": "AES256" }[phase1.encryption]],
  phase1Integrity: [phase1.integrity],
  phase1Groups: [phase1.diffieHellmanGroup],
  phase2Encryption: [{ "AES-256-GCM": "AES256-GCM-16" }[phase2.encryption]],
  // Not negotiated with GCM, but the default list names SHA-1.
  phase2Integrity: [phase1.integrity],
  phase2Groups: [phase2.perfectForwardSecrecyGroup],
};

type TunnelOptions = Pick<VpnConnectionArgs, Extract<keyof VpnConnectionArgs, `tunnel${1 | 2}${string}`>>;

/**
 * The two tunnels of a VPN connection: inside ranges and keys from the plan, both ends starting the negotiation, so that a
 * tunnel comes back whichever end notices the loss first, and IKE and BGP logs in the log group.
 */
export function tunnelOptions(
  first: Tunnel,
  firstKey: Input<string>,
  second: Tunnel,
  secondKey: Input<string>,
  logGroupArn: Input<string>,
): TunnelOptions {
  const logs = {
    cloudwatchLogOptions: {
      logEnabled: true,
      logGroupArn,
      logOutputFormat: "json",
      bgpLogEnabled: true,
      bgpLogGroupArn: logGroupArn,
      bgpLogOutputFormat: "json",
    },
  };
  return {
    tunnel1InsideCidr: first.inside,
    tunnel1PresharedKey: firstKey,
    tunnel1IkeVersions: PROPOSAL.ikeVersions,
    tunnel1Phase1EncryptionAlgorithms: PROPOSAL.phase1Encryption,
    tunnel1Phase1IntegrityAlgorithms: PROPOSAL.phase1Integrity,
    tunnel1Phase1DhGroupNumbers: PROPOSAL.phase1Groups,
    tunnel1Phase1LifetimeSeconds: phase1.lifetimeSeconds,
    tunnel1Phase2EncryptionAlgorithms: PROPOSAL.phase2Encryption,
    tunnel1Phase2IntegrityAlgorithms: PROPOSAL.phase2Integrity,
    tunnel1Phase2DhGroupNumbers: PROPOSAL.phase2Groups,
    tunnel1Phase2LifetimeSeconds: phase2.lifetimeSeconds,
    tunnel1StartupAction: "start",
    tunnel1DpdTimeoutAction: "restart",
    tunnel1LogOptions: logs,
    tunnel2InsideCidr: second.inside,
    tunnel2PresharedKey: secondKey,
    tunnel2IkeVersions: PROPOSAL.ikeVersions,
    tunnel2Phase1EncryptionAlgorithms: PROPOSAL.phase1Encryption,
    tunnel2Phase1IntegrityAlgorithms: PROPOSAL.phase1Integrity,
    tunnel2Phase1DhGroupNumbers: PROPOSAL.phase1Groups,
    tunnel2Phase1LifetimeSeconds: phase1.lifetimeSeconds,
    tunnel2Phase2EncryptionAlgorithms: PROPOSAL.phase2Encryption,
    tunnel2Phase2IntegrityAlgorithms: PROPOSAL.phase2Integrity,
    tunnel2Phase2DhGroupNumbers: PROPOSAL.phase2Groups,
    tunnel2Phase2LifetimeSeconds: phase2.lifetimeSeconds,
    tunnel2StartupAction: "start",
    tunnel2DpdTimeoutAction: "restart",
    tunnel2LogOptions: logs,
  };
}
