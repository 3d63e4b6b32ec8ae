import { overlap, rangeOf } from "../../ipv4.ts";
import { knownAt } from "../../path.ts";
import { decision } from "../../sources/ours.ts";
import { stackRule } from "../../stackRule.ts";

/** Where each type says which addresses are its own. Subnets of AWS and Azure are parts of their networks and left out. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:eks/cluster:Cluster": ["kubernetesNetworkConfig.serviceIpv4Cidr"],
  "azure-native:network:VirtualNetwork": ["addressSpace.addressPrefixes[]"],
  "azure-native:containerservice:ManagedCluster": ["networkProfile.podCidr", "networkProfile.serviceCidr"],
  "gcp:compute/subnetwork:Subnetwork": ["ipCidrRange", "secondaryIpRanges[].ipCidrRange"],
  "gcp:container/cluster:Cluster": ["privateClusterConfig.masterIpv4CidrBlock"],
};

export default stackRule({
  id: "MSH-001",
  title: "No address range is there twice, over all regions and clouds",
  severity: "critical",
  why: "Two networks with one range cannot both be reached over the mesh: routes go to one of them, whichever was learnt last.",
  sources: [decision("0003-region-numbers", "a region's number decides its range, and no other has it")],
  fix: "Give each region a number of its own (novacron:regions), from which its ranges follow.",
  applies: Object.keys(RANGES),
  needs: [...new Set(Object.values(RANGES).flat())],
  check: (resources) => {
    const ranges = resources.flatMap(({ type, urn, name, props }) =>
      (RANGES[type] ?? [])
        .flatMap((path) => knownAt(props, path))
        .flatMap((cidr) => {
          const range = rangeOf(cidr);
          return range === undefined ? [] : [{ urn, name, cidr: String(cidr), range }];
        }),
    );
    return ranges.flatMap((one, index) =>
      ranges
        .slice(index + 1)
        .filter((other) => overlap(one.range, other.range))
        .map((other) => ({ urn: other.urn, text: `${other.cidr} overlaps ${one.cidr} of ${one.name}` })),
    );
  },
});
