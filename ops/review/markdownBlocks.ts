import { urnParts } from "../state.ts";
import { counted, firstFew } from "./counts.ts";
import { NAMED_IN_TEXT } from "./dangers.ts";
import { code, html, prose } from "./escapeMarkdown.ts";
import { propertyLines } from "./markdownProperties.ts";
import type { Danger, Dependents, DriftedResource, PolicyReport, ResourceChange, Statement } from "./model.ts";
import { deferredInWords } from "./policyReport.ts";

/** Blocks of a review in Markdown. Each is a list of levels, from everything to the least. */
type Levels = string[];

/**
 * How closely things are told, each in its turn when there is too much for the one before: every danger with its properties;
 * dangers gathered by class and region; dangers and regions only counted.
 */
export const DETAILS = ["each", "gathered", "counted"] as const;
export type Detail = (typeof DETAILS)[number];

const NAMED = 10;

export function dangerBlock(dangers: readonly Danger[], detail: Detail): Levels[] {
  if (dangers.length === 0) return [];
  const heading = `#### ⚠️ Dangerous: ${counted(dangers.length, "thing")}\n\n`;
  const blocks = { each: (all: readonly Danger[]) => all.map(eachDanger), gathered, counted: countedDangers };
  const classes = [...new Set(dangers.map((danger) => danger.class))].toSorted();
  const consent = `\nApplying this needs ${classes.map((name) => code(`--allow ${name}`)).join(" ")} in ${code("novactl up")}, or the labels of the same names on the pull request: ${classes.map((name) => code(`allow:${name}`)).join(" ")}.\n\n`;
  return [[heading], ...blocks[detail](dangers), [consent]];
}

/** The names of what is dangerous stay: where it stands below may be folded. */
function eachDanger(danger: Danger): Levels {
  const { text, resources, properties, dependents } = danger;
  const all = resources.length > NAMED_IN_TEXT ? `  - all of them: ${namesOf([danger])}\n` : "";
  const line = `- **${code(danger.class)}** ${prose(text)}\n${all}`;
  const depends = dependents.count === 0 ? "" : `  - depends on it: ${dependentNames(dependents, NAMED)}\n`;
  const whole = `${line}${propertyLines(properties, "  ").join("")}${depends}`;
  return whole === line ? [line] : [whole, line];
}

/** One line for each class and region: which resources, or at least how many. */
function gathered(dangers: readonly Danger[]): Levels[] {
  const groups = Map.groupBy(dangers, (danger) => JSON.stringify([danger.class, danger.regions]));
  return [...groups.values()].map((own) => {
    const { class: name, regions } = own[0] ?? { class: "", regions: [] };
    const place =
      regions.length === 0
        ? ""
        : ` in ${firstFew(
            regions.map((region) => prose(region, 40)),
            NAMED,
          )}`;
    const counts = `- **${code(name)}**${place}, ${counted(resourcesOf(own).length, "resource")}`;
    return [`${counts}: ${namesOf(own)}\n`, `${counts}\n`];
  });
}

/** One line for each class. */
function countedDangers(dangers: readonly Danger[]): Levels[] {
  return [...Map.groupBy(dangers, (danger) => danger.class)].map(([name, own]) => {
    const regions = new Set(own.flatMap((danger) => danger.regions));
    return [
      `- **${code(name)}**, ${counted(resourcesOf(own).length, "resource")} in ${counted(regions.size, "region")}\n`,
    ];
  });
}

const resourcesOf = (dangers: readonly Danger[]): string[] => [
  ...new Set(dangers.flatMap(({ resources }) => resources)),
];

const namesOf = (dangers: readonly Danger[]): string =>
  resourcesOf(dangers)
    .map((urn) => code(urnParts(urn).name, 100))
    .join(" ");

export const statementLine = ({ text }: Statement): string => `- ${prose(text)}\n`;

