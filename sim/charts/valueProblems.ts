import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

/** Says of each thing that a chart's schema refuses which key it is, what is known there, and what to do. */
export function valueProblems(chart: string, schema: z.ZodType, error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== "unrecognized_keys") return [`${chart}: value '${path.join(".")}': ${issue.message}`];
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => {
      const full = [...path, key].join(".");
      const near = closest(key, known);
      // Farther away it is another word, not a slip.
      const guess = distance(key, near) <= key.length / 3 ? ` Did you mean '${[...path, near].join(".")}'?` : "";
      return `${chart}: value '${full}' is not known to the simulated chart; at '${path.join(".") || "the top"}' it knows ${known.join(", ")}.${guess} Correct it, leave it out, or teach it to sim/charts.`;
    });
  });
}

/** Keys that a schema takes at a path. */
function knownKeys(schema: z.ZodType, path: readonly string[]): string[] {
  const inner = unwrapped(schema);
  const [first, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, z.ZodType>;
    if (first === undefined) return Object.keys(shape);
    const next = shape[first] ?? (inner.def.catchall as z.ZodType | undefined);
    return next === undefined ? [] : knownKeys(next, rest);
  }
  if (inner instanceof z.ZodRecord && first !== undefined) return knownKeys(inner.def.valueType as z.ZodType, rest);
  if (inner instanceof z.ZodArray && first !== undefined) return knownKeys(inner.def.element as z.ZodType, rest);
  return [];
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return unwrapped(schema.def.innerType as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.out as z.ZodType);
  return schema;
}
