import { addressIn, contains, parseRange } from "../ipv4.ts";
import type { AddressRequest } from "../region/context.ts";
import type { StoredResource } from "../store.ts";
import { NoAddress } from "./addressRefusal.ts";
import type { CloudCluster } from "./cluster.ts";

const PREFIX = "service.beta.kubernetes.io/";

/** Resources of one type. */
type OfType = (type: string) => StoredResource[];

/**
 * Addresses that an internal load balancer asks for, checked as its cloud does; undefined when it leaves them to the cloud.
 * @throws NoAddress in the cloud's words
 */
export function internalAddresses(
  cluster: CloudCluster,
  request: AddressRequest,
  ofType: OfType,
): string[] | undefined {
  if (cluster.spec.cloud === "aws") return awsAddresses(cluster, request, ofType);
  const address =
    cluster.spec.cloud === "azure" ? azureAddress(cluster, request, ofType) : gcpAddress(cluster, request, ofType);
  return address === undefined ? undefined : [address];
}

/**
 * One address in each subnet that is named. The words are those of the AWS Load Balancer Controller (`model_build_load_balancer.go`)
 * and of EC2. EKS's own controller does not know the annotation and passes over it.
 */
function awsAddresses({ resource, spec }: CloudCluster, { annotations }: AddressRequest, ofType: OfType) {
  const list = (name: string) =>
    annotations[`${PREFIX}aws-load-balancer-${name}`]?.split(",").map((part) => part.trim());
  const addresses = list("private-ipv4-addresses");
  if (addresses === undefined || !isExternal(annotations)) return undefined;
  const ids = list("subnets");
  if (ids === undefined)
    throw new NoAddress(
      "the private IPv4 addresses need the subnets that they are in: name them in aws-load-balancer-subnets",
    );
  const { vpcId } = resource.state.vpcConfig as { vpcId?: string };
  const subnets = ids.map((id) => {
    const found = ofType("aws:ec2/subnet:Subnet").find((one) => one.id === id && one.region === spec.location);
    if (found === undefined) throw new NoAddress(`InvalidSubnetID.NotFound: The subnet ID '${id}' does not exist`);
    if (found.state.vpcId !== vpcId)
      throw new NoAddress(`InvalidConfigurationRequest: Subnet '${id}' is not in the cluster's VPC '${vpcId}'`);
    return { id, range: String(found.state.cidrBlock) };
  });
  if (addresses.length !== subnets.length)
    throw new NoAddress(
      `count of private ipv4 addresses (${addresses.length}) and subnets (${subnets.length}) must match`,
    );
  return subnets.map(({ id, range }) => {
    const [address, ...others] = addresses.filter((candidate) => contains(range, `${candidate}/32`));
    if (address === undefined || others.length > 0)
      throw new NoAddress(`expect one private IPv4 address configured for subnet: ${id}`);
    if (isKept(range, address, 4, 1))
      throw new NoAddress(`InvalidParameterValue: Address ${address} is in subnet's reserved address range`);
    return address;
  });
}

/** In the subnet that is named, of the cluster's own network, else in that of its nodes. */
function azureAddress({ resource }: CloudCluster, { annotations, loadBalancerIP }: AddressRequest, ofType: OfType) {
  const address = annotations[`${PREFIX}azure-load-balancer-ipv4`] ?? loadBalancerIP;
  if (address === undefined) return undefined;
  const pools = (resource.state.agentPoolProfiles ?? []) as { vnetSubnetID?: string }[];
  const nodes = pools.find(({ vnetSubnetID }) => vnetSubnetID !== undefined)?.vnetSubnetID ?? "";
  const name = annotations[`${PREFIX}azure-load-balancer-internal-subnet`];
  const id = name === undefined ? nodes : nodes.replace(/[^/]+$/, name);
  const subnet = ofType("azure-native:network:Subnet").find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (subnet === undefined) throw new NoAddress(`NotFound: Resource ${id || "of the nodes' subnet"} not found.`);
  const prefixes = (subnet.state.addressPrefixes ?? [subnet.state.addressPrefix]) as string[];
  const range = prefixes.find((prefix) => contains(prefix, `${address}/32`));
  if (range === undefined)
    throw new NoAddress(
      `PrivateIPAddressNotInSubnet: Private static IP address ${address} does not belong to the range of subnet prefix ${prefixes.join(", ")}.`,
    );
  if (isKept(range, address, 4, 1))
    throw new NoAddress(
      `PrivateIPAddressInReservedRange: Private static IP address ${address} falls within reserved IP range of subnet prefix ${range}.`,
    );
  return address;
}

/**
 * An address that is reserved by name, or given as it is: in the subnetwork of the nodes or, where GKE subsetting is on, in
 * the one that is named.
 */
function gcpAddress({ resource, spec }: CloudCluster, { annotations, loadBalancerIP }: AddressRequest, ofType: OfType) {
  const name = annotations["networking.gke.io/load-balancer-ip-addresses"];
  const reserved = ofType("gcp:compute/address:Address").find(
    ({ state, region }) => state.name === name && region === spec.location && state.addressType === "INTERNAL",
  );
  if (name !== undefined && reserved === undefined)
    throw new NoAddress(`no internal address named '${name}' is reserved in ${spec.location}`);
  const address = reserved === undefined ? loadBalancerIP : String(reserved.state.address);
  if (address === undefined) return undefined;
  const named =
    resource.state.enableL4IlbSubsetting === true
      ? (annotations["networking.gke.io/load-balancer-subnet"] ??
        annotations["networking.gke.io/internal-load-balancer-subnet"])
      : undefined;
  const wanted = named ?? String(resource.state.subnetwork).replace(/^.*\//, "");
  const subnetwork = ofType("gcp:compute/subnetwork:Subnetwork").find(
    ({ state, region }) => state.name === wanted && region === spec.location,
  );
  if (subnetwork === undefined)
    throw new NoAddress(
      `notFound: The resource 'projects/${resource.account}/regions/${spec.location}/subnetworks/${wanted}' was not found`,
    );
  const range = String(subnetwork.state.ipCidrRange);
  if (!contains(range, `${address}/32`) || isKept(range, address, 2, 2))
    throw new NoAddress(
      `invalid: Invalid value for field 'resource.IPAddress': '${address}'. Specified IP address must be a usable address of subnetwork '${wanted}' (${range}).`,
    );
  return address;
}

/** Whether the controller that AWS provides beside EKS is asked, rather than EKS's own. */
export const isExternal = (annotations: Readonly<Record<string, string>>): boolean =>
  annotations[`${PREFIX}aws-load-balancer-type`] === "external";

/** Whether the cloud keeps an address of a subnet for itself: so many at its beginning, and so many at its end. */
function isKept(range: string, address: string, first: number, last: number): boolean {
  const parsed = parseRange(range);
  if (parsed === undefined) return false;
  const size = parsed.last - parsed.first + 1;
  const kept = [...Array(first).keys(), ...Array.from({ length: last }, (_, index) => size - 1 - index)];
  return kept.some((offset) => addressIn(range, offset) === address);
}
