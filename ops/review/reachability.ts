import { urnParts } from "../state.ts";
import type { MeshChange, PairChange, PairState, Statement } from "./model.ts";
import type { Side } from "./sides.ts";

/**
 * Which regions reach each other, from the resources that carry the links. A tunnel counts when both of its ends are whole.
 * No region forwards for another, so a pair without a link of its own is cut.
 */

/** What a resource contributes to a link. */
export interface LinkPart {
  kind: PairState["kind"];
  /** The region that it stands in. */
  region: string;
  /** The region at the other end. */
  peer: string;
  /** Which of the resources that make an end it is. */
  part: string;
  /** Numbers of the tunnels that it carries; none of a peering. */
  tunnels: readonly number[];
}

type Cloud = "aws" | "azr" | "gcp";

/** What an end of a tunnel, or of a peering, consists of in each cloud. */
const PARTS: Record<PairState["kind"], Record<Cloud, readonly string[]>> = {
  vpn: {
    aws: ["aws:ec2/vpnConnection:VpnConnection"],
    azr: ["azure-native:network:VirtualNetworkGatewayConnection", "azure-native:network:LocalNetworkGateway"],
    gcp: [
      "gcp:compute/vPNTunnel:VPNTunnel",
      "gcp:compute/routerInterface:RouterInterface",
      "gcp:compute/routerPeer:RouterPeer",
    ],
  },
  peering: {
    aws: [
      "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
      "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
    ],
    azr: ["azure-native:network:VirtualNetworkPeering"],
    gcp: ["gcp:compute/networkPeering:NetworkPeering"],
  },
};

const KIND_OF = new Map(
  Object.entries(PARTS).flatMap(([kind, clouds]) =>
    Object.values(clouds).flatMap((types) => types.map((type) => [type, kind as PairState["kind"]] as const)),
  ),
);

/** An AWS VPN connection has two tunnels; other clouds have a resource for each. */
const TUNNELS_PER_CONNECTION = 2;

/** What a resource contributes to a link between regions, or nothing. */
export function linkPartOf({ urn, type }: { urn: string; type: string }): LinkPart | undefined {
  const kind = KIND_OF.get(type);
  if (kind === undefined) return undefined;
  const { name } = urnParts(urn);
  const [region, peer] = [...name.matchAll(/(?<=^|-)(?:aws|azr|gcp)-[a-z0-9]{1,8}(?=-|$)/g)].map(([found]) => found);
  if (region === undefined || peer === undefined) return undefined;
  if (kind === "peering") return { kind, region, peer, part: type, tunnels: [] };
  const number = Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
  const first = number * TUNNELS_PER_CONNECTION;
  return { kind, region, peer, part: type, tunnels: cloudOf(region) === "aws" ? [first, first + 1] : [number] };
}

const cloudOf = (region: string): Cloud => region.slice(0, 3) as Cloud;

/** Before and after of every pair of regions; nothing when no link changes. */
export function meshChangeOf(sides: readonly Side[]): MeshChange | undefined {
  const before = pairStates(sides.filter((side) => side.before !== undefined));
  const after = pairStates(sides.filter((side) => side.after !== undefined));
  const pairs = [...new Set([...before.keys(), ...after.keys()])].toSorted().map((key): PairChange => {
    const [first = "", second = ""] = key.split(" ");
    const [was, becomes] = [before.get(key), after.get(key)];
    return {
      regions: [first, second],
      ...(was === undefined ? {} : { before: was }),
      ...(becomes === undefined ? {} : { after: becomes }),
    };
  });
  return pairs.some((pair) => JSON.stringify(pair.before) !== JSON.stringify(pair.after)) ? { pairs } : undefined;
}

/** The state of every pair of regions that has resources of a link, by both names in alphabetical order. */
function pairStates(sides: readonly Side[]): Map<string, PairState> {
  const parts = sides.flatMap((side) => linkPartOf(side) ?? []);
  const byPair = Map.groupBy(parts, ({ region, peer }) => [region, peer].toSorted().join(" "));
  return new Map(
    [...byPair].flatMap(([pair, own]): [string, PairState][] => {
      const [first = "", second = ""] = pair.split(" ");
      const state = own[0]?.kind === "peering" ? peeringState(own) : tunnelState(own, first, second);
      return state === undefined ? [] : [[pair, state]];
    }),
  );
}

/** Each side agrees to a peering with a resource of its own: one that only one side has carries nothing. */
function peeringState(parts: readonly LinkPart[]): PairState | undefined {
  const agreements = new Set(parts.map(({ region, part }) => `${region} ${part}`));
  return agreements.size < 2 ? undefined : { kind: "peering", tunnels: [], survivesAnyLoss: true };
}

