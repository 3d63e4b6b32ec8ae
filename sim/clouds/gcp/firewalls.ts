import type { Firewall, FirewallArgs } from "@pulumi/gcp/compute/firewall.js";
import type { Unwrap } from "@pulumi/pulumi";
import { parseRange } from "../../ipv4.ts";
import { type OutputsOf, type Service, service } from "../../service.ts";
import { computeName, register } from "./compute.ts";
import { between, exclusive, invalid, missing, oneOf } from "./errors.ts";
import { COMPUTE, type Collection, demand, NETWORKS, referencesTo } from "./links.ts";
import { network } from "./networks.ts";
import { everywhere } from "./places.ts";

type Input = Unwrap<FirewallArgs>;

const FIREWALLS: Collection = { name: "firewalls", noun: "firewall", regional: false };
const PROTOCOLS = ["tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all"];
const WITH_PORTS = ["tcp", "udp", "sctp", "6", "17", "132"];
/** How many entries each list takes (cloud.google.com/firewall/quotas). */
const MOST = {
  sourceRanges: 5000,
  destinationRanges: 5000,
  sourceTags: 30,
  targetTags: 70,
  sourceServiceAccounts: 10,
  targetServiceAccounts: 10,
};

/** VPC firewall rules. */
export const firewall: Service<OutputsOf<Firewall>> = service<FirewallArgs, Firewall>("gcp:compute/firewall:Firewall", {
  replaceOn: ["name", "project", "network", "direction", "params"],
  naming: computeName,
  region: everywhere,
  check: (input) => [
    ...oneOf("direction", input.direction, ["INGRESS", "EGRESS"]),
    ...between("priority", input.priority, 0, 65535),
    ...oneOf("logConfig.metadata", input.logConfig?.metadata, ["EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA"]),
    ...exclusive(input, "allows", "denies"),
    ...exclusive(input, "sourceTags", "sourceServiceAccounts"),
    ...exclusive(input, "sourceTags", "targetServiceAccounts"),
    ...exclusive(input, "targetTags", "targetServiceAccounts"),
    ...exclusive(input, "targetTags", "sourceServiceAccounts"),
  ],
  references: referencesTo,
  create: (input, world) => {
    const common = register(firewall, FIREWALLS, input, world);
    const parent = demand(network, NETWORKS, "resource.network", input.network, world);
    demandRule(input);
    return {
      ...common,
      creationTimestamp: world.now(),
      direction: input.direction ?? "INGRESS",
      destinationRanges: input.destinationRanges ?? (input.direction === "EGRESS" ? ["0.0.0.0/0"] : []),
      enableLogging: input.enableLogging ?? input.logConfig !== undefined,
      network: COMPUTE + parent.id,
      priority: input.priority ?? 1000,
    };
  },
  update: (input) => {
    demandRule(input);
    return { enableLogging: input.enableLogging ?? input.logConfig !== undefined };
  },
  remove: () => {},
  seconds: { create: 12, update: 12, remove: 12 },
});

function demandRule(input: Input): void {
  const egress = input.direction === "EGRESS";
  const sources = [input.sourceRanges, input.sourceTags, input.sourceServiceAccounts];
  if (!egress && sources.every((list) => list === undefined || list.length === 0)) {
    invalid(
      "resource",
      input.name,
      "One of sourceTags, sourceRanges or sourceServiceAccounts must be defined for INGRESS traffic.",
    );
  }
  if (egress && sources.some((list) => list !== undefined && list.length > 0)) {
    invalid("resource.direction", input.direction, "Sources may not be specified for EGRESS traffic.");
  }
  if (!egress && (input.destinationRanges ?? []).length > 0 && (input.sourceTags ?? []).length > 0) {
    invalid("resource.destinationRanges", "", "Destination ranges may not be combined with source tags.");
  }
  const tuples = [...(input.allows ?? []), ...(input.denies ?? [])];
  if (tuples.length === 0) missing("resource.allowed");
  const list = input.allows === undefined ? "denied" : "allowed";
  tuples.forEach(({ protocol, ports }, index) => {
    const field = `resource.${list}[${index}]`;
    const number = /^\d+$/.test(protocol) ? Number(protocol) : undefined;
    if (!PROTOCOLS.includes(protocol.toLowerCase()) && (number === undefined || number > 255)) {
      invalid(`${field}.IPProtocol`, protocol, "Must be a well-known IP protocol string or number.");
    }
    if ((ports ?? []).length > 0 && !WITH_PORTS.includes(protocol.toLowerCase())) {
      invalid(
        `${field}.ports`,
        ports?.join(","),
        "Ports may only be specified on rules whose protocol is one of [TCP, UDP, SCTP].",
      );
    }
    ports?.forEach((port, place) => {
      const [from, to] =
        /^(\d{1,5})(?:-(\d{1,5}))?$/
          .exec(port)
          ?.slice(1)
          .map((part) => (part === undefined ? undefined : Number(part))) ?? [];
      if (from === undefined || from > 65535 || (to !== undefined && (to > 65535 || to < from))) {
        invalid(`${field}.ports[${place}]`, port, "Must be an integer between 0 and 65535, or a range of them.");
      }
    });
  });
  for (const [key, most] of Object.entries(MOST)) {
    const values = input[key as keyof typeof MOST] ?? [];
    if (values.length > most)
      invalid(`resource.${key}`, "", `At most ${most} entries are allowed, got ${values.length}.`);
    values.forEach((value, index) => {
      const field = `resource.${key}[${index}]`;
      if (
        key.endsWith("Ranges") &&
        !value.includes(":") &&
        parseRange(value.includes("/") ? value : `${value}/32`) === undefined
      ) {
        invalid(field, value, "Must be a valid CIDR address range.");
      }
      if (key.endsWith("Tags") && (!computeName.pattern.test(value) || value.length > 63)) {
        invalid(field, value, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
      }
      if (key.endsWith("Accounts") && !/^[^@\s]+@[^@\s]+$/.test(value))
        invalid(field, value, "Must be the email address of a service account.");
    });
  }
}
