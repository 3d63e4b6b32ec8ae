import type { StorageAccountArgs } from "@pulumi/azure-native/storage/storageAccount.js";
import type { Unwrap } from "@pulumi/pulumi";
import { overlaps, parseAddress, parseRange } from "../../ipv4.ts";
import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";
import { find, nameOf } from "./ids.ts";
import { findSubnet, subnet } from "./subnets.ts";

/** Ranges that no caller from the internet has. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** The firewall of a storage account. */
export function checkNetworkRules(rules: Unwrap<StorageAccountArgs>["networkRuleSet"], world: World): void {
  if (rules === undefined) return;
  const invalid = (parameter: string) =>
    refuse("InvalidValuesForRequestParameters", `Values for request parameters are invalid: ${parameter}.`);
  const bypass = (rules.bypass ?? "AzureServices").split(",").map((word) => word.trim());
  if (!bypass.every((word) => ["None", "Logging", "Metrics", "AzureServices"].includes(word)))
    invalid("networkAcls.bypass");
  if (!["Allow", "Deny"].includes(rules.defaultAction)) invalid("networkAcls.defaultAction");
  for (const { iPAddressOrRange } of rules.ipRules ?? []) {
    const range = iPAddressOrRange.includes("/") ? iPAddressOrRange : `${iPAddressOrRange}/32`;
    const parsed = parseRange(range) ?? (parseAddress(iPAddressOrRange) === undefined ? undefined : parseRange(range));
    // Storage wants single addresses as such: /31 and /32 are not ranges to it.
    const tooSmall = iPAddressOrRange.includes("/") && (parsed?.prefix ?? 0) > 30;
    if (parsed === undefined || tooSmall || PRIVATE_RANGES.some((own) => overlaps(own, range))) {
      invalid("networkAcls.ipRule[*].value");
    }
  }
  for (const { virtualNetworkResourceId } of rules.virtualNetworkRules ?? []) {
    const named =
      findSubnet(world, virtualNetworkResourceId) ??
      refuse(
        "NetworkAclsValidationFailure",
        `Validation of network acls failure: VnetOrSubnetNotFound:Subnet ${virtualNetworkResourceId} could not be found.`,
      );
    const endpoints = find(world, subnet, named.id)?.state.serviceEndpoints ?? [];
    if (endpoints.some(({ service }) => service?.startsWith("Microsoft.Storage"))) continue;
    refuse(
      "NetworkAclsValidationFailure",
      `Validation of network acls failure: SubnetsHaveNoServiceEndpointsConfigured:Subnets ${named.name} of virtual network ${nameOf(named.network.id)} do not have ServiceEndpoints for Microsoft.Storage resources configured. Add Microsoft.Storage to subnet's ServiceEndpoints collection before trying to ACL Microsoft.Storage resources to these subnets..`,
    );
  }
}
