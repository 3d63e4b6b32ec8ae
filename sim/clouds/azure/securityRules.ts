import { overlaps, parseAddress, parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import { same } from "./ids.ts";

/** A rule of a network security group, as far as Azure checks it. */
export interface Rule {
  access: string;
  direction: string;
  priority: number;
  protocol: string;
  description?: string | undefined;
  sourceAddressPrefix?: string | undefined;
  sourceAddressPrefixes?: string[] | undefined;
  sourceApplicationSecurityGroups?: readonly unknown[] | undefined;
  sourcePortRange?: string | undefined;
  sourcePortRanges?: string[] | undefined;
  destinationAddressPrefix?: string | undefined;
  destinationAddressPrefixes?: string[] | undefined;
  destinationApplicationSecurityGroups?: readonly unknown[] | undefined;
  destinationPortRange?: string | undefined;
  destinationPortRanges?: string[] | undefined;
}

const PROTOCOLS = ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"];

/** Names of Azure's service tags, some of which take a location behind a dot. */
const SERVICE_TAG = /^[A-Z][A-Za-z0-9]+(\.[A-Za-z0-9]+)?$/;

export function checkRule(rule: Rule & { id: string; name: string }): void {
  const { id, priority } = rule;
  if (!Number.isInteger(priority) || priority < 100 || priority > 4096) {
    refuse(
      "SecurityRuleInvalidPriority",
      `Security rule ${id} has invalid Priority. Value provided: ${priority} Priority should be between 100 and 4096.`,
    );
  }
  if (!["Allow", "Deny"].some((allowed) => same(allowed, rule.access))) {
    refuse(
      "SecurityRuleInvalidAccess",
      `Security rule ${id} has invalid Access. Value provided: ${rule.access} Allowed values are: Allow, Deny.`,
    );
  }
  if (!["Inbound", "Outbound"].some((allowed) => same(allowed, rule.direction))) {
    refuse(
      "SecurityRuleInvalidDirection",
      `Security rule ${id} has invalid Direction. Value provided: ${rule.direction} Allowed values are: Inbound, Outbound.`,
    );
  }
  if (!PROTOCOLS.some((allowed) => same(allowed, rule.protocol))) {
    refuse(
      "SecurityRuleInvalidProtocol",
      `Security rule ${id} has invalid Protocol. Value provided: ${rule.protocol} Allowed values are: ${PROTOCOLS.join(", ")}.`,
    );
  }
  if ((rule.description ?? "").length > 140) {
    refuse("SecurityRuleDescriptionTooLong", `Security rule ${id} has a description of more than 140 characters.`);
  }
  checkAddresses(
    id,
    "source",
    rule.sourceAddressPrefix,
    rule.sourceAddressPrefixes,
    rule.sourceApplicationSecurityGroups,
  );
  checkAddresses(
    id,
    "destination",
    rule.destinationAddressPrefix,
    rule.destinationAddressPrefixes,
    rule.destinationApplicationSecurityGroups,
  );
  checkPorts(id, "source", rule.sourcePortRange, rule.sourcePortRanges);
  checkPorts(id, "destination", rule.destinationPortRange, rule.destinationPortRanges);
}

/** Two rules of one direction may not have one priority. */
export function checkConflicts(
  rule: Rule & { id: string; name: string },
  others: readonly (Rule & { id: string; name: string })[],
): void {
  const rival = others.find(
    (other) => !same(other.id, rule.id) && other.priority === rule.priority && same(other.direction, rule.direction),
  );
  if (rival === undefined) return;
  refuse(
    "SecurityRuleConflict",
    `Security rule ${rule.name} conflicts with rule ${rival.name}. Rules cannot have the same Priority and Direction. To learn more, see aka.ms/nsgrules.`,
  );
}

function checkAddresses(
  id: string,
  end: "source" | "destination",
  prefix: string | undefined,
  prefixes: readonly string[] | undefined,
  groups: readonly unknown[] | undefined,
): void {
  const given = [prefix !== undefined, (prefixes ?? []).length > 0, (groups ?? []).length > 0].filter(Boolean).length;
  if (given === 0) {
    refuse(
      "SecurityRuleParameterMissing",
      `Required security rule parameters are missing for security rule with Id: ${id}. Security rule must specify ${end}AddressPrefix(es) or ${end}ApplicationSecurityGroups.`,
    );
  }
  if (given > 1) {
    refuse(
      "SecurityRuleParameterContainsUnsupportedCombination",
      `Security rule ${id} must specify only one of ${end}AddressPrefix, ${end}AddressPrefixes and ${end}ApplicationSecurityGroups.`,
    );
  }
  if (prefix !== undefined && prefix !== "*" && !isAddress(prefix) && !SERVICE_TAG.test(prefix))
    invalidAddress(id, prefix);
  const list = prefixes ?? [];
  for (const [index, each] of list.entries()) {
    if (each === "*" || SERVICE_TAG.test(each)) {
      refuse(
        "SecurityRuleParameterContainsUnsupportedValue",
        `Security rule parameter ${end}AddressPrefixes for rule with Id ${id} cannot specify existing VIRTUALNETWORK, INTERNET, AZURELOADBALANCER, '*' or any other system tags. Unsupported value used: ${each}.`,
      );
    }
    if (!isAddress(each)) invalidAddress(id, each);
    const other = list.slice(0, index).find((earlier) => same(earlier, each) || overlaps(whole(earlier), whole(each)));
    if (other !== undefined) {
      refuse(
        "OverlappingSubnetsNotPermittedInSecurityRule",
        `Security rule ${id} does not support overlapping subnets. Overlapping subnets: ${other}, ${each}.`,
      );
    }
  }
}

function invalidAddress(id: string, value: string): void {
  refuse(
    "SecurityRuleInvalidAddressPrefix",
    `Security rule ${id} has invalid Address prefix. Value provided: ${value}`,
  );
}

function checkPorts(
  id: string,
  end: "source" | "destination",
  range: string | undefined,
  ranges: readonly string[] | undefined,
): void {
  const given = [range !== undefined, (ranges ?? []).length > 0].filter(Boolean).length;
  if (given === 0) {
    refuse(
      "SecurityRuleParameterMissing",
      `Required security rule parameters are missing for security rule with Id: ${id}. Security rule must specify ${end}PortRange or ${end}PortRanges.`,
    );
  }
  if (given > 1) {
    refuse(
      "SecurityRuleParameterContainsUnsupportedCombination",
      `Security rule ${id} must specify only one of ${end}PortRange and ${end}PortRanges.`,
    );
  }
  for (const each of range === undefined ? (ranges ?? []) : [range]) {
    if (isPortRange(each) || (each === "*" && (range !== undefined || ranges?.length === 1))) continue;
    refuse(
      "SecurityRuleInvalidPortRange",
      `Security rule has invalid Port range. Value provided: ${each}. Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535.`,
    );
  }
}

function isPortRange(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return false;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first <= last && last <= 65_535;
}

/** An IPv4 address or range, with or without host bits, or an IPv6 one. */
const isAddress = (text: string): boolean =>
  parseRange(text) !== undefined ||
  parseAddress(text) !== undefined ||
  /^[0-9a-f:]*:[0-9a-f:]*(\/\d{1,3})?$/i.test(text);

const whole = (text: string): string => (text.includes("/") ? text : `${text}/32`);
