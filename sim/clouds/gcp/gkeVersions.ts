import { bad } from "./errors.ts";

/** Patch versions that GKE offers of each Kubernetes minor version. */
const PATCHES: Record<string, string> = {
  "1.30": "1.30.14-gke.2157000",
  "1.31": "1.31.14-gke.1889000",
  "1.32": "1.32.13-gke.1318000",
  "1.33": "1.33.12-gke.1046000",
  "1.34": "1.34.8-gke.1103000",
  "1.35": "1.35.5-gke.1021000",
  "1.36": "1.36.3-gke.1009000",
  "1.37": "1.37.1-gke.1002000",
};

const MINORS: Record<string, string[]> = {
  RAPID: ["1.34", "1.35", "1.36", "1.37"],
  REGULAR: ["1.33", "1.34", "1.35", "1.36"],
  STABLE: ["1.33", "1.34", "1.35"],
  EXTENDED: ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36"],
  UNSPECIFIED: ["1.33", "1.34", "1.35", "1.36"],
};
const DEFAULT: Record<string, string> = {
  RAPID: "1.36",
  REGULAR: "1.35",
  STABLE: "1.34",
  EXTENDED: "1.35",
  UNSPECIFIED: "1.35",
};

export const CHANNELS = Object.keys(MINORS);

/** The version that GKE chooses for a wish such as `1.35`, `1.35.5-gke.1021000`, `latest` or none. */
export function chooseVersion(wish: string | undefined, channel: string): string {
  const minors = MINORS[channel] ?? [];
  const versions = minors.map((minor) => PATCHES[minor] ?? "");
  if (wish === undefined || wish === "" || wish === "-") return PATCHES[DEFAULT[channel] ?? ""] ?? "";
  if (wish === "latest") return versions.at(-1) ?? "";
  const exact = /-gke\.\d+$/.test(wish);
  const found = versions.find(
    (version) => version === wish || (!exact && (version.startsWith(`${wish}.`) || version.startsWith(`${wish}-`))),
  );
  if (found !== undefined) return found;
  if (!exact) return bad(`No valid versions with the prefix "${wish}" found.`);
  if (channel === "UNSPECIFIED") return bad(`Master version "${wish}" is unsupported.`);
  return bad(`Master version must be one of "${channel}" channel supported versions [${versions.join(", ")}].`);
}

export const minorOf = (version: string): number => Number(version.split(".")[1]);

/** A control plane goes up by one minor version at a time and never down. */
export function demandUpgrade(from: string, to: string): void {
  const step = minorOf(to) - minorOf(from);
  if (step < 0)
    bad(`Master cannot be downgraded from "${from}" to "${to}": minor version downgrades are not supported.`);
  if (step > 1)
    bad(
      `Master cannot be upgraded to "${to}": cannot upgrade more than one minor version at a time (currently at "${from}").`,
    );
}
