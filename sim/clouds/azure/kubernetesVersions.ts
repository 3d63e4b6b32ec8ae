import { refuse } from "../../service.ts";

/** Minor versions that AKS supports, each with its latest patch; and those that only long-term support still gets. */
const SUPPORTED: Record<string, number> = { "1.33": 9, "1.34": 7, "1.35": 4, "1.36": 2 };
const LONG_TERM: Record<string, number> = { "1.30": 100, "1.31": 100, "1.32": 100 };
const DEFAULT_MINOR = "1.34";

/** The full version that AKS runs for an asked one: a minor version alone gets its latest patch. */
export function fullVersion(asked: string | undefined): string {
  const minor = minorOf(asked ?? DEFAULT_MINOR);
  const patch = SUPPORTED[minor] ?? LONG_TERM[minor] ?? 0;
  return asked !== undefined && asked.split(".").length === 3 ? asked : `${minor}.${patch}`;
}

/** The minor version as a number, to compare. */
export const minorNumber = (version: string): number => Number(version.split(".")[1] ?? 0);

export function checkVersion(asked: string | undefined, cluster: string, longTerm: boolean): void {
  if (asked === undefined) return;
  const minor = minorOf(asked);
  const latest = SUPPORTED[minor] ?? LONG_TERM[minor];
  const patch = Number(asked.split(".")[2] ?? 0);
  if (!/^\d+\.\d+(\.\d+)?$/.test(asked) || latest === undefined || patch > latest) {
    refuse(
      "K8sVersionNotSupported",
      `Version ${asked} is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`,
    );
  }
  if (SUPPORTED[minor] === undefined && !longTerm) {
    refuse(
      "K8sVersionNotSupported",
      `Managed cluster ${cluster} is on version ${fullVersion(asked)} which is only available for Long-Term Support (LTS). If you intend to onboard to LTS, please ensure the cluster is in Premium tier and LTS support plan. Otherwise, use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`,
    );
  }
}

/** A control plane moves up by one minor version at a time, and never down. */
export function checkUpgrade(from: string, to: string): void {
  const step = minorNumber(to) - minorNumber(from);
  if (step < 0) {
    refuse(
      "OperationNotAllowed",
      `Upgrading Kubernetes version ${from} to ${to} is not allowed. Downgrade is not supported.`,
    );
  }
  if (step > 1) {
    refuse(
      "OperationNotAllowed",
      `Upgrading Kubernetes version ${from} to ${to} is not allowed. Available upgrades: minor version ${minorNumber(from) + 1}. Minor versions cannot be skipped.`,
    );
  }
}

const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");

/** Name of the image that nodes start from. */
export const nodeImage = (osSku: string | undefined): string =>
  osSku?.startsWith("AzureLinux") === true
    ? "AKSAzureLinux-V3gen2-202611.01.0"
    : "AKSUbuntu-2404gen2containerd-202611.01.0";
