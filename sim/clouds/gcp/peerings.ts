import type { NetworkPeering, NetworkPeeringArgs } from "@pulumi/gcp/compute/networkPeering.js";
import { overlaps } from "../../ipv4.ts";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import { computeName } from "./compute.ts";
import { bad, oneOf } from "./errors.ts";
import { COMPUTE, find, NETWORKS, nameIn, resolve } from "./links.ts";
import { network } from "./networks.ts";
import { everywhere } from "./places.ts";
import { rangesOf, subnetwork } from "./subnetworks.ts";

type Peering = OutputsOf<NetworkPeering>;

const MOST_PEERINGS = 25;
const LINK = /projects\/(?:[^/]+)\/global\/networks\/([a-z](?:[-a-z0-9]*[a-z0-9])?)$/;

/** One side of a peering of two networks: it carries packets once the other side exists too. */
export const networkPeering: Service<Peering> = service<NetworkPeeringArgs, NetworkPeering>(
  "gcp:compute/networkPeering:NetworkPeering",
  {
    replaceOn: ["name", "network", "peerNetwork"],
    naming: computeName,
    region: everywhere,
    check: (input) => [
      ...(["network", "peerNetwork"] as const).flatMap((key): [string, string][] => {
        const value = input[key];
        return value === undefined || LINK.test(value)
          ? []
          : [[key, `"${key}" ("${value}") doesn't match regexp "${LINK.source}"`]];
      }),
      ...oneOf("stackType", input.stackType, ["IPV4_ONLY", "IPV4_IPV6"]),
      ...oneOf("updateStrategy", input.updateStrategy, ["INDEPENDENT", "CONSENSUS"]),
    ],
    create: (input, world) => {
      const local = find(network, NETWORKS, input.network, world);
      if (local === undefined)
        return refuse("notFound", `The resource '${resolve(input.network, NETWORKS, world)}' was not found`);
      const peer = find(network, NETWORKS, input.peerNetwork, world);
      if (peer === undefined)
        return bad(`Invalid value for field 'peerNetwork': '${input.peerNetwork}'. The peer network cannot be found.`);
      if (local.id === peer.id) bad(`Cannot peer network '${local.id}' with itself.`);
      const name = input.name ?? "";
      const siblings = world
        .all(networkPeering)
        .filter((other) => resolve(other.state.network, NETWORKS, other) === local.id);
      if (siblings.some((other) => other.state.name === name)) {
        refuse("alreadyExists", `The peering '${name}' already exists on network '${local.id}'.`);
      }
      const twin = siblings.find((other) => resolve(other.state.peerNetwork, NETWORKS, other) === peer.id);
      if (twin !== undefined)
        bad(`There is already a peering (${twin.state.name}) with the same peer network '${peer.id}'.`);
      if (siblings.length >= MOST_PEERINGS) {
        refuse(
          "quotaExceeded",
          `Exceeded limit 'PEERINGS_PER_NETWORK' on resource '${nameIn(local.id)}'. Limit: ${MOST_PEERINGS}.0`,
        );
      }
      const ranges = (networkId: string) =>
        world
          .all(subnetwork)
          .filter((subnet) => resolve(subnet.state.network, NETWORKS, subnet) === networkId)
          .flatMap((subnet) => [
            subnet.state.ipCidrRange,
            ...subnet.state.secondaryIpRanges.map((range) => range.ipCidrRange),
          ]);
      const mine = rangesOf(local.id, world);
      for (const theirs of ranges(peer.id)) {
        const clash = mine.find((own) => overlaps(own.cidr, theirs ?? ""));
        if (clash !== undefined) {
          bad(
            `An IP range in the peer network (${theirs}) overlaps with an IP range in the local network (${clash.cidr}) allocated by resource (${clash.holder.id}).`,
          );
        }
      }
      const other = world
        .all(networkPeering)
        .find(
          (candidate) =>
            resolve(candidate.state.network, NETWORKS, candidate) === peer.id &&
            resolve(candidate.state.peerNetwork, NETWORKS, candidate) === local.id,
        );
      const connected = { state: "ACTIVE", stateDetails: `[${world.now()}]: Connected.` };
      if (other !== undefined) world.amend(other, connected);
      return {
        id: `${local.state.name}/${name}`,
        name,
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        exportCustomRoutes: input.exportCustomRoutes ?? false,
        exportSubnetRoutesWithPublicIp: input.exportSubnetRoutesWithPublicIp ?? true,
        importCustomRoutes: input.importCustomRoutes ?? false,
        importSubnetRoutesWithPublicIp: input.importSubnetRoutesWithPublicIp ?? false,
        network: COMPUTE + local.id,
        peerNetwork: COMPUTE + peer.id,
        stackType: input.stackType ?? "IPV4_ONLY",
        updateStrategy: input.updateStrategy ?? "INDEPENDENT",
        ...(other === undefined
          ? { state: "INACTIVE", stateDetails: `[${world.now()}]: Waiting for peer network to connect.` }
          : connected),
      };
    },
    remove: (current, world) => {
      const other = world
        .all(networkPeering)
        .find(
          (candidate) =>
            resolve(candidate.state.network, NETWORKS, candidate) ===
              resolve(current.state.peerNetwork, NETWORKS, current) &&
            resolve(candidate.state.peerNetwork, NETWORKS, candidate) ===
              resolve(current.state.network, NETWORKS, current),
        );
      if (other !== undefined)
        world.amend(other, { state: "INACTIVE", stateDetails: "The peering was deleted by the peer network." });
    },
    seconds: { create: 25, update: 15, remove: 20 },
  },
);
