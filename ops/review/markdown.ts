import { fit, type Section } from "./budget.ts";
import { countActions, counted, countsInWords } from "./counts.ts";
import { html, prose } from "./escapeMarkdown.ts";
import {
  DETAILS,
  type Detail,
  dangerBlock,
  driftBlock,
  policyBlocks,
  resourceBlock,
  statementLine,
} from "./markdownBlocks.ts";
import { propertyLines } from "./markdownProperties.ts";
import type { ComponentChanges, RegionChanges, ResourceChange, Review } from "./model.ts";
import { shortened } from "./visible.ts";

/**
 * Characters of a comment that GitHub takes at most are 65,536; the rest is for what the one who posts it adds. Other hosts
 * take more.
 */
export const MARKDOWN_LIMIT = 65_000;

export interface MarkdownOptions {
  /** Characters at most, in UTF-16 code units as GitHub counts them; of fewer than 20,000 nothing is promised. @default 65,000 */
  limit?: number;
  /** Where what is folded can be read, such as a link or "the page `review.html`". */
  whole?: string;
}

/** Up to so many changed resources all sections stand open: a reader sees all of it without a click. */
const OPEN_UP_TO = 12;

/** The order in which sections give up detail. What is dangerous comes last. */
const RANK = {
  changes: 0,
  outputs: 1,
  drift: 2,
  dangerousChanges: 3,
  policies: 4,
  statements: 5,
  dangers: 6,
  fixed: 9,
};

/**
 * A review as GitHub Flavored Markdown. What is too long is folded, whole sections at a time with their counts, and never
 * cut; what is dangerous is named as far as it fits, and counted to the last.
 */
export function toMarkdown(review: Review, { limit = MARKDOWN_LIMIT, whole }: MarkdownOptions = {}): string {
  const elsewhere = whole === undefined ? "" : ` Everything is in ${prose(whole, 200)}.`;
  let text = "";
  for (const detail of DETAILS) {
    const document = documentOf(review, detail);
    // Room for what is said of the folding itself.
    const room = limit - elsewhere.length - 200 - 60 * document.filter(({ rest }) => rest !== undefined).length;
    text = assemble(document, fit(document, room), elsewhere);
    if (text.length <= limit) return text;
  }
  return text;
}

interface Part extends Section {
  /** What it is one of, such as the components of a region. */
  among?: string;
  /** Of the last of these: what it says of those that are folded. */
  rest?: (folded: number) => string;
}

function documentOf(review: Review, detail: Detail): Part[] {
  const policies = policyBlocks(review.policies, detail);
  return [
    part(RANK.fixed, head(review, detail)),
    ...dangerBlock(review.dangers, detail).map((levels) => part(RANK.dangers, ...levels)),
    ...statements(review),
    ...(detail === "counted" ? countedRegions(review) : regions(review)),
    ...outputs(review),
    part(RANK.fixed, policies.summary),
    ...items(RANK.policies, "violation", policies.violations),
    ...items(RANK.policies, "exemption", policies.exemptions),
    part(RANK.fixed, "\n"),
    ...driftBlock(review.drift).map((levels) => part(RANK.drift, ...levels)),
  ];
}

const part = (rank: number, ...levels: string[]): Part => ({ rank, levels });

/** A list, at the end of which those are counted that do not fit. */
const items = (rank: number, what: string, lines: readonly string[]): Part[] => [
  ...lines.map((line) => ({ ...part(rank, line, ""), among: what })),
  {
    ...part(RANK.fixed, ""),
    among: what,
    rest: (folded) => `- and ${counted(folded, `more ${what}`)}, folded\n`,
  },
];

