import { all, secret as asSecret, ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { preSharedKey } from "./plan/ipsec.ts";
import type { Link, PeeringLink, VpnLink } from "./plan/topology.ts";
import type { Region } from "./region.ts";

export interface MeshArgs {
  /** Every pair of regions once, from `planLinks`. */
  links: readonly Link[];
  regions: readonly Region[];
  /** The stack's secret, from which each tunnel's key is derived. */
  secret: Output<string>;
  /** Raise it by one to give every tunnel a new key. */
  keyEpoch: number;
}

/** A tunnel with the outside addresses of its two ends. */
export interface TunnelOutput {
  name: string;
  inside: string;
  outside: [string, string];
}

/** A link as the stack publishes it. */
export interface LinkOutput {
  name: string;
  kind: Link["kind"];
  regions: [string, string];
  tunnels: TunnelOutput[];
}

/** The links between all regions: IPsec with BGP between clouds, the cloud's own peering inside one. */
export class Mesh extends ComponentResource {
  readonly links: Output<LinkOutput>[];

  constructor(name: string, args: MeshArgs, options?: ComponentResourceOptions) {
    super("novacron:infra:Mesh", name, {}, options);
    const regions = new Map(args.regions.map((region) => [region.regionName, region]));
    const regionOf = (regionName: string): Region => {
      const region = regions.get(regionName);
      if (region === undefined) throw new Error(`the plan links ${regionName}, which the stack does not create`);
      return region;
    };
    this.links = args.links.map((link) => {
      const [first, second] = [regionOf(link.ends[0].region), regionOf(link.ends[1].region)];
      return link.kind === "vpn" ? connect(link, first, second, args) : peer(link, first, second);
    });
    this.registerOutputs({ links: this.links });
  }
}

/** Creates both ends of a link, first the one whose outside addresses are known only once it exists. */
function connect(link: VpnLink, first: Region, second: Region, { secret, keyEpoch }: MeshArgs): Output<LinkOutput> {
  const keys = link.tunnels.map((tunnel) =>
    asSecret(secret.apply((value) => preSharedKey(value, tunnel.name, keyEpoch))),
  );
  const expected = second.gateway.outsideAddresses(link, 1);
  if (expected === undefined)
    throw new Error(`${link.name}: neither end knows its outside addresses before it connects`);
  const firstOutside = first.gateway.connect({ link, side: 0, keys, remoteAddresses: expected });
  const secondOutside = second.gateway.connect({ link, side: 1, keys, remoteAddresses: firstOutside });
  return output(
    link,
    all([...firstOutside, ...secondOutside]).apply((addresses) =>
      link.tunnels.map(
        (tunnel, index): TunnelOutput => ({
          name: tunnel.name,
          inside: tunnel.inside,
          outside: [addresses[index] ?? "", addresses[index + link.tunnels.length] ?? ""],
        }),
      ),
    ),
  );
}

function peer(link: PeeringLink, first: Region, second: Region): Output<LinkOutput> {
  first.gateway.peer(link, second.gateway);
  return output(
    link,
    all([]).apply(() => []),
  );
}

const output = ({ name, kind, ends }: Link, tunnels: Output<TunnelOutput[]>): Output<LinkOutput> =>
  tunnels.apply((made): LinkOutput => ({ name, kind, regions: [ends[0].region, ends[1].region], tunnels: made }));
