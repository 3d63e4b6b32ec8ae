import { knownAt, Unknown, valueAt, valuesAt } from "../path.ts";
import { type IngressReader, isAnywhere, openPorts } from "./opening.ts";

/** A rule of a group's list, and one that is a resource of its own. */
const NAMES = ["name", "securityRuleName"];

const GROUP = "azure-native:network:NetworkSecurityGroup";

const SOURCES = ["sourceAddressPrefix", "sourceAddressPrefixes[]"];
const PORTS = ["destinationPortRange", "destinationPortRanges[]"];

export const azureIngress: IngressReader = {
  types: [GROUP, "azure-native:network:SecurityRule"],
  needs: ["direction", "access", "protocol", ...NAMES, ...SOURCES, ...PORTS].flatMap((path) => [
    path,
    `securityRules[].${path}`,
  ]),
  openings: (properties, type) => {
    const rules = type === GROUP ? valuesAt(properties, "securityRules[]") : [{ at: "", value: properties }];
    return rules
      .filter(({ value }) => is(value, "direction", "inbound") && is(value, "access", "allow"))
      .filter(({ value }) => SOURCES.some((path) => knownAt(value, path).some(isAnywhere)))
      .map(({ at, value }) => ({
        at,
        name: NAMES.map((path) => valueAt(value, path)).find((name) => name !== undefined),
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
