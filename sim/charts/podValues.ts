import { z } from "zod";

/** Values that are handed to Kubernetes as they are; the API server checks them. */
const kubernetes = z.record(z.string(), z.unknown());

const quantities = z.record(z.string(), z.union([z.string(), z.number()]));

export const resources = z.strictObject({ requests: quantities.optional(), limits: quantities.optional() });

export const texts = z.record(z.string(), z.string());

/** Where a chart lets its pods run. */
export const scheduling = {
  nodeSelector: texts.optional(),
  tolerations: z.array(kubernetes).optional(),
  affinity: kubernetes.optional(),
  topologySpreadConstraints: z.array(kubernetes).optional(),
  priorityClassName: z.string().optional(),
} as const;

export const serviceAccount = z
  .strictObject({ create: z.boolean().default(true), name: z.string().default(""), annotations: texts.default({}) })
  .prefault({});

export const disruptionBudget = z
  .strictObject({
    enabled: z.boolean().default(false),
    minAvailable: z.union([z.int(), z.string()]).optional(),
    maxUnavailable: z.union([z.int(), z.string()]).optional(),
  })
  .prefault({});

/** A part of a chart that has no program in the simulated clusters, and is switched on or off by `key`. */
export const absent = <Key extends string>(key: Key) => z.looseObject({ [key]: z.boolean().optional() }).optional();

export const anything = kubernetes;

export type Scheduling = z.infer<z.ZodObject<typeof scheduling>>;
export type ServiceAccountValues = z.infer<typeof serviceAccount>;
export type DisruptionBudgetValues = z.infer<typeof disruptionBudget>;
