import { OperatorError } from "./operatorError.ts";
import type { Session } from "./session.ts";
import { readStackConfig } from "./stackConfig.ts";

export type Operation = "up" | "preview" | "refresh" | "destroy";

/**
 * Pulumi's flags that leave out regions: every resource that carries a region's name, as resources of a region and of its
 * links do, and what depends on one.
 */
export function excludeRegions(
  session: Pick<Session, "project" | "stack">,
  operation: Operation,
  regions: readonly string[],
): string[] {
  if (regions.length === 0) return [];
  const known = readStackConfig(session.project, session.stack).regions.map(({ name }) => name);
  for (const region of regions) {
    if (!known.includes(region))
      throw new OperatorError(
        `--exclude-region ${region}: stack ${session.stack} has no such region; its regions: ${known.join(", ")}`,
      );
  }
  console.error(`leaving out ${regions.join(", ")} and what depends on it`);
  return [
    ...regions.flatMap(urnPatterns).flatMap((urns) => ["--exclude", urns]),
    // `pulumi destroy` has no such flag: it keeps by itself whatever an excluded resource needs.
    ...(operation === "destroy" ? [] : ["--exclude-dependents"]),
  ];
}

/** The URNs of resources whose names hold the region's as a whole, in the words of Pulumi's wildcards. */
const urnPatterns = (region: string): string[] => [
  `**::${region}`,
  `**::${region}-**`,
  `**::**-${region}`,
  `**::**-${region}-**`,
];
