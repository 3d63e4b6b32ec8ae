import { urnParts } from "../state.ts";
import { countActions, counted, countsInWords, firstFew } from "./counts.ts";
import { html } from "./escapeMarkdown.ts";
import type {
  Danger,
  Dependents,
  DriftedResource,
  PolicyReport,
  PropertyChange,
  ResourceChange,
  Review,
} from "./model.ts";
import { PAGE_STYLE } from "./pageStyle.ts";
import { deferredInWords } from "./policyReport.ts";

/**
 * A review as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. Nothing is left out of it.
 * @param picture SVG of the change, from `drawChange`
 */
export function toPage(review: Review, picture?: string): string {
  const { stack, sentence, dangers, statements, outputs, policies, drift } = review;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${html(stack)}: what changes</title>`,
    `<style>${PAGE_STYLE}</style>`,
    "</head>",
    "<body>",
    "<header>",
    `<h1>${html(stack)}${dangers.length > 0 ? ' <strong class="danger">dangerous</strong>' : ""}</h1>`,
    `<p class="sentence">${withCode(sentence)}</p>`,
    "</header>",
    "<main>",
    ...(picture === undefined ? [] : [`<figure>${picture}</figure>`]),
    ...(dangers.length === 0
      ? []
      : [
          `<section class="dangers"><h2>Dangerous: ${counted(dangers.length, "thing")}</h2>`,
          ...dangers.map(dangerItem),
          consent(dangers),
          "</section>",
        ]),
    ...(statements.length === 0
      ? []
      : [
          "<section><h2>What it does</h2><ul>",
          ...statements.map(({ text }) => `<li>${withCode(text)}</li>`),
          "</ul></section>",
        ]),
    ...changes(review),
    ...(outputs.length === 0 ? [] : [`<section><h2>Outputs of the stack</h2>${properties(outputs)}</section>`]),
    policySection(policies),
    ...(drift.length === 0
      ? []
      : [
          `<section><h2>Changed outside of Pulumi: ${counted(drift.length, "resource")}</h2>`,
          ...drift.map(driftItem),
          "</section>",
        ]),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** A text in which `between backticks` is code. */
const withCode = (text: string): string =>
  text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : html(part)))
    .join("");

const code = (text: string): string => `<code>${html(text === "" ? '""' : text)}</code>`;

const codes = (texts: readonly string[], most: number): string => firstFew(texts.map(code), most);

function dangerItem({ class: name, text, properties: own, dependents }: Danger): string {
  return `<article><p><code class="class">${name}</code> ${withCode(text)}</p>${properties(own)}${dependentsLine(dependents)}</article>`;
}

const consent = (dangers: readonly Danger[]): string => {
  const classes = [...new Set(dangers.map((danger) => danger.class))].toSorted();
  return `<p>Applying this needs ${classes.map((name) => code(`--allow ${name}`)).join(" ")} in <code>novactl up</code>.</p>`;
};

const dependentsLine = ({ count, names }: Dependents): string => {
  if (count === 0) return "";
  const rest = count - names.length;
  return `<p class="quiet">Depends on it: ${names.map(code).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}</p>`;
};

/** From → to as a table, a row a property. */
function properties(all: readonly PropertyChange[]): string {
  if (all.length === 0) return "";
  const rows = all.map((property) => {
    const [from, to] = sides(property);
    const forces = property.forces === true ? ' <strong class="danger">forces the replacement</strong>' : "";
    return `<tr><th scope="row">${code(property.path)}${forces}</th><td>${from}</td><td>${to}</td></tr>`;
  });
  return `<table><thead><tr><th>property</th><th>from</th><th>to</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function sides({ change, from, to, secret, unknown }: PropertyChange): [string, string] {
  const note = (text: string) => `<i>${text}</i>`;
  if (change === "reordered") return [note("the same elements"), note("in another order")];
  const hidden = secret === true ? note("secret") : undefined;
  const before = change === "added" ? note("none") : (hidden ?? (from === undefined ? note("none") : code(from)));
  if (change === "removed") return [before, note("none")];
  if (hidden !== undefined) return [before, note("another secret")];
  return [before, unknown === true ? note("known after up") : to === undefined ? note("none") : code(to)];
}

function changes({ regions }: Review): string[] {
  if (regions.length === 0) return [];
  const total = regions.flatMap(({ clouds }) =>
    clouds.flatMap(({ components }) => components.flatMap((each) => each.resources)),
  );
  return [
    `<section><h2>Changes: ${countsInWords(countActions(total))}</h2>`,
    ...regions.flatMap(({ region, clouds }) => {
      const own = clouds.flatMap(({ components }) => components.flatMap(({ resources }) => resources));
      return [
        `<details open><summary><b>${html(region)}</b> ${countsInWords(countActions(own))}</summary>`,
        ...clouds.flatMap(({ cloud, components }) =>
          components.map(
            ({ component, resources }) =>
              `<details${own.length <= 40 ? " open" : ""}><summary>${html(cloud)} · ${html(component)} <span class="quiet">${countsInWords(countActions(resources))}</span></summary>${resources.map(resourceItem).join("\n")}</details>`,
          ),
        ),
        "</details>",
      ];
    }),
    "</section>",
  ];
}

function resourceItem(resource: ResourceChange): string {
  const { action, name, type, marks, renamedFrom, replacement, repairsDrift, dependents } = resource;
  const notes = [
    ...(marks.length > 0 ? [marks.join(", ")] : []),
    ...(renamedFrom === undefined ? [] : [`renamed from ${code(renamedFrom)}`]),
    ...(replacement === undefined ? [] : [replacement.order]),
    ...(replacement === undefined || replacement.forcedBy.length === 0
      ? []
      : [`forced by ${codes(replacement.forcedBy, 20)}`]),
    ...(repairsDrift === true ? ["takes back what was changed outside"] : []),
  ];
  return `<article><p><span class="action ${action}">${action}</span> ${code(name)} <span class="quiet">${html(type)}${notes.length > 0 ? ` · ${notes.join(" · ")}` : ""}</span></p>${properties(resource.properties)}${dependentsLine(dependents)}</article>`;
}

function policySection({ packs, violations, deferred, exemptions }: PolicyReport): string {
  const names = Object.entries(packs).map(([name, version]) => code(`${name} ${version}`));
  return [
    "<section><h2>Policies</h2>",
    `<p>${names.length === 0 ? "<strong>No policy pack ran.</strong>" : `${names.join(", ")}: ${counted(violations.length, "violation")}.`} ${html(deferredInWords(deferred) ?? "Nothing is deferred to `up`")}.</p>`,
    "<ul>",
    ...violations.map(
      ({ rule, level, urn, message }) =>
        `<li>${code(rule)} (${html(level)})${urn === "" ? "" : ` ${code(urnParts(urn).name)}`}: ${html(message)}</li>`,
    ),
    ...exemptions.map(
      ({ rule, resource, reason, owner, expires }) =>
        `<li>exempt from ${code(rule)} until ${html(expires)}: ${code(resource)}; ${html(reason)} (${html(owner)})</li>`,
    ),
    "</ul></section>",
  ].join("\n");
}

const driftItem = ({ name, type, region, deleted, repaired, properties: own }: DriftedResource): string =>
  `<article><p>${deleted ? '<strong class="danger">deleted outside</strong>' : "changed outside"} ${code(name)} <span class="quiet">${html(type)} in ${html(region)}, ${repaired ? "taken back by this change" : "stays as it is"}</span></p>${properties(own)}</article>`;