const VERB: Record<ResourceChange["action"], string> = {
  create: "new",
  update: "update",
  replace: "**replace**",
  delete: "**delete**",
  rename: "rename",
  import: "import",
  forget: "forget",
};

/** One changed resource with its properties, as an item of a list. */
export function resourceBlock(resource: ResourceChange): string {
  const { action, name, type, marks, renamedFrom, replacement, repairsDrift, properties, dependents } = resource;
  const notes = [
    ...(marks.length > 0 ? [marks.join(", ")] : []),
    ...(renamedFrom === undefined ? [] : [`renamed from ${code(renamedFrom, 100)}`]),
    ...(replacement === undefined
      ? []
      : [
          replacement.order,
          ...(replacement.forcedBy.length === 0
            ? []
            : [
                `forced by ${firstFew(
                  replacement.forcedBy.map((path) => code(path, 80)),
                  NAMED,
                )}`,
              ]),
        ]),
    ...(repairsDrift === true ? ["takes back what was changed outside"] : []),
    ...(dependents.count === 0 ? [] : [`depends on it: ${dependentNames(dependents, 5)}`]),
  ];
  const line = `- ${VERB[action]} ${code(name, 100)} ${code(type, 100)}${notes.length > 0 ? ` · ${notes.join(" · ")}` : ""}\n`;
  return line + propertyLines(properties, "  ").join("");
}

export function policyBlocks(
  { packs, violations, deferred, exemptions }: PolicyReport,
  detail: Detail,
): { summary: string; violations: string[]; exemptions: string[] } {
  const names = Object.entries(packs).map(([name, version]) => code(`${name} ${version}`, 80));
  const ran = names.length === 0 ? "**no policy pack ran**" : firstFew(names, 3);
  const waiting = prose(deferredInWords(deferred) ?? "", detail === "counted" ? 200 : 1_000);
  const later = deferred.checks === 0 ? "nothing deferred" : `${waiting}: they depend on values that are not known yet`;
  const found = violations.length === 0 ? "no violation" : counted(violations.length, "violation");
  const used = exemptions.length === 0 ? "" : `, ${counted(exemptions.length, "exemption")} used`;
  return {
    summary: `#### Policies\n\n${ran}: ${found}, ${later}${used}.\n\n`,
    violations: violations.map((each) => {
      const where = each.urn === "" ? "" : ` ${code(urnParts(each.urn).name, 100)}`;
      return `- ${code(each.rule, 80)} (${prose(each.level, 40)})${where}: ${prose(each.message, 500)}\n`;
    }),
    exemptions: exemptions.map(
      (each) =>
        `- exempt from ${code(each.rule, 80)} until ${prose(each.expires, 40)}: ${code(each.resource, 100)}; ${prose(each.reason, 300)} (${prose(each.owner, 80)})\n`,
    ),
  };
}

/** What was changed outside, apart from what is intended. */
export function driftBlock(drift: readonly DriftedResource[]): Levels[] {
  if (drift.length === 0) return [];
  const repaired = drift.filter((each) => each.repaired).length;
  const title = `Changed outside of Pulumi: ${counted(drift.length, "resource")}, ${repaired === drift.length ? "all" : repaired} taken back by the next up`;
  const items = drift.map((each) => {
    const what = each.deleted ? "**deleted outside**" : "changed outside";
    const stays = each.repaired ? "" : ", stays as it is";
    const line = `- ${what}: ${code(each.name, 100)} ${code(each.type, 100)} in ${prose(each.region, 60)}${stays}\n`;
    return line + propertyLines(each.properties, "  ").join("");
  });
  return [
    [`<details><summary>${html(title)}</summary>\n\n${items.join("")}\n</details>\n\n`, `${prose(title)}, folded\n\n`],
  ];
}

/** Such as "`a`, `b` and 12 more". */
function dependentNames({ count, names }: Dependents, most: number): string {
  const shown = names.slice(0, most).map((name) => code(name, 80));
  const rest = count - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}
