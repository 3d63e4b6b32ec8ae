import type { VPNTunnel } from "@pulumi/gcp/compute/vpntunnel.js";
import type { OutputsOf } from "../../service.ts";

type CipherSuite = OutputsOf<VPNTunnel>["cipherSuite"];

/** What Cloud VPN takes where no suite is set, as far as the other clouds have it too. */
const DEFAULT = {
  phase1: {
    encryptions: ["AES-CBC-128", "AES-CBC-256", "AES-GCM-16-128", "AES-GCM-16-256"],
    integrities: ["HMAC-SHA1-96", "HMAC-SHA2-256-128", "HMAC-SHA2-384-192", "HMAC-SHA2-512-256"],
    dhs: ["Group-2", "Group-5", "Group-14", "Group-15", "Group-16", "Group-18", "Group-19", "Group-20", "Group-21"],
  },
  phase2: {
    encryptions: ["AES-CBC-128", "AES-CBC-256", "AES-GCM-16-128", "AES-GCM-16-256"],
    integrities: ["HMAC-SHA1-96", "HMAC-SHA2-256-128", "HMAC-SHA2-512-256"],
    pfs: ["Group-2", "Group-5", "Group-14", "Group-15", "Group-16", "Group-18", "Group-19", "Group-20", "Group-21"],
  },
};

/** A cipher suite in the oracle's neutral form: `aes256-sha384-dh20` and `aes256gcm-dh20`. */
export function proposals(suite: CipherSuite): { phase1: string[]; phase2: string[] } {
  const phase1 = { ...DEFAULT.phase1, ...given(suite?.phase1) };
  const phase2 = { ...DEFAULT.phase2, ...given(suite?.phase2) };
  return {
    phase1: combine(phase1.encryptions, phase1.integrities, phase1.dhs),
    phase2: combine(phase2.encryptions, phase2.integrities, phase2.pfs),
  };
}

/** The lists that a suite sets; an empty one means the default, as in the API. */
const given = (phase: object | undefined) =>
  Object.fromEntries(Object.entries(phase ?? {}).filter(([, list]) => Array.isArray(list) && list.length > 0));

function combine(encryptions: string[], integrities: string[], groups: string[]): string[] {
  return encryptions.flatMap((encryption) =>
    groups.flatMap((group) => {
      const dh = group.replace("Group-", "dh");
      const [, mode, size] = /^AES-(CBC|GCM)-(?:16-)?(\d+)$/.exec(encryption) ?? [];
      if (mode === "GCM") return [`aes${size}gcm-${dh}`];
      return integrities.map((integrity) => `aes${size ?? encryption}-${hash(integrity)}-${dh}`);
    }),
  );
}

const hash = (integrity: string): string => /SHA2-(\d+)/.exec(integrity)?.[1]?.replace(/^/, "sha") ?? "sha1";
