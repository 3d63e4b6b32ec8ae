import type { z } from "zod";
import { type RegionConfig, regionSchema, type StackConfig, stackSchema } from "./schema.ts";

/** What can be read of a region's config that may have faults: the keys whose values have the right form. */
export type DraftRegion = Partial<RegionConfig>;

/** What can be read of a stack's config that may have faults. Rules read drafts, so that a fault of form hides no other fault. */
export type Draft = Partial<Omit<StackConfig, "regions">> & {
  /** In the config's order. Absent if it is no list. */
  regions?: DraftRegion[];
};

/** Reads what can be read. Defaults are filled in; keys with faults of form are left out. */
export function readDraft(config: Record<string, unknown>): Draft {
  const { regions, ...shape } = stackSchema.shape;
  const draft: Draft = readKeys(shape, config);
  const listed = config.regions;
  if (Array.isArray(listed)) {
    draft.regions = listed.map((region: unknown) => readKeys(regionSchema.shape, region));
  }
  return draft;
}

type Read<Shape extends Record<string, z.ZodType>> = {
  [Key in keyof Shape]?: Exclude<z.output<Shape[Key]>, undefined>;
};

function readKeys<Shape extends Record<string, z.ZodType>>(shape: Shape, values: unknown): Read<Shape> {
  if (typeof values !== "object" || values === null) return {};
  const read = Object.entries(shape).flatMap(([key, schema]) => {
    const result = schema.safeParse(Reflect.get(values, key));
    return result.success && result.data !== undefined ? [[key, result.data] as const] : [];
  });
  // Each value is what the schema of its own key has put out.
  return Object.fromEntries(read) as Read<Shape>;
}

/** The regions that have all of some keys, with their place in the config. */
export function regionsWith<Key extends keyof RegionConfig>(
  draft: Draft,
  ...keys: Key[]
): (DraftRegion & Pick<RegionConfig, Key> & { index: number })[] {
  return (draft.regions ?? []).flatMap((region, index) =>
    keys.every((key) => region[key] !== undefined)
      ? [{ ...(region as DraftRegion & Pick<RegionConfig, Key>), index }]
      : [],
  );
}

/** The names of all regions, or undefined if there is none or one cannot be read: then no name can be called unknown. */
export function regionNames(draft: Draft): string[] | undefined {
  const named = regionsWith(draft, "name");
  return named.length > 0 && named.length === draft.regions?.length
    ? [...new Set(named.map(({ name }) => name))]
    : undefined;
}
