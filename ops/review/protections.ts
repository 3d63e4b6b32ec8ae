import type { PropertyChange } from "./model.ts";

/** A change of one property that takes a protection away, or lets somebody in. */
export interface Lowering {
  class: "lower-protection" | "widen-access";
  change: PropertyChange;
}

const last = (path: string): string => /([A-Za-z]+)[^A-Za-z]*$/.exec(path)?.[1] ?? "";

/** Properties that protect while they are true. */
const PROTECTS =
  /^(?:protect|deletionProtection(?:Enabled)?|enableDeletionProtection|enablePurgeProtection|enableKeyRotation|bypassPolicyLockoutSafetyCheck|preventDestroy|readOnlyRootFilesystem|runAsNonRoot|enableHttpsTrafficOnly|supportsHttpsTrafficOnly|requireInfrastructureEncryption|enableRbacAuthorization|disableLocalAccounts|enableShieldedNodes|enableSecureBoot|enableIntegrityMonitoring|sniStrict|encrypted|isEnabled)$/;
/** Properties that let somebody in, or let go, while they are true. */
const EXPOSES =
  /^(?:forceDestroy|skipFinalSnapshot|endpointPublicAccess|allowBlobPublicAccess|allowSharedKeyAccess|mapPublicIpOnLaunch|publiclyAccessible|privileged|hostNetwork|hostPID|hostIPC|allowPrivilegeEscalation|automountServiceAccountToken)$/;
const KEEPS_OUT =
  /^(?:blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets|endpointPrivateAccess|enablePrivateNodes|enablePrivateEndpoint|enablePrivateCluster|uniformBucketLevelAccess)$/;
/** Figures that protect the less the lower they are. */
const AMOUNTS =
  /^(?:retention(?:InDays|Days)?|softDeleteRetentionInDays|deletionWindowInDays|retentionPeriod|minAvailable|revisionHistoryLimit|logDays)$/;
/** Texts that protect, the best first. */
const LADDERS: readonly { property: RegExp; steps: readonly string[] }[] = [
  { property: /^(?:minimumTlsVersion|minTlsVersion|minVersion)$/, steps: ["13", "12", "11", "10"] },
  { property: /^enforce$/, steps: ["restricted", "baseline", "privileged"] },
  { property: /^status$/, steps: ["enabled", "suspended", "disabled"] },
  { property: /^publicAccessPrevention$/, steps: ["enforced", "inherited"] },
  { property: /^(?:httpTokens)$/, steps: ["required", "optional"] },
];
const CUSTOMER_KEY =
  /^(?:kmsKeyId|kmsKeyArn|keyArn|kmsMasterKeyId|kmsKeyName|defaultKmsKeyName|diskEncryptionSetID|keyUri|keyName|cryptoKey\w*)$/;
/** Properties whose elements are addresses or principals that are let in. */
const SOURCES = /cidr|source|address_?prefix|authorizedNetworks|ipRules|ranges|principal|members?$/i;
const ANYONE = /^(?:0\.0\.0\.0\/0|::\/0|\*|Internet|Any|allUsers|allAuthenticatedUsers)$/i;

/** What a changed property takes away, if anything. */
export function loweringOf(change: PropertyChange): Lowering | undefined {
  const name = last(change.path.split(" → ").at(-1) ?? change.path);
  const { from, to } = change;
  if (change.change === "reordered" || change.secret === true) return undefined;
  const lowered = { class: "lower-protection", change } as const;
  const widened = { class: "widen-access", change } as const;
  if (PROTECTS.test(name) && from === "true" && to !== "true" && change.unknown !== true) return lowered;
  if (KEEPS_OUT.test(name) && from === "true" && to !== "true" && change.unknown !== true) return widened;
  if (EXPOSES.test(name) && to === "true") return /^(?:forceDestroy|skipFinalSnapshot)$/.test(name) ? lowered : widened;
  if (AMOUNTS.test(name) && Number(to) < Number(from)) return lowered;
  if (CUSTOMER_KEY.test(name) && change.change === "removed") return lowered;
  if (/^publicNetworkAccess$/.test(name) && /^enabled$/i.test(to ?? "")) return widened;
  const ladder = LADDERS.find(({ property }) => property.test(name));
  if (ladder !== undefined) {
    const place = (text: string | undefined) =>
      ladder.steps.indexOf((text ?? "").toLowerCase().replace(/^(?:tls|version)|[^a-z0-9]/g, ""));
    if (place(from) >= 0 && (place(to) > place(from) || change.change === "removed")) return lowered;
  }
  if (SOURCES.test(change.path) && widens(from, to)) return widened;
  if (/(?:^|\.)actions?(?:\[|$)/i.test(change.path) && to !== undefined && /(?:^|:)\*$/.test(to)) return widened;
  return undefined;
}

/** Whether addresses or principals come in that were not there, or a range grows. */
function widens(from: string | undefined, to: string | undefined): boolean {
  if (to === undefined) return false;
  const elements = (text: string): string[] => text.match(/[^[\]",{}\s]+/g) ?? [];
  const before = from === undefined ? [] : elements(from);
  return elements(to).some((element) => {
    if (before.includes(element)) return false;
    if (ANYONE.test(element)) return true;
    const size = prefixLength(element);
    // In place of a smaller range; a new one beside others is what a person reads in the list of changes.
    return size !== undefined && before.some((old) => (prefixLength(old) ?? -1) > size);
  });
}

const prefixLength = (text: string): number | undefined => {
  const [, length] = /^[\d.:a-f]+\/(\d{1,3})$/i.exec(text) ?? [];
  return length === undefined ? undefined : Number(length);
};

/** Types whose objects protect others by being there. */
const GUARDS =
  /^(?:kubernetes:networking\.k8s\.io\/v1:NetworkPolicy|kubernetes:policy\/v1:PodDisruptionBudget|kubernetes:core\/v1:(?:ResourceQuota|LimitRange)|aws:s3\/bucket(?:PublicAccessBlock|Policy|Versioning|ServerSideEncryptionConfiguration|OwnershipControls):.*|azure-native:authorization:ManagementLock\w*|aws:ec2\/(?:flowLog|defaultSecurityGroup):.*|azure-native:(?:network:FlowLog|insights:DiagnosticSetting|monitor:DiagnosticSetting)|kubernetes:traefik\.io\/v1alpha1:(?:TLSOption|Middleware)|gcp:logging\/projectSink:.*)$/;

export const guards = (type: string): boolean => GUARDS.test(type);
