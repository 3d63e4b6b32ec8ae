/** Faults among the cases that other rules must refuse, too, by rule and title. Every other fault makes one rule fire. */
export const TWOFOLD: Readonly<Record<string, { others: readonly string[]; reason: string }>> = {
  "DEL-033 Argo's four errors in a row": {
    others: ["DEL-031"],
    reason: "Four errors in a row take longer than detection may.",
  },
  "DEL-040 no autoscaler": {
    others: ["DEL-041", "DEL-043"],
    reason: "Shares of pods and the generation to switch to are counted from the autoscaler's least.",
  },
  "DEL-040 one pod at least": {
    others: ["DEL-041", "DEL-043"],
    reason: "Shares of pods and the generation to switch to are counted from the autoscaler's least.",
  },
  "DEL-043 a smaller generation": {
    others: ["DEL-041"],
    reason: "Of two pods two thirds are both.",
  },
  "DEL-044 a measurement after one scrape": {
    others: ["DEL-031"],
    reason: "The chart's own scrape interval is also longer than detection may take.",
  },
};
