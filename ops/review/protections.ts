import type { PropertyChange } from "./model.ts";
import { childPath, isList, isObject } from "./propertyDiff.ts";
import type { Shown } from "./redaction.ts";
import { shown } from "./shownValue.ts";

/** A change of one property that takes a protection away, or lets somebody in. */
export interface Lowering {
  class: "lower-protection" | "widen-access";
  change: PropertyChange;
}

/** Properties that protect while they are true. */
const PROTECTS =
  /^(?:protect|deletionProtection(?:Enabled)?|enableDeletionProtection|enablePurgeProtection|enableSoftDelete|enableKeyRotation|preventDestroy|readOnlyRootFilesystem|runAsNonRoot|enableHttpsTrafficOnly|supportsHttpsTrafficOnly|requireInfrastructureEncryption|enableEncryptionAtHost|enableRbacAuthorization|enableAzureRBAC|enableRBAC|disableLocalAccounts|disableLocalAuth|disableRunCommand|enableShieldedNodes|enableSecureBoot|enableVTPM|enableIntegrityMonitoring|sniStrict|encrypted|isEnabled|isVersioningEnabled)$/;
/** Those that only say `enabled`, with what they enable. */
const ENABLES =
  /^(?:versioning|networkPolicy|deleteRetentionPolicy|containerDeleteRetentionPolicy|retentionPolicy|azureKeyVaultKms)\.enabled$/;
/** Properties that let somebody in while they are true. */
const EXPOSES =
  /^(?:endpointPublicAccess|allowBlobPublicAccess|allowSharedKeyAccess|mapPublicIpOnLaunch|publiclyAccessible|privileged|hostNetwork|hostPID|hostIPC|allowPrivilegeEscalation|automountServiceAccountToken)$/;
/** Those of them that are true where nobody says anything. */
const EXPOSES_BY_DEFAULT =
  /^(?:endpointPublicAccess|allowSharedKeyAccess|allowPrivilegeEscalation|automountServiceAccountToken)$/;
/** Properties that take a safety catch off while they are true. */
const LETS_GO = /^(?:forceDestroy|skipFinalSnapshot|bypassPolicyLockoutSafetyCheck)$/;
const KEEPS_OUT =
  /^(?:blockPublicAcls|blockPublicPolicy|ignorePublicAcls|restrictPublicBuckets|endpointPrivateAccess|enablePrivateNodes|enablePrivateEndpoint|enablePrivateCluster|privateEndpointEnforcementEnabled|uniformBucketLevelAccess)$/;
/** Figures that protect the less the lower they are. */
const AMOUNTS =
  /\.(?:retention(?:InDays|Days)?|softDeleteRetentionInDays|deletionWindowInDays|retentionPeriod|retentionDurationSeconds|destroyScheduledDuration|minAvailable|revisionHistoryLimit|logDays)$|etentionPolicy\.days$/;
/** Figures that protect the less the higher they are. */
const PERIODS = /^rotationPeriod$/;
/** Properties that protect by being there: a customer's own key, a kind of log, a direction that policies govern. */
const PRESENT =
  /^(?:kmsKeyId|kmsKeyArn|keyArn|kmsMasterKeyId|kmsKeyName|defaultKmsKeyName|diskEncryptionSetID|keyUri|keyName|cryptoKey\w*|rotationPeriod|networkPolicy|enabledClusterLogTypes|policyTypes)$/;

/** Texts that protect, the best first. */
interface Ladder {
  property: RegExp;
  steps: readonly string[];
  /** What holds where nobody says anything. @default the last step */
  absent?: string;
  class?: Lowering["class"];
}

const LADDERS: readonly Ladder[] = [
  { property: /^(?:minimumTlsVersion|minTlsVersion|minVersion)$/, steps: ["13", "12", "11", "10"] },
  { property: /^enforce$/, steps: ["restricted", "baseline", "privileged"] },
  { property: /^status$/, steps: ["enabled", "suspended", "disabled"] },
  { property: /^state$/, steps: ["encrypted", "decrypted"] },
  { property: /^publicAccessPrevention$/, steps: ["enforced", "inherited"] },
  { property: /^httpTokens$/, steps: ["required", "optional"] },
  { property: /^Effect$/, steps: ["deny", "allow"] },
  { property: /^defaultAction$/, steps: ["deny", "allow"], class: "widen-access" },
  { property: /^publicAccess$/, steps: ["none", "blob", "container"], absent: "none", class: "widen-access" },
];
/** Properties whose elements are addresses or principals that are let in. */
const SOURCES = /cidr|(?<!re)source|address_?prefix|authorizedNetworks|ipRules|ranges|principal|members?$/i;
/** Whoever is let in may come from any port. */
const PORTS = /[pP]ort(?:Range)?s?$/;
const ANYONE = /^(?:0\.0\.0\.0\/0|::\/0|\*|Internet|Any|allUsers|allAuthenticatedUsers)$/i;

