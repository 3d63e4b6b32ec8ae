import type { VpnConnectionArgs } from "@pulumi/aws/ec2/vpnConnection.js";
import type { Unwrap } from "@pulumi/pulumi";
import { isAligned, parseRange } from "../../ipv4.ts";
import { between, oneOf } from "./resource.ts";

type Connection = Unwrap<VpnConnectionArgs>;

/** One tunnel's part of a connection's input, without the number in the names. */
export interface TunnelInputs {
  insideCidr?: string | undefined;
  presharedKey?: string | undefined;
  ikeVersions?: string[] | undefined;
  phase1EncryptionAlgorithms?: string[] | undefined;
  phase1IntegrityAlgorithms?: string[] | undefined;
  phase1DhGroupNumbers?: number[] | undefined;
  phase1LifetimeSeconds?: number | undefined;
  phase2EncryptionAlgorithms?: string[] | undefined;
  phase2IntegrityAlgorithms?: string[] | undefined;
  phase2DhGroupNumbers?: number[] | undefined;
  phase2LifetimeSeconds?: number | undefined;
  rekeyFuzzPercentage?: number | undefined;
  rekeyMarginTimeSeconds?: number | undefined;
  replayWindowSize?: number | undefined;
  dpdTimeoutAction?: string | undefined;
  dpdTimeoutSeconds?: number | undefined;
  startupAction?: string | undefined;
  logOptions?: Connection["tunnel1LogOptions"];
}

/** The properties `tunnel1…` or `tunnel2…` of a connection. */
export function tunnelInputs(connection: Partial<Connection>, number: 1 | 2): TunnelInputs {
  const prefix = `tunnel${number}`;
  return Object.fromEntries(
    Object.entries(connection)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.charAt(prefix.length).toLowerCase() + key.slice(prefix.length + 1), value]),
  ) as TunnelInputs;
}

/** Link-local /30s that AWS keeps for itself. */
const RESERVED = [0, 1, 2, 3, 4, 5].map((third) => `169.254.${third}.0/30`).concat("169.254.169.252/30");

const PHASE_1_GROUPS = [2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];
const PHASE_2_GROUPS = [2, 5, ...PHASE_1_GROUPS.slice(1)];
const ENCRYPTION = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"];
const INTEGRITY = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"];

/** What is wrong with one tunnel's options, each with the property's full name. */
export function tunnelProblems(number: 1 | 2, tunnel: TunnelInputs): [string, string][] {
  const name = (property: keyof TunnelInputs) =>
    `tunnel${number}${property.charAt(0).toUpperCase()}${property.slice(1)}`;
  const each = (property: keyof TunnelInputs, allowed: readonly (string | number)[]) =>
    ((tunnel[property] ?? []) as (string | number)[]).flatMap((value) => oneOf(name(property), value, allowed));
  const range = (property: keyof TunnelInputs, low: number, high: number) =>
    between(name(property), tunnel[property] as number | undefined, low, high);
  const phase1 = tunnel.phase1LifetimeSeconds ?? 28_800;
  const phase2 = tunnel.phase2LifetimeSeconds ?? 3_600;
  const margin = tunnel.rekeyMarginTimeSeconds;
  return [
    ...insideProblems(name("insideCidr"), tunnel.insideCidr),
    ...keyProblems(name("presharedKey"), tunnel.presharedKey),
    ...each("ikeVersions", ["ikev1", "ikev2"]),
    ...each("phase1EncryptionAlgorithms", ENCRYPTION),
    ...each("phase1IntegrityAlgorithms", INTEGRITY),
    ...each("phase1DhGroupNumbers", PHASE_1_GROUPS),
    ...each("phase2EncryptionAlgorithms", ENCRYPTION),
    ...each("phase2IntegrityAlgorithms", INTEGRITY),
    ...each("phase2DhGroupNumbers", PHASE_2_GROUPS),
    ...range("phase1LifetimeSeconds", 900, 28_800),
    ...range("phase2LifetimeSeconds", 900, 3_600),
    ...(phase2 > phase1
      ? ([
          [
            name("phase2LifetimeSeconds"),
            `phase 2 lifetime ${phase2} must be less than phase 1 lifetime ${phase1} (InvalidParameterCombination)`,
          ],
        ] as [string, string][])
      : []),
    ...range("rekeyFuzzPercentage", 0, 100),
    ...range("rekeyMarginTimeSeconds", 60, 1_800),
    ...(margin !== undefined && margin > phase2 / 2
      ? ([
          [
            name("rekeyMarginTimeSeconds"),
            `rekey margin ${margin} must be at most half of the phase 2 lifetime ${phase2} (InvalidParameterValue)`,
          ],
        ] as [string, string][])
      : []),
    ...range("replayWindowSize", 64, 2_048),
    ...range("dpdTimeoutSeconds", 30, Number.MAX_SAFE_INTEGER),
    ...oneOf(name("dpdTimeoutAction"), tunnel.dpdTimeoutAction, ["clear", "none", "restart"]),
    ...oneOf(name("startupAction"), tunnel.startupAction, ["add", "start"]),
    ...oneOf(name("logOptions"), tunnel.logOptions?.cloudwatchLogOptions?.logOutputFormat, ["json", "text"]),
    ...oneOf(name("logOptions"), tunnel.logOptions?.cloudwatchLogOptions?.bgpLogOutputFormat, ["json", "text"]),
  ];
}

function insideProblems(property: string, cidr: string | undefined): [string, string][] {
  if (cidr === undefined) return [];
  const parsed = parseRange(cidr);
  if (parsed?.prefix !== 30 || !isAligned(cidr) || !cidr.startsWith("169.254."))
    return [
      [property, `"${cidr}" must be a size /30 CIDR block from the 169.254.0.0/16 range (InvalidParameterValue)`],
    ];
  if (RESERVED.includes(cidr))
    return [[property, `"${cidr}" is reserved by AWS; reserved are ${RESERVED.join(", ")} (InvalidParameterValue)`]];
  return [];
}

function keyProblems(property: string, key: string | undefined): [string, string][] {
  if (key === undefined || /^(?!0)[A-Za-z0-9._]{8,64}$/.test(key)) return [];
  // The key itself is not repeated: messages end up in logs.
  return [
    [
      property,
      "the pre-shared key must be 8 to 64 letters, digits, dots and underscores, and cannot start with 0 (InvalidParameterValue: Value for parameter PreSharedKey is invalid)",
    ],
  ];
}

/** A usable inside range for any number. */
export const insideRange = (seed: number): string =>
  `169.254.${6 + (seed % 160)}.${(Math.floor(seed / 160) % 64) * 4}/30`;
