import { knownAt, Unknown, valueAt, valuesAt } from "../path.ts";
import { type IngressReader, isAnywhere, type Opening, openPorts } from "./opening.ts";

/** Types that hold rules in a list of theirs. */
const GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
/** Types that are one rule. */
const RULES = [
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
];

/** The newest type holds one range and says `ipProtocol`, the others hold lists. */
const LISTS = ["cidrBlocks[]", "ipv6CidrBlocks[]"];
const RANGES = [...LISTS, "cidrIpv4", "cidrIpv6"];
const PORTS = ["protocol", "ipProtocol", "fromPort", "toPort"];

export const awsIngress: IngressReader = {
  types: [...GROUPS, ...RULES],
  needs: [
    "type",
    ...[...RANGES, ...PORTS].flatMap((path) => (/^(ip[PA]|cidrIp)/.test(path) ? [path] : [path, `ingress[].${path}`])),
  ],
  openings: (properties, type) => {
    const isGroup = GROUPS.includes(type);
    const rules = isGroup ? valuesAt(properties, "ingress[]") : [{ at: "", value: properties }];
    const ranges = isGroup ? LISTS : RANGES;
    // The oldest type holds rules of both directions.
    if ((valueAt(properties, "type") ?? "ingress") !== "ingress") return [];
    return rules
      .filter(({ value }) => ranges.some((path) => knownAt(value, path).some(isAnywhere)))
      .map(({ at, value }) => ({ at, ports: ports(value) }));
  },
};

function ports(rule: unknown): Opening["ports"] {
  const [protocol, ipProtocol, from, to] = PORTS.map((path) => valueAt(rule, path));
  const named = protocol ?? ipProtocol;
  // Rules for every protocol carry ports without meaning.
  if (named === "-1" || named === "all") return openPorts(named, []);
  const unknown = [from, to].find((port) => port instanceof Unknown);
  return openPorts(named, [unknown ?? (from === undefined ? undefined : `${from}-${to ?? from}`)]);
}
