/** AWS regions with the letters of their zones, and the zones in which EKS makes no control plane. */
const REGIONS: Record<string, { zones: string; noEks?: string }> = {
  "us-east-1": { zones: "abcdef", noEks: "e" },
  "us-east-2": { zones: "abc" },
  "us-west-1": { zones: "ab" },
  "us-west-2": { zones: "abcd" },
  "ca-central-1": { zones: "abd" },
  "ca-west-1": { zones: "abc" },
  "mx-central-1": { zones: "abc" },
  "sa-east-1": { zones: "abc" },
  "eu-west-1": { zones: "abc" },
  "eu-west-2": { zones: "abc" },
  "eu-west-3": { zones: "abc" },
  "eu-central-1": { zones: "abc" },
  "eu-central-2": { zones: "abc" },
  "eu-north-1": { zones: "abc" },
  "eu-south-1": { zones: "abc" },
  "eu-south-2": { zones: "abc" },
  "il-central-1": { zones: "abc" },
  "me-south-1": { zones: "abc" },
  "me-central-1": { zones: "abc" },
  "af-south-1": { zones: "abc" },
  "ap-east-1": { zones: "abc" },
  "ap-east-2": { zones: "abc" },
  "ap-south-1": { zones: "abc" },
  "ap-south-2": { zones: "abc" },
  "ap-southeast-1": { zones: "abc" },
  "ap-southeast-2": { zones: "abc" },
  "ap-southeast-3": { zones: "abc" },
  "ap-southeast-4": { zones: "abc" },
  "ap-southeast-5": { zones: "abc" },
  "ap-southeast-6": { zones: "abc" },
  "ap-southeast-7": { zones: "abc" },
  "ap-northeast-1": { zones: "acd" },
  "ap-northeast-2": { zones: "abcd" },
  "ap-northeast-3": { zones: "abc" },
};

export const regionNames = Object.keys(REGIONS);

/** Zone names of a region, such as `us-east-1a`. */
export const zonesOf = (region: string): string[] =>
  [...(REGIONS[region]?.zones ?? "")].map((letter) => `${region}${letter}`);

/** Zones whose subnets EKS accepts for a control plane. */
export const eksZonesOf = (region: string): string[] =>
  zonesOf(region).filter((zone) => !(REGIONS[region]?.noEks ?? "").includes(zone.slice(-1)));

/** Id of a zone, the same in all accounts: `us-east-1a` is `use1-az1` here, since the simulated account maps letters in order. */
export function zoneId(zone: string): string {
  const region = zone.slice(0, -1);
  const [area = "", place = "", number = ""] = region.split("-");
  const direction = place.replace(
    /^(north|south|east|west|central)(east|west)?$/,
    (_, first: string, second = "") => `${first[0]}${String(second).slice(0, 1)}`,
  );
  return `${area}${direction}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}
