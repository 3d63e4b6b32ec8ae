import { styleText } from "node:util";
import { countActions, counted, countsInWords, firstFew } from "./counts.ts";
import { nounOf } from "./marks.ts";
import type { Danger, DriftedResource, PropertyChange, ResourceChange, Review } from "./model.ts";
import { deferredInWords } from "./policyReport.ts";
import { AFTER_UP } from "./shownValue.ts";
import { shortened, visible } from "./visible.ts";

export interface TerminalOptions {
  /** Columns. Lines are cut to it, never wrapped. @default unlimited, as in a pipe */
  width?: number;
  /** @default false, as in a pipe */
  colour?: boolean;
  /** Classes that were agreed to. */
  allowed?: readonly string[];
}

type Style = Parameters<typeof styleText>[0];

/** Alike created resources of one kind are counted, not listed, from here on. */
const LISTED = 3;

/** A piece of a line, with how it looks. */
type Piece = string | [text: string, style: Style];

/** A review for a terminal: the sentence, then what is dangerous, then what it means, then everything by place. */
export function toTerminal(review: Review, { width, colour = false, allowed = [] }: TerminalOptions = {}): string {
  const lines: Piece[][] = [
    ...wrapped(review.sentence, "", width).map((line): Piece[] => [[line, "bold"]]),
    ...section(
      "Dangerous",
      review.dangers.flatMap((danger) => dangerLines(danger, allowed, width)),
    ),
    ...section(
      "What it means",
      review.statements.flatMap(({ text }) => wrapped(text, "  ", width).map((line): Piece[] => [line])),
    ),
    ...review.regions.flatMap(({ region, clouds }): Piece[][] => [
      [],
      [[region, HEADING]],
      ...clouds.flatMap(({ cloud, components }) =>
        components.flatMap(({ component, resources }): Piece[][] => [
          [`  ${cloud} `, [component, "bold"], [`  ${countsInWords(countActions(resources))}`, "dim"]],
          ...resourceLines(resources),
        ]),
      ),
    ]),
    ...section(
      "Outputs of the stack",
      review.outputs.flatMap((change) => propertyLines(change, "  ")),
    ),
    ...section("Policies", policyLines(review)),
    ...section("Changed outside of Pulumi, apart from what is intended", review.drift.flatMap(driftLines)),
  ];
  return `${lines.map((line) => drawn(line, width, colour)).join("\n")}\n`;
}

const HEADING: Style = ["bold", "underline"];

const section = (title: string, lines: Piece[][]): Piece[][] =>
  lines.length === 0 ? [] : [[], [[title, HEADING]], ...lines];

function dangerLines(danger: Danger, allowed: readonly string[], width: number | undefined): Piece[][] {
  const { count, names } = danger.dependents;
  const more = count > names.length ? `, ${count} in all` : "";
  return [
    [
      [`  ! ${danger.class}`, "red"],
      `  ${danger.regions.join(", ")}`,
      allowed.includes(danger.class) ? ["  (allowed)", "green"] : "",
    ],
    ...wrapped(danger.text, "      ", width).map((line): Piece[] => [line]),
    ...danger.properties.flatMap((change) => propertyLines(change, "      ")),
    ...(count === 0
      ? []
      : wrapped(`made from it: ${names.join(", ")}${more}`, "      ", width).map((line): Piece[] => [[line, "dim"]])),
  ];
}

/** A text in lines of whole words; what is to be read as a sentence is never cut. */
function wrapped(text: string, indent: string, width = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of visible(text).split(" ")) {
    if (line !== indent && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}

const SIGNS: Record<ResourceChange["action"], [sign: string, style: Style]> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  replace: ["±", "red"],
  delete: ["-", "red"],
  rename: ["→", "cyan"],
  import: ["=", "cyan"],
  forget: ["-", "dim"],
};

/** New resources of one kind in one line where they are many. */
function resourceLines(resources: readonly ResourceChange[]): Piece[][] {
  const groups = Map.groupBy(resources, ({ action, type }) => (action === "create" ? type : ""));
  return [...groups].flatMap(([type, group]) =>
    type !== "" && group.length > LISTED
      ? [
          [
            ["    + ", "green"] as Piece,
            `${group.length} × ${nounOf(type)}  `,
            [
              firstFew(
                group.map(({ name }) => name),
                2,
              ),
              "dim",
            ] as Piece,
          ],
        ]
      : group.flatMap(resourceLine),
  );
}

