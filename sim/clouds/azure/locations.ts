import { refuse } from "../../service.ts";

/** Azure's public locations and whether they have three availability zones. */
const LOCATIONS: Record<string, boolean> = {
  australiacentral: false,
  australiaeast: true,
  australiasoutheast: false,
  austriaeast: true,
  belgiumcentral: true,
  brazilsouth: true,
  canadacentral: true,
  canadaeast: false,
  centralindia: true,
  centralus: true,
  chilecentral: true,
  denmarkeast: true,
  eastasia: true,
  eastus: true,
  eastus2: true,
  francecentral: true,
  francesouth: false,
  germanynorth: false,
  germanywestcentral: true,
  indonesiacentral: true,
  israelcentral: true,
  italynorth: true,
  japaneast: true,
  japanwest: true,
  jioindiawest: false,
  koreacentral: true,
  koreasouth: false,
  malaysiawest: true,
  mexicocentral: true,
  newzealandnorth: true,
  northcentralus: false,
  northeurope: true,
  norwayeast: true,
  norwaywest: false,
  polandcentral: true,
  qatarcentral: true,
  southafricanorth: true,
  southafricawest: false,
  southcentralus: true,
  southeastasia: true,
  southindia: false,
  spaincentral: true,
  swedencentral: true,
  switzerlandnorth: true,
  switzerlandwest: false,
  uaecentral: false,
  uaenorth: true,
  uksouth: true,
  ukwest: false,
  westcentralus: false,
  westeurope: true,
  westindia: false,
  westus: false,
  westus2: true,
  westus3: true,
};

const ZONES = ["1", "2", "3"];

/** The name as the API answers it: `West Europe` and `westeurope` are one place. */
export const normalise = (location: string): string => location.replaceAll(" ", "").toLowerCase();

export const locationNames = (): string => Object.keys(LOCATIONS).join(",");

export const isLocation = (location: string): boolean => Object.hasOwn(LOCATIONS, normalise(location));

/** The zones of a location; empty where it has none. */
export const zonesOf = (location: string): string[] => (LOCATIONS[normalise(location)] === true ? ZONES : []);

/** Refuses zones that a location does not have. `resource` is type and name, such as `Microsoft.Network/natGateways/nat`. */
export function checkZones(resource: string, location: string, zones: readonly string[] | undefined): void {
  if (zones === undefined || zones.length === 0) return;
  const offered = zonesOf(location);
  if (offered.length === 0) {
    refuse(
      "LocationNotSupportAvailabilityZones",
      `The resource '${resource}' does not support availability zones at location '${normalise(location)}'.`,
    );
  }
  const unknown = zones.filter((zone) => !offered.includes(zone));
  if (unknown.length > 0) {
    refuse(
      "AvailabilityZoneNotSupported",
      `The zone(s) '${unknown.join(",")}' for resource '${resource}' is not supported. The supported zones for location '${normalise(location)}' are '${offered.join(",")}'`,
    );
  }
}

/** Zones are for life: neither moved nor added nor taken away. */
export function checkZonesKept(id: string, before: readonly string[] = [], after: readonly string[] = []): void {
  const text = (zones: readonly string[]) => (zones.length === 0 ? "Regional" : zones.toSorted().join(", "));
  if (text(before) === text(after)) return;
  refuse(
    "ResourceAvailabilityZonesCannotBeModified",
    `Resource ${id} has an existing availability zone constraint ${text(before)} and the request has availability zone constraint ${text(after)}, which do not match. Zones cannot be added/updated/removed once the resource is created. The resource cannot be updated from regional to zonal or vice-versa.`,
  );
}
