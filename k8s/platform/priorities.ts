import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { PRIORITIES } from "./names.ts";

const CLASSES = [
  {
    name: PRIORITIES.critical,
    value: 1_000_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "What a region cannot answer or roll back without",
  },
  {
    name: PRIORITIES.service,
    value: 500_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "The released services",
  },
  { name: PRIORITIES.background, value: -10, preemptionPolicy: "Never", description: "Load and measurements" },
];

/** The order in which pods give way when nodes are short. */
export const priorityClasses = (prefix: string, options: ComponentResourceOptions): PriorityClass[] =>
  CLASSES.map(
    ({ name, ...rest }) =>
      new PriorityClass(`${prefix}-${name}`, { metadata: { name }, globalDefault: false, ...rest }, options),
  );