function resourceLine(change: ResourceChange): Piece[][] {
  const [sign, style] = SIGNS[change.action];
  const notes = [
    change.renamedFrom === undefined ? "" : `was ${change.renamedFrom}`,
    change.repairsDrift === true ? "takes back what was changed outside" : "",
    ...(change.action === "create" ? [] : change.marks.filter((mark) => mark !== "network" && mark !== "identity")),
  ].filter((note) => note !== "");
  const folded = change.properties.filter((property) => property.change === "reordered").length;
  return [
    [
      [`    ${sign} `, style],
      change.name,
      [`  ${change.type}`, "dim"],
      notes.length === 0 ? "" : [`  [${notes.join("; ")}]`, "magenta"],
    ],
    ...change.properties
      .filter((property) => property.change !== "reordered")
      .flatMap((property) => propertyLines(property, "        ")),
    ...(folded === 0
      ? []
      : [[[`        ${folded === 1 ? "one list" : counted(folded, "list")} only in another order`, "dim"] as Piece]]),
  ];
}

function propertyLines(property: PropertyChange, indent: string): Piece[][] {
  const path: Piece = `${indent}${property.path}: `;
  const forced: Piece = property.forces === true ? ["  forces the replacement", "red"] : "";
  if (property.change === "reordered") return [[path, ["only in another order", "dim"]]];
  if (property.secret === true && property.from === undefined && property.to === undefined)
    return [[path, [`secret ${property.change}`, "magenta"], forced]];
  const to = property.unknown === true ? AFTER_UP : property.to;
  const from: Piece = property.from === undefined ? "" : [property.from, "red"];
  const made: Piece = to === undefined ? ["(none)", "dim"] : [to, "green"];
  return [
    [
      path,
      from === "" && property.change === "added" ? ["+ ", "green"] : from === "" ? "" : from,
      from === "" ? "" : " → ",
      made,
      forced,
    ],
  ];
}

function policyLines({ policies }: Review): Piece[][] {
  const packs = Object.entries(policies.packs);
  const deferred = deferredInWords(policies.deferred);
  return [
    packs.length === 0
      ? [["  no policy pack ran: nothing was judged", "red"]]
      : [`  judged by ${packs.map(([name, version]) => `${name} ${version}`).join(", ")}`],
    ...policies.violations.map(({ rule, level, urn, message }): Piece[] => [
      [`  ${level === "mandatory" ? "refused" : level} `, level === "mandatory" ? "red" : "yellow"],
      `${rule}${urn === "" ? "" : ` ${urn.split("::").at(-1)}`}: ${message.split("\n")[0]}`,
    ]),
    ...(deferred === undefined ? [] : [[`  ${deferred}`]]),
    ...policies.exemptions.map(({ rule, resource, reason, owner, expires }): Piece[] => [
      ["  exempted ", "yellow"],
      `${rule} ${resource}: ${reason} (${owner}, until ${expires})`,
    ]),
  ];
}

function driftLines({ name, region, type, deleted, repaired, properties }: DriftedResource): Piece[][] {
  return [
    [
      `  ${region}  ${name}`,
      [`  ${type}`, "dim"],
      deleted ? ["  deleted outside", "red"] : "",
      repaired ? "" : ["  stays as it is", "yellow"],
    ],
    ...properties.flatMap((property) => propertyLines(property, "      ")),
  ];
}

/** A line as text, cut to the width: what is left out is never in the middle of a style or a character. */
function drawn(pieces: readonly Piece[], width: number | undefined, colour: boolean): string {
  let left = width ?? Number.POSITIVE_INFINITY;
  let line = "";
  for (const piece of pieces) {
    const [raw, style] = typeof piece === "string" ? [piece, undefined] : piece;
    // Whatever is in it, nothing reaches the terminal as an instruction.
    const text = visible(raw);
    if (text === "" || left <= 0) continue;
    const part = left === Number.POSITIVE_INFINITY ? text : shortened(text, left);
    left -= part.length;
    line += colour && style !== undefined ? styleText(style, part, { validateStream: false }) : part;
  }
  return line.trimEnd();
}
