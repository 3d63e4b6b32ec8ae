import type { Area } from "../../area.ts";
import electionTimeout from "./electionTimeout.ts";
import ownVolumes from "./ownVolumes.ts";
import promisedLosses from "./promisedLosses.ts";
import replicaCounts from "./replicaCounts.ts";
import sameSettings from "./sameSettings.ts";
import staleness from "./staleness.ts";
import stateOutlives from "./stateOutlives.ts";
import stateReplicas from "./stateReplicas.ts";

export const data: Area = {
  title: "Data: quorums and staleness",
  rules: [stateReplicas, ownVolumes, stateOutlives],
  stackRules: [replicaCounts, promisedLosses, electionTimeout, staleness, sameSettings],
};
