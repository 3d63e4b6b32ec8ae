import type { World } from "../../world.ts";

/** What Resource Manager notes of who made a resource. */
export const systemData = (world: World) => {
  const now = world.now();
  return {
    createdAt: now,
    createdBy: "00000000-0000-0000-0000-000000000001",
    createdByType: "Application",
    lastModifiedAt: now,
    lastModifiedBy: "00000000-0000-0000-0000-000000000001",
    lastModifiedByType: "Application",
  };
};

/** A random GUID in its usual form. */
export function guid(world: World): string {
  const hex = world.hex(32);
  return [8, 4, 4, 4, 12]
    .reduce<{ parts: string[]; at: number }>(
      ({ parts, at }, length) => ({ parts: [...parts, hex.slice(at, at + length)], at: at + length }),
      { parts: [], at: 0 },
    )
    .parts.join("-");
}

export const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** An entity tag, new with every version of a resource. */
export const etag = (world: World): string => `W/"${guid(world)}"`;
