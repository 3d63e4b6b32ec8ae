import type {
  NetworkSecurityGroup,
  NetworkSecurityGroupArgs,
} from "@pulumi/azure-native/network/networkSecurityGroup.js";
import type { SecurityRule, SecurityRuleArgs } from "@pulumi/azure-native/network/securityRule.js";
import type { Unwrap } from "@pulumi/pulumi";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import type { World } from "../../world.ts";
import { changeable, deletable, newChild, newResource, refuseWhileNested } from "./arm.ts";
import { given } from "./given.ts";
import { childrenOf, find, nameOf, parentOf, same } from "./ids.ts";
import { etag, guid } from "./metadata.ts";
import { anyName, checkNetworkName, childName } from "./networkNames.ts";
import { checkConflicts, checkRule, type Rule } from "./securityRules.ts";
import { dependentsOf } from "./usage.ts";

const SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups";

export const networkSecurityGroup: Service<OutputsOf<NetworkSecurityGroup>> = service<
  NetworkSecurityGroupArgs,
  NetworkSecurityGroup
>("azure-native:network:NetworkSecurityGroup", {
  replaceOn: ["networkSecurityGroupName", "resourceGroupName", "location"],
  naming: anyName("networkSecurityGroupName"),
  create: (input, world) => {
    checkNetworkName(input.networkSecurityGroupName ?? "");
    const group = newResource(world, networkSecurityGroup, SECURITY_GROUP, input, input.networkSecurityGroupName);
    return {
      ...group,
      azureApiVersion: "2024-05-01",
      defaultSecurityRules: DEFAULT_RULES.map((rule) => ({
        ...rule,
        etag: etag(world),
        id: `${group.id}/defaultSecurityRules/${rule.name}`,
        provisioningState: "Succeeded",
      })),
      etag: etag(world),
      flowLogs: [],
      networkInterfaces: [],
      provisioningState: "Succeeded",
      resourceGuid: guid(world),
      // Rules that are resources of their own are not repeated here.
      securityRules: inlineRules(input.securityRules, group.id, world),
      subnets: [],
    };
  },
  update: (input, current, world) => {
    changeable(world, current.id, input);
    return { etag: etag(world), securityRules: inlineRules(input.securityRules, current.id, world) };
  },
  remove: (group, world) => {
    deletable(world, group.id);
    const users = dependentsOf(world, group);
    if (users.length > 0) {
      refuse(
        "InUseNetworkSecurityGroupCannotBeDeleted",
        `Network security group ${group.id} cannot be deleted because it is in use by the following resources: ${users.map((user) => user.id).join(", ")}. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.`,
      );
    }
    const rules = childrenOf(world, securityRule, group.id);
    // Azure would take its rules along. Here each is a resource that a program answers for.
    refuseWhileNested(rules);
  },
  seconds: { create: 5, update: 3, remove: 5 },
});

export const securityRule: Service<OutputsOf<SecurityRule>> = service<SecurityRuleArgs, SecurityRule>(
  "azure-native:network:SecurityRule",
  {
    replaceOn: ["securityRuleName", "networkSecurityGroupName", "resourceGroupName"],
    naming: childName("securityRuleName"),
    create: (input, world) => {
      const name = input.securityRuleName ?? world.logicalName;
      checkNetworkName(name);
      const { child, parent } = newChild(
        world,
        securityRule,
        `${SECURITY_GROUP}/securityRules`,
        input,
        networkSecurityGroup,
        input.networkSecurityGroupName,
        name,
      );
      const rule = { ...input, id: child.id, name: child.name };
      checkRule(rule);
      checkConflicts(rule, rulesOf(world, parent.id));
      return {
        id: child.id,
        name: child.name,
        type: child.type,
        azureApiVersion: "2024-05-01",
        etag: etag(world),
        provisioningState: "Succeeded",
        sourceAddressPrefixes: input.sourceAddressPrefixes ?? [],
        destinationAddressPrefixes: input.destinationAddressPrefixes ?? [],
        sourcePortRanges: input.sourcePortRanges ?? [],
        destinationPortRanges: input.destinationPortRanges ?? [],
      };
    },
    update: (input, current, world) => {
      changeable(world, current.id, {});
      const rule = { ...input, id: current.id, name: nameOf(current.id) };
      checkRule(rule);
      checkConflicts(rule, rulesOf(world, parentOf(current.id)));
      return { etag: etag(world) };
    },
    remove: (rule, world) => deletable(world, rule.id),
    seconds: { create: 3, update: 3, remove: 3 },
  },
);

/** All rules of a security group but Azure's own. */
export function rulesOf(world: World, groupId: string): (Rule & { id: string; name: string })[] {
  const own = childrenOf(world, securityRule, groupId).map(({ id, state }) => ({ ...state, id, name: nameOf(id) }));
  const inline = find(world, networkSecurityGroup, groupId)?.state.securityRules ?? [];
  return [...own, ...inline.map((rule) => ({ ...rule, id: rule.id ?? "", name: rule.name ?? "" }))];
}

function inlineRules(inputs: Unwrap<NetworkSecurityGroupArgs>["securityRules"], groupId: string, world: World) {
  const asked = given(inputs ?? []).map(
    ({ sourceApplicationSecurityGroups, destinationApplicationSecurityGroups, ...rule }) => ({
      ...rule,
      id: `${groupId}/securityRules/${rule.name}`,
      name: rule.name ?? "",
      priority: rule.priority ?? 0,
    }),
  );
  const standing = childrenOf(world, securityRule, groupId).map(({ id, state }) => ({
    ...state,
    id,
    name: nameOf(id),
  }));
  asked.forEach((rule, index) => {
    checkNetworkName(rule.name);
    if (asked.slice(0, index).some((earlier) => same(earlier.name, rule.name))) {
      refuse("DuplicateResourceName", `Resource ${groupId} has two child resources with the same name (${rule.name}).`);
    }
    checkRule(rule);
    checkConflicts(rule, [...standing, ...asked.slice(0, index)]);
  });
  return asked.map((rule) => ({
    ...rule,
    etag: etag(world),
    provisioningState: "Succeeded",
    type: `${SECURITY_GROUP}/securityRules`,
  }));
}

/** The rules below all others, which Azure gives to every security group. */
const DEFAULT_RULES = (
  [
    ["AllowVnetInBound", "Inbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"],
    ["AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65001, "AzureLoadBalancer", "*"],
    ["DenyAllInBound", "Inbound", "Deny", 65500, "*", "*"],
    ["AllowVnetOutBound", "Outbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"],
    ["AllowInternetOutBound", "Outbound", "Allow", 65001, "*", "Internet"],
    ["DenyAllOutBound", "Outbound", "Deny", 65500, "*", "*"],
  ] as const
).map(([name, direction, access, priority, sourceAddressPrefix, destinationAddressPrefix]) => ({
  name,
  direction,
  access,
  priority,
  protocol: "*",
  sourceAddressPrefix,
  destinationAddressPrefix,
  sourcePortRange: "*",
  destinationPortRange: "*",
}));
