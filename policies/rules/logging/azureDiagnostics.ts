import { knownAt, Unknown, valueAt, valuesAt } from "../../path.ts";
import { refersTo } from "../../references.ts";
import { cis } from "../../sources/benchmarks.ts";
import { type StackResource, stackRule } from "../../stackRule.ts";

const SETTING = "azure-native:monitor:DiagnosticSetting";

/** What must be collected of each: one category of every list. */
const CATEGORIES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "azure-native:containerservice:ManagedCluster": [["kube-audit-admin", "kube-audit"], ["guard"]],
  "azure-native:keyvault:Vault": [["AuditEvent"]],
  "azure-native:network:VirtualNetworkGateway": [["IKEDiagnosticLog"], ["TunnelDiagnosticLog"], ["RouteDiagnosticLog"]],
};

export default stackRule({
  id: "LOG-004",
  title: "Azure's clusters, vaults and gateways send their logs to a workspace",
  severity: "high",
  why: "Azure writes none of these logs unless a diagnostic setting asks for it; AWS and Google Cloud have a switch on the resource.",
  sources: [cis.azure("6.1.4", "resource logs are on wherever there are any"), cis.aks("2.1.1", "audit logs are on")],
  fix: "Collect the categories with a diagnostic setting that names the resource and a workspace.",
  applies: [SETTING, ...Object.keys(CATEGORIES)],
  needs: ["logs[].category", "logs[].enabled", "workspaceId"],
  check: (resources) =>
    Object.entries(CATEGORIES).flatMap(([type, wanted]) =>
      resources
        .filter((each) => each.type === type)
        .flatMap((each) => {
          const collected = resources
            .filter((setting) => setting.type === SETTING && refersTo(setting, "resourceUri", each))
            .flatMap(categoriesOf);
          return wanted
            .filter((either) => !either.some((category) => collected.includes(category)))
            .map((either) => ({ urn: each.urn, text: `no diagnostic setting collects its ${either.join(" or ")}` }));
        }),
    ),
});

/** The categories that a setting sends to a workspace. */
function categoriesOf({ props, propertyDependencies }: StackResource): unknown[] {
  const workspace = valueAt(props, "workspaceId");
  const sent = workspace !== undefined || (propertyDependencies.workspaceId ?? []).length > 0;
  if (!sent) return [];
  return valuesAt(props, "logs[]")
    .filter(({ value }) => valueAt(value, "enabled") === true || valueAt(value, "enabled") instanceof Unknown)
    .flatMap(({ value }) => knownAt(value, "category"));
}
