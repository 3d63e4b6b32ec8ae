import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { invalid, PROVIDER } from "./errors.ts";

/** Regions with the last letters of their zones' names (cloud.google.com/compute/docs/regions-zones). */
const ZONES: Record<string, string> = {
  "africa-south1": "abc",
  "asia-east1": "abc",
  "asia-east2": "abc",
  "asia-northeast1": "abc",
  "asia-northeast2": "abc",
  "asia-northeast3": "abc",
  "asia-south1": "abc",
  "asia-south2": "abc",
  "asia-southeast1": "abc",
  "asia-southeast2": "abc",
  "asia-southeast3": "abc",
  "australia-southeast1": "abc",
  "australia-southeast2": "abc",
  "europe-central2": "abc",
  "europe-north1": "abc",
  "europe-north2": "abc",
  "europe-southwest1": "abc",
  "europe-west1": "bcd",
  "europe-west10": "abc",
  "europe-west12": "abc",
  "europe-west2": "abc",
  "europe-west3": "abc",
  "europe-west4": "abc",
  "europe-west6": "abc",
  "europe-west8": "abc",
  "europe-west9": "abc",
  "me-central1": "abc",
  "me-central2": "abc",
  "me-west1": "abc",
  "northamerica-northeast1": "abc",
  "northamerica-northeast2": "abc",
  "northamerica-south1": "abc",
  "southamerica-east1": "abc",
  "southamerica-west1": "abc",
  "us-central1": "abcf",
  "us-east1": "bcd",
  "us-east4": "abc",
  "us-east5": "abc",
  "us-south1": "abc",
  "us-west1": "abc",
  "us-west2": "abc",
  "us-west3": "abc",
  "us-west4": "abc",
};

/** Dual- and multi-regions of Cloud Storage, with the KMS location whose keys they take. */
const MULTI_REGIONS: Record<string, string> = {
  us: "us",
  eu: "europe",
  asia: "asia",
  nam4: "nam4",
  eur4: "eur4",
  eur5: "eur5",
  eur7: "eur7",
  eur8: "eur8",
  asia1: "asia1",
};

const KMS_MULTI_REGIONS = [
  "global",
  "us",
  "europe",
  "asia",
  "nam3",
  "nam4",
  "nam6",
  "nam9",
  "eur3",
  "eur4",
  "eur5",
  "eur6",
  "asia1",
  "ca",
];

export const isRegion = (name: string): boolean => ZONES[name] !== undefined;

export const zonesOf = (region: string): string[] => [...(ZONES[region] ?? "")].map((letter) => `${region}-${letter}`);

export const isZone = (name: string): boolean => zonesOf(regionOfLocation(name)).includes(name);

/** The region of a location that is a region or a zone. */
export const regionOfLocation = (location: string): string => location.replace(/-[a-z]$/, "");

export const isStorageLocation = (name: string): boolean => isRegion(name) || MULTI_REGIONS[name] !== undefined;

export const isSingleRegion = (storageLocation: string): boolean => isRegion(storageLocation);

/** The KMS location whose keys encrypt a bucket in this location. */
export const kmsLocationOf = (storageLocation: string): string => MULTI_REGIONS[storageLocation] ?? storageLocation;

export const isKmsLocation = (name: string): boolean => isRegion(name) || KMS_MULTI_REGIONS.includes(name);

/** The region of a regional resource: its own, else the provider's. */
export function regionOf(input: { region?: string | undefined }, world: World): string {
  const { region: configured, zone } = world.config as { region?: string; zone?: string };
  const region = input.region ?? configured ?? (zone === undefined ? undefined : regionOfLocation(zone));
  if (region === undefined) {
    return refuse(PROVIDER, "Cannot determine region: set in this resource, or set provider-level 'region' or 'zone'.");
  }
  const name = region.slice(region.lastIndexOf("/") + 1);
  if (!isRegion(name)) invalid("region", region, "Unknown region.");
  return name;
}

/** For types that stand in no region. */
export const everywhere = (): string => "global";
