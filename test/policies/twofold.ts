interface Twofold {
  /** The other rules that fire. */
  others: readonly string[];
  reason: string;
}

const WHOLE = ["folder", "organizations", "projects"].flatMap((level) =>
  ["iAMBinding:IAMBinding", "iAMMember:IAMMember"].map((kind) => `gcp:${level}/${kind}`),
);

/** Changes of one place that are two faults, by rule, type and place. Every other makes one rule fire. */
export const TWOFOLD_CHANGES: Readonly<Record<string, Twofold>> = Object.fromEntries(
  WHOLE.map((type) => [
    `IAM-001 ${type} role`,
    { others: ["IAM-002"], reason: "A role that holds everything is on no named resource there." },
  ]),
);

/** Faults of resources together that are two, by rule and title. Every other makes one rule fire. */
export const TWOFOLD: Readonly<Record<string, Twofold>> = {
  "DEL-030 a gateway that gathers changes for five seconds": {
    others: ["DEL-022"],
    reason: "The gateway's throttle has a limit of its own.",
  },
  "DEL-030 a throttle that is no duration": {
    others: ["DEL-022"],
    reason: "The gateway's throttle has a limit of its own.",
  },
  "DEL-033 Argo's four errors in a row": {
    others: ["DEL-031"],
    reason: "Four errors in a row take longer than detection may.",
  },
  "DEL-040 no autoscaler": {
    others: ["DEL-041", "DEL-043"],
    reason: "Shares of pods and the generation to switch to are counted from the autoscaler's least.",
  },
  "DEL-040 one pod at least": {
    others: ["DEL-041", "DEL-043", "WRK-020"],
    reason: "Shares of pods, budgets and the generation to switch to are counted from the autoscaler's least.",
  },
  "DEL-043 a smaller generation": {
    others: ["DEL-041"],
    reason: "Of two pods two thirds are both.",
  },
  "DEL-044 a measurement after one scrape": {
    others: ["DEL-031"],
    reason: "The chart's own scrape interval is also longer than detection may take.",
  },
  "JWT-001 an entry point that nobody declares": {
    others: ["TLS-005", "TLS-010"],
    reason: "A route that is open also needs a certificate, and tells clients to come by TLS.",
  },
  "JWT-001 a route of every entry point": {
    others: ["TLS-005", "TLS-010"],
    reason: "A route that is open also needs a certificate, and tells clients to come by TLS.",
  },
  "JWT-003 one replica": {
    others: ["WRK-009"],
    reason: "Every Deployment has two replicas or more.",
  },
  "MSH-002 two gateways with one number": {
    others: ["MSH-003"],
    reason: "The other ends declare paths to the number that it had.",
  },
  "MSH-002 a number that Azure keeps for itself": {
    others: ["MSH-003"],
    reason: "The other ends declare paths to the number that it had.",
  },
  "MSH-002 a public number": {
    others: ["MSH-003"],
    reason: "The other ends declare paths to the number that it had.",
  },
  "DAT-010 two Raft replicas": {
    others: ["DAT-011"],
    reason: "Two replicas survive none of the losses that three promised to.",
  },
};