function assemble(document: readonly Part[], chosen: readonly number[], elsewhere: string): string {
  const folded = document.filter(({ levels }, index) => (chosen[index] ?? 0) > 0 && levels.length > 1);
  const hidden = Map.groupBy(
    document.filter(({ levels, rest }, index) => rest === undefined && levels[chosen[index] ?? 0] === ""),
    ({ among }) => among,
  );
  const lines = document.map(({ levels, among, rest }, index) => {
    const text = levels[chosen[index] ?? 0] ?? "";
    const number = hidden.get(among)?.length ?? 0;
    return rest === undefined || number === 0 ? text : rest(number) + text;
  });
  const note = folded.length === 0 ? "" : `_Folded for length: ${counted(folded.length, "section")}.${elsewhere}_\n`;
  return `${lines.join("")}${note}`.replaceAll(/\n{3,}/g, "\n\n");
}

function head({ stack, sentence, dangers }: Review, detail: Detail): string {
  const most = detail === "counted" ? 500 : 2_000;
  return `### ${prose(stack, 100)}${dangers.length > 0 ? ": dangerous" : ""}\n\n${strong(sentence, most)}\n\n`;
}

/** Emphasis begins and ends at something to see (GFM specification, 6.4). */
function strong(text: string, most: number): string {
  const trimmed = prose(text.trim(), most);
  return trimmed === "" ? "" : `**${trimmed}**`;
}

function statements({ statements: all }: Review): Part[] {
  if (all.length === 0) return [];
  return [
    part(RANK.fixed, `#### What it does: ${counted(all.length, "statement")}\n\n`),
    ...items(RANK.statements, "statement", all.map(statementLine)),
    part(RANK.fixed, "\n"),
  ];
}

function regions(review: Review): Part[] {
  if (review.regions.length === 0) return [];
  const dangerous = new Set(review.dangers.flatMap(({ resources }) => resources));
  const open = review.regions.flatMap(resourcesIn).length <= OPEN_UP_TO ? " open" : "";
  return [
    part(RANK.fixed, `#### Changes\n\n`),
    ...review.regions.flatMap((each, index): Part[] => {
      const counts = html(countsInWords(countActions(resourcesIn(each))));
      const among = `components of region ${index}`;
      return [
        part(
          RANK.fixed,
          `<details${open}><summary><b><code>${html(shortened(each.region, 100))}</code></b>: ${counts}</summary>\n\n`,
        ),
        ...each.clouds.flatMap(({ cloud, components }) =>
          components.map((component) => ({ ...componentPart(cloud, component, dangerous), among })),
        ),
        {
          ...part(RANK.fixed, "</details>\n\n"),
          among,
          rest: (folded) => `_${counted(folded, "component")} folded into the counts above._\n\n`,
        },
      ];
    }),
  ];
}

/** So many regions that there is no place for a line for each. */
const countedRegions = ({ regions: all }: Review): Part[] => [
  part(
    RANK.fixed,
    `#### Changes\n\n${countsInWords(countActions(all.flatMap(resourcesIn)))} in ${counted(all.length, "region")}, folded\n\n`,
  ),
];

const resourcesIn = ({ clouds }: RegionChanges): ResourceChange[] =>
  clouds.flatMap(({ components }) => components.flatMap(({ resources }) => resources));

function componentPart(
  cloud: string,
  { component, resources }: ComponentChanges,
  dangerous: ReadonlySet<string>,
): Part {
  const title = strong(`${cloud} · ${component}`, 120);
  const counts = countsInWords(countActions(resources));
  const rank = resources.some(({ urn }) => dangerous.has(urn)) ? RANK.dangerousChanges : RANK.changes;
  const whole = `${title}: ${counts}\n\n${resources.map(resourceBlock).join("")}\n`;
  const folded = `${title}: ${counts}, folded\n\n`;
  // What is short already is not said in another form.
  return part(rank, ...(whole.length > folded.length ? [whole, folded, ""] : [whole, ""]));
}

function outputs({ outputs: all }: Review): Part[] {
  if (all.length === 0) return [];
  const title = `<details><summary>Outputs of the stack: ${counted(all.length, "change")}`;
  return [
    part(
      RANK.outputs,
      `${title}</summary>\n\n${propertyLines(all, "").join("")}\n</details>\n\n`,
      `Outputs of the stack: ${counted(all.length, "change")}, folded\n\n`,
    ),
  ];
}
