import { type PropertyPath, valuesAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { type Fault, faults } from "../../settings.ts";
import { aws } from "../../sources/clouds.ts";
import { isList, statementsIn } from "../../statements.ts";

/** What every caller may ask for, beside lists that cannot be narrowed to one resource. */
const HARMLESS = ["ecr:GetAuthorizationToken", "sts:GetCallerIdentity"];

/** Google's roles for what only a project as a whole has: its logs, its metrics, its images. */
const PROJECT_WIDE = [
  "roles/artifactregistry.reader",
  "roles/logging.logWriter",
  "roles/monitoring.metricWriter",
  "roles/monitoring.viewer",
  "roles/stackdriver.resourceMetadata.writer",
];

const document: Fault = (value) => {
  const broad = (statementsIn(value) ?? [])
    .filter(({ allows, resources }) => allows && resources.includes("*"))
    .flatMap(({ actions }) => actions.filter((action) => !isList(action) && !HARMLESS.includes(action)));
  return broad.length === 0
    ? undefined
    : `allows ${broad.length} ${broad.length === 1 ? "action" : "actions"} on every resource, beside mere lists`;
};

const azureScope: Fault = (value) =>
  /^\/?$|^\/subscriptions\/[^/]+\/?$|\/managementGroups\/[^/]+\/?$|^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/?$/i.test(
    String(value),
  )
    ? "is a whole resource group or more"
    : undefined;

const everyNamespace: Fault = (value) => (value === "cluster" ? "is every namespace of the cluster" : undefined);

const projectRole: Fault = (value) =>
  PROJECT_WIDE.includes(String(value)) ? undefined : "is granted on the whole project";

const wholeOrganisation: Fault = () => "is granted on every project below";

/** Secrets that are named one by one may be read; a right to all of a namespace's is a right to all that it protects. */
const secretsOfAll: Fault = (value) => {
  const names = valuesAt(value, "resources[]").map((found) => found.value);
  const [named] = valuesAt(value, "resourceNames[]").map((found) => found.value);
  return names.includes("secrets") && named === undefined ? "is for every secret, without resourceNames" : undefined;
};

const GRANTS: Readonly<Record<string, Readonly<Record<PropertyPath, Fault>>>> = {
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": { "accessScope.type": everyNamespace },
  "aws:iam/policy:Policy": { policy: document },
  "aws:iam/rolePolicy:RolePolicy": { policy: document },
  "azure-native:authorization:RoleAssignment": { scope: azureScope },
  "gcp:folder/iAMBinding:IAMBinding": { role: wholeOrganisation },
  "gcp:folder/iAMMember:IAMMember": { role: wholeOrganisation },
  "gcp:organizations/iAMBinding:IAMBinding": { role: wholeOrganisation },
  "gcp:organizations/iAMMember:IAMMember": { role: wholeOrganisation },
  "gcp:projects/iAMMember:IAMMember": { role: projectRole },
  "gcp:projects/iAMBinding:IAMBinding": { role: projectRole },
  "kubernetes:rbac.authorization.k8s.io/v1:Role": { "rules[]": secretsOfAll },
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": { "rules[]": secretsOfAll },
};

const table = faults(GRANTS);

export default rule({
  id: "IAM-002",
  title: "Rights are on named resources, not on all there are",
  severity: "high",
  why: "A right that reaches past the region's own resources makes one stolen pod everybody's incident.",
  sources: [
    aws(
      "wellarchitected/latest/framework/sec_permissions_least_privileges.html",
      "SEC03-BP02, grant least privilege access",
    ),
  ],
  fix: "Name the ARN, the resource's scope, namespaces or resourceNames; on Google Cloud grant on the resource instead of the project.",
  ...table,
  needs: [...table.needs, "rules[].resources[]", "rules[].resourceNames[]"],
});
