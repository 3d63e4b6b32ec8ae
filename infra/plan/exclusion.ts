import type { EnvironmentPlan } from "./environment.ts";

/**
 * The plan of a run that leaves regions alone because they cannot be reached: without them, their links, their names and what runs in them.
 * What the other regions hold for them (routes, firewall rules, reserved addresses) stays, and so does the proof of quorum.
 */
export function withoutRegions(plan: EnvironmentPlan, excluded: readonly string[]): EnvironmentPlan {
  const present = (region: string) => !excluded.includes(region);
  return {
    ...plan,
    regions: plan.regions.filter(({ name }) => present(name)),
    links: plan.links.filter(({ ends }) => ends.every(({ region }) => present(region))),
    services: plan.services.filter(({ region }) => present(region)),
    dns: { ...plan.dns, entries: plan.dns.entries.filter(({ region }) => present(region)) },
  };
}
