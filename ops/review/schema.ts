import { z } from "zod";
import { ACTIONS, DANGER_CLASSES, MARKS, type Review, STATEMENT_KINDS } from "./model.ts";

const property = z.strictObject({
  path: z.string(),
  change: z.enum(["added", "removed", "changed", "reordered"]),
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  secret: z.literal(true).exactOptional(),
  unknown: z.literal(true).exactOptional(),
  forces: z.literal(true).exactOptional(),
});

const dependents = z.strictObject({ count: z.int().min(0), names: z.array(z.string()) });

const resource = z.strictObject({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  action: z.enum(ACTIONS),
  renamedFrom: z.string().exactOptional(),
  marks: z.array(z.enum(MARKS)),
  properties: z.array(property),
  replacement: z
    .strictObject({ forcedBy: z.array(z.string()), order: z.enum(["new one first", "old one first"]) })
    .exactOptional(),
  dependents,
  repairsDrift: z.literal(true).exactOptional(),
});

const danger = z.strictObject({
  class: z.enum(DANGER_CLASSES),
  text: z.string(),
  resources: z.array(z.string()),
  regions: z.array(z.string()),
  properties: z.array(property),
  dependents,
});

const statement = z.strictObject({
  kind: z.enum(STATEMENT_KINDS),
  regions: z.array(z.string()),
  short: z.string().exactOptional(),
  text: z.string(),
});

const policies = z.strictObject({
  packs: z.record(z.string(), z.string()),
  violations: z.array(
    z.strictObject({
      rule: z.string(),
      level: z.enum(["mandatory", "advisory"]),
      severity: z.string().exactOptional(),
      urn: z.string(),
      message: z.string(),
    }),
  ),
  deferred: z.strictObject({
    checks: z.int().min(0),
    resources: z.int().min(0),
    rules: z.array(z.strictObject({ rule: z.string(), checks: z.int().min(1) })),
  }),
  exemptions: z.array(
    z.strictObject({
      rule: z.string(),
      resource: z.string(),
      reason: z.string(),
      owner: z.string(),
      expires: z.string(),
    }),
  ),
});

const drifted = z.strictObject({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  region: z.string(),
  deleted: z.boolean(),
  properties: z.array(property),
  repaired: z.boolean(),
});

const pairState = z.strictObject({
  kind: z.enum(["vpn", "peering"]),
  tunnels: z.array(z.string()),
  survivesAnyLoss: z.boolean(),
});

const mesh = z.strictObject({
  pairs: z.array(
    z.strictObject({
      regions: z.tuple([z.string(), z.string()]),
      before: pairState.exactOptional(),
      after: pairState.exactOptional(),
    }),
  ),
});

/** What `novactl diff --json` prints, as described by `Review`. Programs that read it hold to `format`. */
export const reviewSchema = z.strictObject({
  format: z.literal(1),
  stack: z.string(),
  sentence: z.string(),
  counts: z.strictObject({
    ...(Object.fromEntries(ACTIONS.map((action) => [action, z.int().min(0)])) as Record<
      (typeof ACTIONS)[number],
      z.ZodInt
    >),
    unchanged: z.int().min(0),
  }),
  dangers: z.array(danger),
  statements: z.array(statement),
  regions: z.array(
    z.strictObject({
      region: z.string(),
      clouds: z.array(
        z.strictObject({
          cloud: z.string(),
          components: z.array(z.strictObject({ component: z.string(), resources: z.array(resource) })),
        }),
      ),
    }),
  ),
  outputs: z.array(property),
  policies,
  drift: z.array(drifted),
  mesh: mesh.exactOptional(),
}) satisfies z.ZodType<Review>;

/**
 * JSON Schema of what `novactl diff --json` prints.
 * `node ops/review/schema.ts > schema/review.schema.json && npm run format` writes the committed copy.
 */
export function reviewJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(reviewSchema, { target: "draft-2020-12" });
  return { $schema, title: "Review of a change to a stack of the NovaCron environment", ...schema };
}

if (import.meta.main) console.log(JSON.stringify(reviewJsonSchema(), undefined, 2));