function tunnelState(parts: readonly LinkPart[], first: string, second: string): PairState {
  const carried = (region: string): Set<number> => {
    const own = parts.filter((part) => part.region === region);
    const numbers = new Set(own.flatMap(({ tunnels }) => tunnels));
    const whole = (number: number) =>
      PARTS.vpn[cloudOf(region)].every((type) =>
        own.some(({ part, tunnels }) => part === type && tunnels.includes(number)),
      );
    return new Set([...numbers].filter(whole));
  };
  const both = [...carried(first).intersection(carried(second))].toSorted((a, b) => a - b);
  const names = linkName(first, second);
  // With an AWS end there are two tunnels to each gateway instance, without one there is one.
  const perInstance = [first, second].some((region) => cloudOf(region) === "aws") ? TUNNELS_PER_CONNECTION : 1;
  const instances = new Set(both.map((number) => Math.floor(number / perInstance)));
  return {
    kind: "vpn",
    tunnels: both.map((number) => `${names}-${number}`),
    survivesAnyLoss: instances.size > 1,
  };
}

const ORDER: readonly Cloud[] = ["aws", "gcp", "azr"];

/** As the plan names a link: ends in the order aws, gcp, azure. */
const linkName = (first: string, second: string): string =>
  [first, second].toSorted((a, b) => ORDER.indexOf(cloudOf(a)) - ORDER.indexOf(cloudOf(b))).join("--");

/** Whether traffic flows between a pair of regions. */
export const reaches = (state: PairState | undefined): boolean =>
  state !== undefined && (state.kind === "peering" || state.tunnels.length > 0);

/** Names of the regions that have any resource. */
export interface Living {
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
}

/** Says what becomes of each pair that changes, the worst first, and then of the whole mesh. */
export function meshStatements(change: MeshChange | undefined, living: Living): Statement[] {
  if (change === undefined) return [];
  const changed = change.pairs.filter((pair) => JSON.stringify(pair.before) !== JSON.stringify(pair.after));
  const worst = changed.toSorted((a, b) => weight(a) - weight(b));
  return [...worst.map((pair) => pairStatement(pair, living)), wholeMesh(change)];
}

const weight = ({ before, after }: PairChange): number =>
  reaches(before) && !reaches(after) ? 0 : before?.survivesAnyLoss === true && after?.survivesAnyLoss !== true ? 1 : 2;

function pairStatement({ regions, before, after }: PairChange, living: Living): Statement {
  const pair = regions.join(" – ");
  const statement = (text: string, short?: string): Statement => ({
    kind: "mesh",
    regions,
    ...(short === undefined ? {} : { short }),
    text: `${pair}: ${text}`,
  });
  const gone = regions.filter((region) => living.before.has(region) && !living.after.has(region));
  const moves = `${carriers(before)} → ${carriers(after)}`;
  if (gone.length > 0) return statement(`${moves}; ${gone.join(" and ")} leaves the stack`);
  if (!reaches(after))
    return reaches(before)
      ? statement(`${moves}; the regions no longer reach each other`, `${pair} cut`)
      : statement(`${moves} that are whole at both ends; the regions do not reach each other`);
  if (!reaches(before)) return statement(`${moves}; the regions reach each other${sturdy(after)}`);
  if (before?.survivesAnyLoss === true && after?.survivesAnyLoss !== true)
    return statement(
      `${moves}; they hold as long as nothing fails: the loss of one gateway instance now cuts the pair`,
      `${pair} no longer survives a loss`,
    );
  return statement(`${moves}; the regions still reach each other${sturdy(after)}`);
}

const carriers = (state: PairState | undefined): string => {
  if (state === undefined) return "no link";
  if (state.kind === "peering") return "peering";
  const number = state.tunnels.length;
  return `${number} ${number === 1 ? "tunnel" : "tunnels"}`;
};

const sturdy = (state: PairState | undefined): string =>
  state?.survivesAnyLoss === true
    ? ", also after losing any one tunnel, connection or gateway instance"
    : ", but not after losing one gateway instance";

function wholeMesh({ pairs }: MeshChange): Statement {
  const count = (side: "before" | "after", holds: (state: PairState) => boolean): string => {
    const states = pairs.flatMap((pair) => pair[side] ?? []);
    return `${states.filter(holds).length} of ${states.length}`;
  };
  const line = (holds: (state: PairState) => boolean) => `${count("before", holds)} → ${count("after", holds)}`;
  return {
    kind: "mesh",
    regions: [],
    text: `whole mesh: pairs that reach each other ${line(reaches)}; after losing any one link ${line(({ survivesAnyLoss }) => survivesAnyLoss)}`,
  };
}
