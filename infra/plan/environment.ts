import type { RegionConfig, StackConfig } from "../config/schema.ts";
import { planAccess } from "./access.ts";
import { planAddresses, regionAsn, regionRange } from "./addresses.ts";
import { type DnsPlan, planDns, privateZoneName } from "./dns.ts";
import { type MeshRegion, planLinks, reservedInsideAddresses } from "./mesh.ts";
import { planNodePools } from "./nodePools.ts";
import { planQuorum, type QuorumPlan } from "./quorum.ts";
import { planRelease, type ReleasePlan } from "./release.ts";
import { planServices, type ServicesPlan } from "./services.ts";
import { planTags } from "./tags.ts";
import type { Link, RegionPlan } from "./topology.ts";

/** The whole environment as facts, before anything is created. */
export interface EnvironmentPlan {
  regions: RegionPlan[];
  /** Every pair of regions once. */
  links: Link[];
  dns: DnsPlan;
  /** Which losses each protocol survives, with the arithmetic. */
  quorum: QuorumPlan;
  /** How far each service may go in each region. */
  release: ReleasePlan;
  /** What runs in each region's cluster, in the order of the regions. */
  services: ServicesPlan[];
  mesh: { capacity: number; keyEpoch: number };
  /** Tags of what belongs to no region. */
  tags: Record<string, string>;
}

/**
 * Plans a stack from its config. The config must have passed `parseStackConfig`, which reports whatever could go wrong here;
 * what is thrown here is a fault of the program. Regions keep the config's order, but no region's plan depends on it.
 */
export function planEnvironment(config: StackConfig, stackName: string): EnvironmentPlan {
  const regions = config.regions.map((region) => planRegion(region, config, stackName));
  const dns = planDns(
    config.dns.zone,
    config.regions.map(({ name }) => name),
  );
  const release = planRelease(config);
  return {
    regions,
    links: planLinks(regions.map(({ addresses, ...region }) => ({ ...region, cidr: addresses.region }))),
    dns,
    quorum: planQuorum(config),
    release,
    services: planServices(regions, { tier: config.tier, dns, release }),
    mesh: config.mesh,
    tags: tagsOf("global", config, stackName),
  };
}

/** A region as the mesh sees it: with its range and ASN, given or following from its number. */
export function meshRegion(region: RegionConfig, addressSpace: string): MeshRegion {
  const { name, number, cloud } = region;
  return {
    name,
    number,
    cloud,
    asn: region.asn ?? regionAsn(number),
    cidr: region.cidr ?? regionRange(addressSpace, number),
  };
}

function planRegion(region: RegionConfig, config: StackConfig, stackName: string): RegionPlan {
  const { asn, cidr } = meshRegion(region, config.addressSpace);
  return {
    ...accountOf(region, config.clouds),
    name: region.name,
    number: region.number,
    location: region.location,
    zones: region.zones.toSorted(),
    addresses: planAddresses(cidr, region.zones, region.cloud),
    asn,
    peers: planPeers(region, config),
    access: planAccess(region.access),
    nat: region.nat,
    dataPlane: region.dataPlane,
    kubernetesVersion: config.kubernetesVersion,
    nodePools: planNodePools({ cloud: region.cloud, zones: region.zones, tier: config.tier }, region.nodePools),
    logDays: config.logDays,
    tags: tagsOf(region.name, config, stackName),
    protect: config.protect,
    privateZone: privateZoneName(region.name, config.dns.zone),
    reservedInsideAddresses: reservedInsideAddresses(region, config.mesh.capacity),
  };
}

const tagsOf = (region: string, { owner, costCenter }: StackConfig, stack: string): Record<string, string> =>
  planTags({ stack, region, owner, costCenter });

function planPeers(region: RegionConfig, config: StackConfig): RegionPlan["peers"] {
  return config.regions
    .filter((other) => other.number !== region.number)
    .toSorted((a, b) => a.number - b.number)
    .map((other) => ({
      region: other.name,
      number: other.number,
      cidr: meshRegion(other, config.addressSpace).cidr,
    }));
}

type CloudAccount = {
  [C in RegionPlan["cloud"]]: Pick<Extract<RegionPlan, { cloud: C }>, "cloud" | "account">;
}[RegionPlan["cloud"]];

function accountOf({ cloud, name }: RegionConfig, clouds: StackConfig["clouds"]): CloudAccount {
  const { aws, azure, gcp } = clouds;
  if (cloud === "aws" && aws !== undefined) return { cloud, account: aws };
  if (cloud === "azure" && azure !== undefined) return { cloud, account: azure };
  if (cloud === "gcp" && gcp !== undefined) return { cloud, account: gcp };
  throw new Error(`${name} stands in ${cloud}, whose account the config does not name`);
}
