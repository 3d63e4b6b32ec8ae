import type { Change } from "./change.ts";
import { program } from "./program.ts";
import { regions } from "./regions.ts";
import { releases } from "./releases.ts";

/** The changes that docs/reviewing.md shows, by the names of their pictures there. */
const TITLES = {
  promotion: "promote the release to half of the first wave",
  "firewall-rule": "open a security group to the internet",
  "tunnel-keys": "give every tunnel a new key",
};

export const examples: readonly { name: string; change: Change }[] = Object.entries(TITLES).map(([name, title]) => {
  const change = [...releases, ...regions, ...program].find((each) => each.title === title);
  if (change === undefined) throw new Error(`no review is called '${title}'; docs/reviewing.md shows it as ${name}`);
  return { name, change };
});
