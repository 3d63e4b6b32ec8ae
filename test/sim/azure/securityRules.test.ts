import { test } from "node:test";
import { inGroup, placed, withNetwork } from "./baseline.ts";
import { refuses } from "./subscription.ts";

const { azure } = await withNetwork();
await azure.create("network:NetworkSecurityGroup", { ...placed, networkSecurityGroupName: "nsg" });

const without = (inputs: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => !keys.includes(key)));
const rule = (more: object) => ({
  ...inGroup,
  networkSecurityGroupName: "nsg",
  securityRuleName: "another",
  access: "Allow",
  direction: "Inbound",
  priority: 200,
  protocol: "Tcp",
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "443",
  ...more,
});
await azure.create("network:SecurityRule", rule({ securityRuleName: "first", priority: 100 }));

const refused: [why: string, code: string, kind: string, inputs: object][] = [
  ["a rule with priority 99", "SecurityRuleInvalidPriority", "network:SecurityRule", rule({ priority: 99 })],
  ["a rule with priority 4097", "SecurityRuleInvalidPriority", "network:SecurityRule", rule({ priority: 4097 })],
  ["two rules with one priority", "SecurityRuleConflict", "network:SecurityRule", rule({ priority: 100 })],
  [
    "a rule for a port beyond 65535",
    "SecurityRuleInvalidPortRange",
    "network:SecurityRule",
    rule({ destinationPortRange: "70000" }),
  ],
  [
    "a rule for ports in a list with commas",
    "SecurityRuleInvalidPortRange",
    "network:SecurityRule",
    rule({ destinationPortRange: "80,443" }),
  ],
  [
    "a rule for an address that is none",
    "SecurityRuleInvalidAddressPrefix",
    "network:SecurityRule",
    rule({ sourceAddressPrefix: "10.0.0.300" }),
  ],
  [
    "a rule with a tag in a list",
    "SecurityRuleParameterContainsUnsupportedValue",
    "network:SecurityRule",
    rule({ sourceAddressPrefix: undefined, sourceAddressPrefixes: ["10.0.0.0/8", "Internet"] }),
  ],
  [
    "a rule with overlapping ranges",
    "OverlappingSubnetsNotPermittedInSecurityRule",
    "network:SecurityRule",
    rule({ sourceAddressPrefix: undefined, sourceAddressPrefixes: ["10.0.0.0/8", "10.0.0.0/16"] }),
  ],
  [
    "a rule without a source",
    "SecurityRuleParameterMissing",
    "network:SecurityRule",
    without(rule({}), "sourceAddressPrefix"),
  ],
  [
    "a rule with port and ports",
    "SecurityRuleParameterContainsUnsupportedCombination",
    "network:SecurityRule",
    rule({ destinationPortRanges: ["80"] }),
  ],
  ["a rule of no group", "ParentResourceNotFound", "network:SecurityRule", rule({ networkSecurityGroupName: "none" })],
];
for (const [why, code, kind, inputs] of refused) {
  test(`Azure refuses ${why} (${code})`, () => refuses(code, azure.create(kind, { ...inputs })));
}
