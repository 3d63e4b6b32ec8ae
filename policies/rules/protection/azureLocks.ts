import { Unknown, valueAt } from "../../path.ts";
import { refersTo } from "../../references.ts";
import { cis } from "../../sources/benchmarks.ts";
import { type StackResource, stackRule } from "../../stackRule.ts";

const LOCK = "azure-native:authorization:ManagementLockByScope";

/** Azure's resources that other clouds protect by a switch of their own. */
const LOCKED = [
  "azure-native:containerservice:ManagedCluster",
  "azure-native:keyvault:Vault",
  "azure-native:storage:StorageAccount",
];

export default stackRule({
  id: "PRT-002",
  title: "In production Azure's clusters, vaults and storage accounts are locked against deletion",
  severity: "critical",
  why: "Azure has no deletion protection but locks; without one a single request takes an account with all that is in it.",
  sources: [
    cis.azure("6.2", "what is critical has resource locks"),
    cis.azure("9.3.9", "storage accounts have delete locks"),
  ],
  fix: "Set novacron:protect, the default in production, and give new kinds of resources a lock (infra/azure/locks.ts).",
  applies: [LOCK, ...LOCKED],
  needs: ["level"],
  check: (resources, { production }) => {
    if (!production) return [];
    const locks = resources.filter((each) => each.type === LOCK && forbidsDeletion(each));
    return resources
      .filter(({ type }) => LOCKED.includes(type))
      .filter((each) => !locks.some((lock) => refersTo(lock, "scope", each)))
      .map(({ urn }) => ({ urn, text: "no lock of level CanNotDelete or ReadOnly is on it" }));
  },
});

function forbidsDeletion({ props }: StackResource): boolean {
  const level = valueAt(props, "level");
  return level instanceof Unknown || level === "CanNotDelete" || level === "ReadOnly";
}
