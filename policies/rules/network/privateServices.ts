import { rule } from "../../rule.ts";
import { exactly, settings } from "../../settings.ts";
import { cis } from "../../sources/benchmarks.ts";

const table = settings({
  "aws:ec2/vpcEndpoint:VpcEndpoint": { privateDnsEnabled: exactly(true) },
  "azure-native:keyvault:Vault": {
    "properties.publicNetworkAccess": exactly("Disabled"),
    "properties.networkAcls.defaultAction": exactly("Deny"),
  },
  "gcp:compute/subnetwork:Subnetwork": { privateIpGoogleAccess: exactly(true) },
});

export default rule({
  id: "NET-006",
  title: "The clouds' own services are reached without the internet",
  severity: "high",
  why: "A vault with a public endpoint is one stolen token away from everybody, and traffic to it over the internet needs a way out that nodes should not have.",
  sources: [
    cis.azure("8.3.7", "vaults have no public access"),
    cis.azure("8.3.8", "vaults are reached by private endpoints"),
  ],
  fix: "Close the public endpoint, and let the service's usual name resolve to the private one.",
  applies: table.applies,
  needs: [...table.needs, "vpcEndpointType"],
  // Gateway endpoints stand in route tables and have no name of their own.
  check: (properties, context) => (properties.vpcEndpointType === "Gateway" ? [] : table.check(properties, context)),
});
