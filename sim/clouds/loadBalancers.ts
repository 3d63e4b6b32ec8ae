import { addressIn, parseRange } from "../ipv4.ts";
import type { AddressRequest } from "../region/context.ts";
import type { StoredResource } from "../store.ts";
import { NoAddress } from "./addressRefusal.ts";
import type { CloudCluster } from "./cluster.ts";
import { internalAddresses, isExternal } from "./internalLoadBalancers.ts";

/** Where a load balancer gets its addresses: reserved ones by value, or new ones. */
export type Allocation = { addresses: string[] } | "public" | "internal";

/**
 * What a Service's annotations ask the cluster's cloud for, in the words of its load balancer controller.
 * @throws NoAddress when a reserved address does not exist
 */
export function allocationFor(
  cluster: CloudCluster,
  request: AddressRequest,
  resources: readonly StoredResource[],
): Allocation {
  const ofType = (type: string) => resources.filter((candidate) => candidate.type === type);
  if (isInternal(request.annotations)) {
    const addresses = internalAddresses(cluster, request, ofType);
    return addresses === undefined ? "internal" : { addresses };
  }
  return publicAllocation(cluster, request, ofType);
}

function publicAllocation(
  { spec, resource }: CloudCluster,
  { annotations, loadBalancerIP }: AddressRequest,
  ofType: (type: string) => StoredResource[],
): Allocation {
  if (spec.cloud === "aws") {
    const ids = annotations[`${PREFIX}aws-load-balancer-eip-allocations`]?.split(",").map((id) => id.trim());
    if (ids === undefined) return "public";
    const addresses = ids.map((id) => {
      const found = ofType("aws:ec2/eip:Eip").find((eip) => eip.id === id && eip.region === spec.location);
      if (found === undefined)
        throw new NoAddress(`AllocationIdNotFound: The allocation ID '${id}' does not exist in ${spec.location}`);
      return String(found.state.publicIp);
    });
    return { addresses };
  }
  const named =
    spec.cloud === "azure"
      ? annotations[`${PREFIX}azure-pip-name`]
      : annotations["networking.gke.io/load-balancer-ip-addresses"];
  const [type, property, location] =
    spec.cloud === "azure"
      ? (["azure-native:network:PublicIPAddress", "ipAddress", resource.region] as const)
      : (["gcp:compute/address:Address", "address", spec.location] as const);
  const reserved = ofType(type).filter(({ region, state }) => region === location && state.addressType !== "INTERNAL");
  const wanted = named ?? annotations[`${PREFIX}azure-load-balancer-ipv4`] ?? loadBalancerIP;
  if (wanted === undefined) return "public";
  const found = reserved.find(({ state }) => (named === undefined ? state[property] : state.name) === wanted);
  if (found === undefined)
    throw new NoAddress(
      `no public address ${named === undefined ? "" : "named "}'${wanted}' is reserved in ${location}`,
    );
  return { addresses: [String(found.state[property])] };
}

const PREFIX = "service.beta.kubernetes.io/";

/** What makes a load balancer one that the internet does not reach. */
const INTERNAL: [annotation: string, value: string][] = [
  [`${PREFIX}aws-load-balancer-scheme`, "internal"],
  [`${PREFIX}aws-load-balancer-internal`, "true"],
  [`${PREFIX}azure-load-balancer-internal`, "true"],
  ["networking.gke.io/load-balancer-type", "internal"],
  ["cloud.google.com/load-balancer-type", "internal"],
];

/** The AWS Load Balancer Controller makes internal ones where nothing is said. */
const isInternal = (annotations: Readonly<Record<string, string>>): boolean =>
  INTERNAL.some(([name, value]) => annotations[name]?.toLowerCase() === value) ||
  (isExternal(annotations) && annotations[`${PREFIX}aws-load-balancer-scheme`] === undefined);

/** The `index`th address from the end of the nodes' range, where no node ever is. */
export function internalAddress({ spec }: CloudCluster, index: number): string {
  const range = parseRange(spec.nodeRange);
  if (range === undefined) throw new NoAddress(`'${spec.nodeRange}' is not a range`);
  return addressIn(spec.nodeRange, range.last - range.first - 1 - index);
}
