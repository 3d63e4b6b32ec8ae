import type { Variables } from "./environment.ts";
import { OperatorError } from "./operatorError.ts";
import type { Project } from "./project.ts";
import { readStackConfig } from "./stackConfig.ts";
import { type StateResource, urnParts } from "./state.ts";

/** What makes a run leave regions alone. */
export interface Exclusion {
  flags: string[];
  variables: Variables;
}

/** The regions of `--exclude-region`. @throws when the stack has no such region */
export function readExcludedRegions(project: Project, stack: string, regions: readonly string[] = []) {
  // Only this project's stack files name regions.
  if (regions.length === 0) return regions;
  const known = readStackConfig(project, stack).regions.map(({ name }) => name);
  for (const region of regions) {
    if (!known.includes(region))
      throw new OperatorError(
        `--exclude-region ${region}: stack ${stack} has no such region; its regions: ${known.join(", ")}`,
      );
  }
  return regions;
}

/**
 * Leaves regions alone: the program does not declare them, nor their links, which it learns from NOVACRON_EXCLUDED_REGIONS,
 * and Pulumi does not touch what the state holds of them, although nobody declares it any more.
 *
 * Pulumi's flags alone would not do while a region is not complete: of a resource that is declared, excluded and not there
 * yet, the engine (3.259) shows the policy pack a version without any properties, and then writes a state that it refuses
 * to read when a provider depends on it. So what is excluded is either undeclared or exists.
 */
export function excludeRegions(regions: readonly string[], resources: readonly StateResource[]): Exclusion {
  if (regions.length === 0) return { flags: [], variables: {} };
  const own = regions.flatMap((region) => [`**::${region}`, `**::${region}-**`]);
  const related = resources.filter(({ urn }) => regions.some((region) => concerns(urnParts(urn).name, region)));
  const urns = [...own, ...related.map(({ urn }) => urn)];
  return {
    flags: urns.flatMap((urn) => ["--exclude", urn]),
    variables: { NOVACRON_EXCLUDED_REGIONS: regions.join() },
  };
}

/** Whether a name of another region's resource holds a region's name as a whole, as the ends of links do. */
const concerns = (name: string, region: string): boolean =>
  !name.startsWith(region) && `-${name}-`.includes(`-${region}-`);
