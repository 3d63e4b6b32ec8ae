import type { Published } from "./source.ts";

export const PBFT: Published = {
  title: "Castro and Liskov, Practical Byzantine Fault Tolerance (OSDI 1999): 3f + 1 replicas for f liars",
  url: "https://www.usenix.org/conference/osdi-99/practical-byzantine-fault-tolerance",
};

export const RAFT: Published = {
  title:
    "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (ATC 2014): majorities, and timeouts far above the broadcast time",
  url: "https://www.usenix.org/conference/atc14/technical-sessions/presentation/ongaro",
};

export const CANARYING: Published = {
  title:
    "Google, The Site Reliability Workbook, Canarying Releases: a canary is compared with the rest, on enough of the traffic",
  url: "https://sre.google/workbook/canarying-releases",
};

export const SAFE_DEPLOYMENTS: Published = {
  title: "Amazon Builders' Library, Automating safe, hands-off deployments: waves of regions, and bake time after each",
  url: "https://aws.amazon.com/builders-library/automating-safe-hands-off-deployments/",
};

export const ROLLBACK_SAFETY: Published = {
  title:
    "Amazon Builders' Library, Ensuring rollback safety during deployments: formats change in a deployment of their own",
  url: "https://aws.amazon.com/builders-library/ensuring-rollback-safety-during-deployments/",
};
