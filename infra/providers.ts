import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider.js";
import { Provider as GcpProvider } from "@pulumi/gcp/provider.js";
import type { ProviderResource } from "@pulumi/pulumi";
import type { RegionPlan } from "./plan/topology.ts";

/**
 * One provider for each cloud that the stack uses, bound to the account that the config names: credentials for another
 * account then fail at once. Regions are told apart by each resource's own region, not by a provider each, since a
 * provider plugin takes 170–430 MB.
 */
export function createProviders(regions: readonly RegionPlan[]): ProviderResource[] {
  const providers: ProviderResource[] = [];
  const aws = regions.find((region) => region.cloud === "aws");
  if (aws !== undefined) {
    providers.push(new AwsProvider("aws", { region: aws.location, allowedAccountIds: [aws.account.accountId] }));
  }
  const azure = regions.find((region) => region.cloud === "azure");
  if (azure !== undefined) {
    providers.push(new AzureProvider("azure", { ...azure.account }));
  }
  const gcp = regions.find((region) => region.cloud === "gcp");
  if (gcp !== undefined) {
    providers.push(new GcpProvider("gcp", { project: gcp.account.project }));
  }
  return providers;
}
