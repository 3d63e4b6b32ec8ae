import { rule } from "../../rule.ts";
import { type Demand, settings, several } from "../../settings.ts";
import { aws } from "../../sources/clouds.ts";

const ending = (text: string): Demand => ({
  wanted: `a size that ends in ${text}`,
  holds: (value) => String(value).endsWith(text),
});

/** `asia-south1`, and not `asia-south1-a`. */
const region: Demand = { wanted: "a region, not a zone", holds: (value) => /^[a-z]+-[a-z]+\d+$/.test(String(value)) };

export default rule({
  id: "PRT-003",
  title: "What a region has one of stands in two zones or more",
  severity: "high",
  why: "A zone fails every few years, and what stood in it alone takes the region along: control plane, gateway, stored data.",
  sources: [
    aws(
      "wellarchitected/latest/framework/rel_fault_isolation_multiaz_region_system.html",
      "REL10-BP01, deploy the workload to multiple locations",
    ),
  ],
  fix: "Take the zone-redundant size (…ZRS, …AZ) and list two zones or more.",
  ...settings({
    "azure-native:network:VirtualNetworkGateway": { "sku.name": ending("AZ") },
    "azure-native:storage:StorageAccount": { "sku.name": ending("ZRS") },
    "gcp:container/cluster:Cluster": { location: region, nodeLocations: several(2) },
    "gcp:container/nodePool:NodePool": { location: region, nodeLocations: several(2) },
  }),
});
