import type { Area } from "../../area.ts";
import adminPorts from "./adminPorts.ts";
import denyByDefault from "./denyByDefault.ts";
import enforcedPolicies from "./enforcedPolicies.ts";
import givenAddresses from "./givenAddresses.ts";
import loadBalancers from "./loadBalancers.ts";
import namedPeers from "./namedPeers.ts";
import namespaceDeny from "./namespaceDeny.ts";
import privateServices from "./privateServices.ts";
import publicPorts from "./publicPorts.ts";

export const network: Area = {
  title: "Network",
  rules: [adminPorts, publicPorts, givenAddresses, privateServices, enforcedPolicies, loadBalancers, namedPeers],
  stackRules: [denyByDefault, namespaceDeny],
};