/** What the changed properties of a resource take away, if anything. */
export function loweringsIn(changes: readonly PropertyChange[]): Lowering[] {
  const each = changes.flatMap(leavesOf);
  // What a new statement names that denies is kept out by it.
  const denying = each.flatMap(({ path, change, to }) =>
    change === "added" && to === "Deny" && path.endsWith(".Effect") ? path.slice(0, -"Effect".length) : [],
  );
  return each
    .filter(({ path, change }) => change !== "added" || !denying.some((statement) => path.startsWith(statement)))
    .flatMap((change) => loweringOf(change) ?? []);
}

/** A short object or list that is new or gone is one change: what it holds is what tells. */
function leavesOf(change: PropertyChange): PropertyChange[] {
  const { path, change: kind, from, to } = change;
  if (kind !== "added" && kind !== "removed") return [change];
  const value = parsed(kind === "added" ? to : from);
  if (value === undefined) return [change];
  return leaves(value, path).map(([at, text]) =>
    kind === "added" ? { path: at, change: kind, to: text } : { path: at, change: kind, from: text },
  );
}

function parsed(text = ""): Shown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Shown;
  } catch {
    // It only begins like one.
    return undefined;
  }
}

function leaves(value: Shown, path: string): [path: string, text: string][] {
  if (isList(value)) return value.flatMap((member, index) => leaves(member, `${path}[${index}]`));
  if (isObject(value)) return Object.entries(value).flatMap(([key, member]) => leaves(member, childPath(path, key)));
  return [[path, shown(value)]];
}

function loweringOf(change: PropertyChange): Lowering | undefined {
  const { path, from, to, unknown } = change;
  const names = path.slice(path.lastIndexOf(" → ") + 1).match(/[A-Za-z]+/g) ?? [];
  const [name = "", owner = ""] = names.toReversed();
  const qualified = `${owner}.${name}`;
  const removed = change.change === "removed";
  if (change.change === "reordered" || change.secret === true) return undefined;
  const lowered = { class: "lower-protection", change } as const;
  const widened = { class: "widen-access", change } as const;
  const ends = from === "true" && to !== "true" && unknown !== true;
  if (ends && (PROTECTS.test(name) || ENABLES.test(qualified))) return lowered;
  if (ends && KEEPS_OUT.test(name)) return widened;
  if (to === "true" && LETS_GO.test(name)) return lowered;
  if (to === "true" && EXPOSES.test(name)) return widened;
  if (removed && from === "false" && EXPOSES_BY_DEFAULT.test(name)) return widened;
  if (AMOUNTS.test(qualified) && less(to, from)) return lowered;
  if (PERIODS.test(name) && less(from, to)) return lowered;
  if (PRESENT.test(name) && removed) return lowered;
  if (name === "publicNetworkAccess" && (removed ? /^disabled$/i.test(from ?? "") : /^enabled$/i.test(to ?? "")))
    return widened;
  const ladder = LADDERS.find(({ property }) => property.test(name));
  if (ladder !== undefined && descends(ladder, change)) return { class: ladder.class ?? "lower-protection", change };
  if (SOURCES.test(path) && !PORTS.test(name) && widens(from, to)) return widened;
  if (/(?:^|\.)actions?(?:\[|$)/i.test(path) && to !== undefined && /(?:^|:)\*$/.test(to)) return widened;
  // What an existing statement is about; a new one is told by its actions.
  if (/(?:^|\.)Resource(?:\[|$)/.test(path) && change.change === "changed" && to === "*") return widened;
  return undefined;
}

/** Such as `7` and `30`, or `86400s` and `604800s`. */
function less(one = "", other = ""): boolean {
  const [a, b] = [one, other].map((text) => /^([\d.]+)([a-z]*)$/.exec(text) ?? []);
  return a?.[2] === b?.[2] && Number(a?.[1]) < Number(b?.[1]);
}

function descends({ steps, absent = steps.at(-1) ?? "" }: Ladder, { change, from, to }: PropertyChange): boolean {
  const place = (text = "") =>
    steps.indexOf(
      text
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, "")
        .replace(/^(?:version)?(?:tlsv?)?/, ""),
    );
  const before = place(change === "added" ? absent : from);
  return before >= 0 && place(change === "removed" ? absent : to) > before;
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
