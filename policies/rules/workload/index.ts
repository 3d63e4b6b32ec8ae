import type { Area } from "../../area.ts";
import accounts from "./accounts.ts";
import accountTokens from "./accountTokens.ts";
import budgets from "./budgets.ts";
import digests from "./digests.ts";
import distinctProbes from "./distinctProbes.ts";
import drains from "./drains.ts";
import endings from "./endings.ts";
import hostAccess from "./hostAccess.ts";
import pinnedCharts from "./pinnedCharts.ts";
import priorities from "./priorities.ts";
import priorityClasses from "./priorityClasses.ts";
import probes from "./probes.ts";
import quotas from "./quotas.ts";
import readOnlyRoot from "./readOnlyRoot.ts";
import replicas from "./replicas.ts";
import requests from "./requests.ts";
import restricted from "./restricted.ts";
import restrictedNamespaces from "./restrictedNamespaces.ts";
import spread from "./spread.ts";
import tokens from "./tokens.ts";
import updates from "./updates.ts";

export const workload: Area = {
  title: "Workloads",
  rules: [
    digests,
    hostAccess,
    restricted,
    readOnlyRoot,
    restrictedNamespaces,
    requests,
    probes,
    distinctProbes,
    replicas,
    spread,
    drains,
    updates,
    accounts,
    accountTokens,
    priorities,
    priorityClasses,
    endings,
    pinnedCharts,
  ],
  stackRules: [budgets, quotas, tokens],
};
