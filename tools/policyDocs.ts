import { readFileSync } from "node:fs";
import { areas } from "../policies/rules/index.ts";
import type { Source } from "../policies/sources/source.ts";
import { UNCOVERED } from "../policies/uncovered.ts";
import { CATALOGUES, type Catalogue, CHECKED, COMPARED_NOWHERE } from "./policyCatalogues.ts";
import { REQUIREMENTS } from "./policyRequirements.ts";

const catalogues = Object.keys(CATALOGUES) as Catalogue[];

/** How many rules of others the comparison names. */
const NAMES = new Set(
  REQUIREMENTS.flatMap(({ theirs }) =>
    catalogues.flatMap((name) => (theirs[name] ?? []).map((each) => `${name}: ${each}`)),
  ),
).size;

/**
 * The text of `docs/policies.md`, derived from the rules. `node tools/policyDocs.ts > docs/policies.md` writes it; a test
 * holds it current.
 */
export function policyDocs(): string {
  const count = areas.reduce((sum, { rules, stackRules }) => sum + rules.length + stackRules.length, 0);
  return [
    "# Policies",
    "",
    "<!-- Written by tools/policyDocs.ts: change the rules, or policiesIntroduction.md beside it. -->",
    "",
    readFileSync(new URL("policiesIntroduction.md", import.meta.url), "utf8").trim(),
    "",
    `## The rules (${count})`,
    "",
    "*Together* marks a rule that looks at several resources at once. `novactl policies explain ID` names types and places too.",
    ...areas.flatMap(({ title, rules, stackRules }) => [
      "",
      `### ${title}`,
      "",
      ...table(
        ["rule", "severity", "on", "what holds", "why", "fix", "sources"],
        [...rules, ...stackRules]
          .toSorted((one, other) => one.id.localeCompare(other.id))
          .map((rule) => [
            rule.id,
            rule.severity,
            worlds(rule.applies) + (stackRules.some(({ id }) => id === rule.id) ? ", together" : ""),
            rule.title,
            rule.why,
            rule.fix,
            rule.sources.map(link).join("; "),
          ]),
      ),
    ]),
    "",
    "## Types without a rule of their own",
    "",
    "Every other type that the program registers has one; a test holds this. What may not stand in any resource (SEC-001), and tags (TAG-001), are looked for here too.",
    "",
    ...table(
      ["type", "why none"],
      Object.entries(UNCOVERED).map(([type, reason]) => [`\`${type}\``, reason]),
    ),
    "",
    "## Beside other catalogues",
    "",
    `What each has for a requirement of ours. All ${NAMES} names are theirs: each was found in a copy of the catalogue's public repository (${CHECKED}). An empty cell means that none was found there, not that there is none.`,
    "Most of them look at far more services than this environment uses; this is about its requirements alone.",
    "",
    ...table(
      ["requirement", "here", ...catalogues.map((name) => `[${name}](https://github.com/${CATALOGUES[name]})`)],
      REQUIREMENTS.map(({ what, ours, theirs }) => [
        what,
        ours.join(", "),
        ...catalogues.map((name) => (theirs[name] ?? []).join(", ")),
      ]),
    ),
    "",
    "Compared nowhere, since a row stands for more than it names:",
    "",
    ...Object.entries(COMPARED_NOWHERE).map(([what, ids]) => `- ${what}: ${ids.join(", ")}`),
    "",
  ].join("\n");
}

const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escaped).join(" | ")} |`);

const escaped = (cell: string): string => cell.replaceAll("|", "\\|");

/** By whose it is, which is what its title begins with; relative to `docs/policies.md`. */
const link = (source: Source): string =>
  `[${source.title.split(": ")[0]}](${"url" in source ? source.url : source.file.replace(/^docs\//, "")})`;

const WORLDS: Record<string, string> = {
  aws: "AWS",
  "azure-native": "Azure",
  gcp: "Google Cloud",
  kubernetes: "Kubernetes",
  pulumi: "Pulumi",
  "*": "everything",
};

/** Where a rule's types are at home, without repetition. */
const worlds = (types: readonly string[]): string =>
  Object.entries(WORLDS)
    .filter(([prefix]) => types.some((type) => type.split(":")[0] === prefix))
    .map(([, world]) => world)
    .join(", ");

if (import.meta.main) process.stdout.write(policyDocs());
