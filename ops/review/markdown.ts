import { fit, type Section } from "./budget.ts";
import { countActions, counted, countsInWords } from "./counts.ts";
import { html, prose } from "./escapeMarkdown.ts";
import {
  type DangerDetail,
  dangerBlock,
  driftBlock,
  policyBlocks,
  resourceBlock,
  statementLine,
} from "./markdownBlocks.ts";
import { propertyLines } from "./markdownProperties.ts";
import type { ComponentChanges, Review } from "./model.ts";

/**
 * Characters of a comment that GitHub takes at most are 65,536; the rest is for what the one who posts it adds. Other hosts
 * take more.
 */
export const MARKDOWN_LIMIT = 65_000;

export interface MarkdownOptions {
  /** Characters at most, in UTF-16 code units as GitHub counts them. @default 65,000 */
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
 * cut; what is dangerous is named to the last.
 */
export function toMarkdown(review: Review, { limit = MARKDOWN_LIMIT, whole }: MarkdownOptions = {}): string {
  // Room for what is said of the folding itself.
  const room = limit - 400 - 60 * review.regions.length;
  let text = "";
  for (const detail of ["each", "gathered"] as const) {
    const document = documentOf(review, detail);
    const chosen = fit(document, room);
    text = assemble(document, chosen, whole);
    if (text.length <= limit) return text;
  }
  return text;
}

/** A section that belongs to a region says so, for the count of what is folded there. */
interface Part extends Section {
  region?: string;
  /** The last line of a region: how many of its components are folded. */
  endsRegion?: true;
}

function documentOf(review: Review, detail: DangerDetail): Part[] {
  const dangerous = new Set(review.dangers.flatMap(({ resources }) => resources));
  return [
    part(RANK.fixed, head(review)),
    ...dangerBlock(review.dangers, detail).map((levels) => part(RANK.dangers, ...levels)),
    ...statements(review),
    ...regions(review, dangerous),
    ...outputs(review),
    ...policyBlocks(review.policies).map((levels) => part(RANK.policies, ...levels)),
    ...driftBlock(review.drift).map((levels) => part(RANK.drift, ...levels)),
  ];
}

const part = (rank: number, ...levels: string[]): Part => ({ rank, levels });

function assemble(document: readonly Part[], chosen: readonly number[], whole: string | undefined): string {
  const folded = document.filter(({ levels }, index) => (chosen[index] ?? 0) > 0 && levels.length > 1);
  const hidden = document.filter(
    ({ levels, region }, index) => region !== undefined && levels[chosen[index] ?? 0] === "",
  );
  const lines = document.map(({ levels, region, endsRegion }, index) => {
    const text = levels[chosen[index] ?? 0] ?? "";
    if (endsRegion === undefined) return text;
    const number = hidden.filter((each) => each.region === region && each.endsRegion === undefined).length;
    return (number === 0 ? "" : `_${counted(number, "component")} folded into the counts above._\n\n`) + text;
  });
  const elsewhere = whole === undefined ? "" : ` Everything is in ${prose(whole, 200)}.`;
  const note = folded.length === 0 ? "" : `_Folded for length: ${counted(folded.length, "section")}.${elsewhere}_\n`;
  return `${lines.join("")}${note}`.replaceAll(/\n{3,}/g, "\n\n");
}

function head({ stack, sentence, dangers }: Review): string {
  return `### ${prose(stack, 100)}${dangers.length > 0 ? ": dangerous" : ""}\n\n${strong(sentence, 2_000)}\n\n`;
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
    ...all.map((statement) => part(RANK.statements, statementLine(statement), "")),
    part(RANK.fixed, "\n"),
  ];
}

function regions(review: Review, dangerous: ReadonlySet<string>): Part[] {
  if (review.regions.length === 0) return [];
  const resources = review.regions.flatMap(({ clouds }) =>
    clouds.flatMap(({ components }) => components.flatMap((component) => component.resources)),
  );
  const open = resources.length <= OPEN_UP_TO ? " open" : "";
  return [
    part(RANK.fixed, `#### Changes\n\n`),
    ...review.regions.flatMap(({ region, clouds }): Part[] => {
      const own = clouds.flatMap(({ components }) => components.flatMap((component) => component.resources));
      const counts = html(countsInWords(countActions(own)));
      return [
        part(
          RANK.fixed,
          `<details${open}><summary><b><code>${html(region).slice(0, 300)}</code></b>: ${counts}</summary>\n\n`,
        ),
        ...clouds.flatMap(({ cloud, components }) =>
          components.map((component) => ({ ...componentPart(cloud, component, dangerous), region })),
        ),
        { ...part(RANK.fixed, "</details>\n\n"), region, endsRegion: true },
      ];
    }),
  ];
}

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
