import { knownAt, Unknown, valueAt, valuesAt } from "../path.ts";
import { type IngressReader, isAnywhere, openPorts } from "./opening.ts";

const GROUP = "azure-native:network:NetworkSecurityGroup";

const SOURCES = ["sourceAddressPrefix", "sourceAddressPrefixes[]"];
const PORTS = ["destinationPortRange", "destinationPortRanges[]"];

export const azureIngress: IngressReader = {
  types: [GROUP, "azure-native:network:SecurityRule"],
  needs: [
    "securityRuleName",
    "securityRules[].name",
    ...["direction", "access", "protocol", ...SOURCES, ...PORTS].flatMap((path) => [path, `securityRules[].${path}`]),
  ],
  openings: (properties, type) => {
    const rules = type === GROUP ? valuesAt(properties, "securityRules[]") : [{ at: "", value: properties }];
    return rules
      .filter(({ value }) => is(value, "direction", "inbound") && is(value, "access", "allow"))
      .filter(({ value }) => SOURCES.some((path) => knownAt(value, path).some(isAnywhere)))
      .map(({ at, value }) => ({
        at,
        name: valueAt(value, type === GROUP ? "name" : "securityRuleName"),
        ports: openPorts(
          valueAt(value, "protocol"),
          PORTS.flatMap((path) => valuesAt(value, path)).map((port) => port.value),
        ),
      }));
  },
};

const is = (rule: unknown, path: string, word: string): boolean => {
  const value = valueAt(rule, path);
  return !(value instanceof Unknown) && String(value).toLowerCase() === word;
};
