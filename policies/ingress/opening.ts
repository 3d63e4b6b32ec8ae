import { type PropertyPath, Unknown } from "../path.ts";
import type { Properties } from "../rule.ts";

/** First and last port. */
export type PortRange = readonly [first: number, last: number];

export const ALL_PORTS: PortRange = [0, 65_535];

/** What a firewall lets in from anywhere. */
export interface Opening {
  /** The place in the resource, such as `ingress[0]`; empty where the resource is one rule. */
  at: string;
  /** What the cloud calls the rule, where the program says so. */
  name?: unknown;
  /** The ports known so far, or `none` where the protocol has no ports. */
  ports: readonly PortRange[] | "none";
}

/** How one cloud writes firewall rules down. */
export interface IngressReader {
  types: readonly string[];
  /** Every property that decides. */
  needs: readonly PropertyPath[];
  /** What the resource is known to let in from anywhere. What is unknown is left out here and deferred by `needs`. */
  openings(properties: Properties, type: string): Opening[];
}

/**
 * Whether a source is as good as everybody: the clouds' words for it, and every range broader than the broadest private one
 * (IPv4 /8, IPv6 /7 of unique local addresses, else /16), since twice half of the internet is all of it.
 */
export function isAnywhere(source: unknown): boolean {
  if (typeof source !== "string") return false;
  const text = source.trim().toLowerCase();
  // AzureCloud is the machines of every customer of Azure.
  if (["*", "any", "internet"].includes(text) || /^azurecloud(\.|$)/.test(text)) return true;
  const [address = "", length] = text.split("/");
  if (length === undefined) return false;
  const prefix = Number(length);
  if (!address.includes(":")) return prefix < 8;
  return /^f[cd]/.test(address) ? prefix < 7 : prefix < 16;
}

/**
 * The ports that a rule opens, from its protocol and whatever stands where it names ports. A rule that names none opens all.
 */
export function openPorts(protocol: unknown, named: readonly unknown[]): Opening["ports"] {
  if (protocol instanceof Unknown) return [];
  const word = String(protocol ?? "all").toLowerCase();
  // AWS writes every protocol as -1, Azure as *. With a port beside it the port still limits TCP and UDP.
  const every = ["-1", "*", "all", "any"].includes(word);
  if (!every && !["tcp", "udp", "sctp", "6", "17", "132"].includes(word)) return "none";
  if (named.every((port) => port === undefined)) return [ALL_PORTS];
  return named.filter((port) => port !== undefined && !(port instanceof Unknown)).map(portRange);
}

/** Reads `22`, `20-30` or `*`. What cannot be read counts as every port. */
function portRange(text: unknown): PortRange {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(String(text).replaceAll(" ", "")) ?? [];
  return first === undefined ? ALL_PORTS : [Number(first), Number(last ?? first)];
}
