import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";
import { code, prose } from "../../ops/review/escapeMarkdown.ts";
import { MARKDOWN_LIMIT, toMarkdown } from "../../ops/review/markdown.ts";
import { DANGER_CLASSES, type Review } from "../../ops/review/model.ts";
import { visible } from "../../ops/review/visible.ts";
import { reviewed, step, urnOf } from "./engineEvents.ts";
import { anyReview, danger, emptyReview, hostile, resource, reviewOf } from "./reviews.ts";

type Node = DefaultTreeAdapterTypes.Node;

/** A comment as GitHub would show it: GitHub Flavored Markdown, with the HTML that is in it. */
const shown = (markdown: string): Node =>
  parseFragment(micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true }));

const children = (node: Node): Node[] => ("childNodes" in node ? node.childNodes : []);
const text = (node: Node): string =>
  node.nodeName === "#text" && "value" in node ? node.value : children(node).map(text).join("");

/** Every element, with its attributes. */
const elements = (node: Node): string[] =>
  children(node).flatMap((child) => {
    const attributes = "attrs" in child ? child.attrs.map(({ name, value }) => ` ${name}=${value}`).join("") : "";
    return [...(child.nodeName.startsWith("#") ? [] : [child.nodeName + attributes]), ...elements(child)];
  });

/** Texts that GitHub looks through after Markdown: those outside of code, each by itself. */
const searched = (node: Node): string[] =>
  children(node).flatMap((child) =>
    child.nodeName === "code" ? [] : child.nodeName === "#text" ? [text(child)] : searched(child),
  );

/** Without backticks, which make code on purpose. */
const plain = hostile.map((value) => value.replaceAll("`", "'"));

test("prose is read as the text that it is, whatever it holds", () =>
  fc.assert(
    fc.property(plain, (value) => {
      const rendered = shown(`- a ${prose(value)} z`);
      const squeezed = (words: string) => words.replaceAll(/\s+/g, " ").trim();
      assert.equal(squeezed(text(rendered)), squeezed(`a ${visible(value)} z`));
      assert.deepEqual(
        elements(rendered).filter((name) => name !== "span"),
        ["ul", "li"],
      );
    }),
    { numRuns: 1000 },
  ));

test("code is read as the text that it is, whatever it holds", () =>
  fc.assert(
    fc.property(hostile, (value) => {
      const rendered = shown(`- a ${code(value)} z`);
      assert.deepEqual(elements(rendered), ["ul", "li", "code"]);
      assert.equal(text(rendered).trim(), `a ${value === "" ? '""' : visible(value)} z`);
    }),
    { numRuns: 1000 },
  ));

test("nobody is mentioned, nothing referred to, no emoji or formula made of what a tag says", () =>
  fc.assert(
    fc.property(plain, (value) => {
      for (const part of searched(shown(prose(value)))) {
        assert.doesNotMatch(part, /@\w|#\d|\bGH-\d|:[\w+-]+:|:\/\/|\bwww\./i, JSON.stringify(part));
        // GitHub's own advice: a dollar sign in a span of its own begins no formula.
        assert.ok(part === "$" || !part.includes("$"));
      }
    }),
    { numRuns: 1000 },
  ));

const OURS = new Set("h3 h4 p ul li code strong em details details+open summary b span".split(" "));

test("no review makes an element that is not ours, and every details is closed", () =>
  fc.assert(
    fc.property(anyReview, (review) => {
      const markdown = toMarkdown(review);
      const rendered = shown(markdown);
      for (const element of elements(rendered)) {
        assert.ok(OURS.has(element.replace(" open=", "+open")), `${element}\n${markdown}`);
      }
      const names = elements(rendered);
      assert.equal(
        names.filter((name) => name.startsWith("details")).length,
        [...markdown.matchAll(/^<\/details>$/gm)].length,
        "every details is one that is open and closed",
      );
      // What stands after the sections is not inside of one.
      const top = children(rendered).map(({ nodeName }) => nodeName);
      assert.ok(
        top.filter((name) => name === "details").length === names.filter((name) => name.startsWith("details")).length,
        markdown,
      );
    }),
    { numRuns: 200 },
  ));

test("the same review gives the same text", () =>
  fc.assert(fc.property(anyReview, (review) => toMarkdown(review) === toMarkdown(structuredClone(review)))));

test("whatever the review and the limit, nothing is longer than the limit", () =>
  fc.assert(
    fc.property(
      anyReview,
      fc.integer({ min: 20_000, max: MARKDOWN_LIMIT }),
      fc.integer({ min: 1, max: 60 }),
      fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 150 })),
      (review, limit, times, places) => {
        const many = <Value>(list: readonly Value[], number = times): Value[] =>
          Array.from({ length: number }, () => list).flat();
        const [stack = "", sentence = "", whole = ""] = [review.stack, review.sentence, "$"].map((text) =>
          text.repeat(places * 3),
        );
        const grown: Review = {
          ...review,
          stack,
          sentence,
          dangers: many(review.dangers, places).map((each, index) => ({ ...each, regions: [`${stack}${index}`] })),
          statements: many(review.statements),
          regions:
            places > 1
              ? many(review.regions, places)
              : review.regions.map((region) => ({ ...region, clouds: many(region.clouds) })),
          policies: {
            ...review.policies,
            packs: Object.fromEntries(
              many(Object.entries(review.policies.packs), places).map(([name], index) => [`${name}${index}`, sentence]),
            ),
            violations: many(review.policies.violations),
            exemptions: many(review.policies.exemptions, places),
          },
          drift: many(review.drift),
        };
        const markdown = toMarkdown(grown, { limit, whole });
        assert.ok(markdown.length <= limit, `${markdown.length} > ${limit}`);
      },
    ),
    { numRuns: 150 },
  ));

test("the least of any review fits: the longest sentence, every class, a thousand regions", () => {
  const regions = Array.from({ length: 1_000 }, (_, index) => `aws-r${index}`);
  const changed = regions.map((region) => [region, { network: [resource(`${region}-a`)] }]);
  const dangers = DANGER_CLASSES.flatMap((name) =>
    regions.map((region) => danger(resource(`${region}-a`), region, { class: name })),
  );
  const rest = { dangers, stack: "$".repeat(5_000), sentence: "$".repeat(5_000) };
  const markdown = toMarkdown(reviewOf(Object.fromEntries(changed), rest), { limit: 20_000, whole: "$".repeat(500) });
  assert.ok(markdown.length <= 20_000, `${markdown.length}`);
  for (const name of DANGER_CLASSES) assert.ok(markdown.includes(`**\`${name}\`**, 1,000 resources in 1,000 regions`));
  assert.match(markdown, /1,000 updates in 1,000 regions, folded/);
});

const SUBNET = "aws:ec2/subnet:Subnet";
const POOL = "aws:eks/nodeGroup:NodeGroup";

/** Events of a change of so many resources in seven regions of twelve components; some node pools among them are replaced. */
function large(resources: number, replaced = (index: number) => index % 40 === 0) {
  const names = Array.from({ length: resources }, (_, index) => `aws-r${index % 7}-resource-of-a-long-name-${index}`);
  const events = names.flatMap((name, index) => {
    const cidrs = (second: number) =>
      Object.fromEntries(["a", "b", "c", "d"].map((zone) => [`zone-${zone}`, `10.${second}.${index % 256}.0/24`]));
    const parent = urnOf("novacron:aws:Network", `aws-r${index % 7}-component-${index % 12}`);
    const [old, made] = [1, 2].map((second) => ({
      parent,
      inputs: { ...cidrs(second), instanceType: `m${second}.size-${index}` },
    }));
    if (!replaced(index)) return [step("update", SUBNET, name, { old: old ?? {}, new: made ?? {} })];
    const detailedDiff = { instanceType: { diffKind: "update-replace", inputDiff: true } };
    return [step("replace", POOL, name, { old: old ?? {}, new: made ?? {}, detailedDiff })];
  });
  return { review: reviewed(events), dangerous: names.filter((_, index) => replaced(index)) };
}

const dangersIn = (markdown: string): string => markdown.slice(0, markdown.indexOf("#### Changes"));

test("of 2,000 changed resources, below the limit, every dangerous one is named with its cause", (t) => {
  const { review, dangerous } = large(2_000);
  const markdown = toMarkdown(review, { whole: "the page" });
  t.diagnostic(
    `${markdown.length} characters, ${dangerous.length} dangerous resources in ${review.dangers.length} dangers`,
  );
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  assert.ok(markdown.length > MARKDOWN_LIMIT / 2, "what fits is shown");
  const told = dangersIn(markdown);
  assert.match(told, /7 node pools \\\(.*\\\) are replaced, forced by instanceType/);
  for (const name of dangerous) {
    assert.ok(told.includes(code(name)), name);
    const index = name.split("-").at(-1);
    assert.ok(told.includes(`${code(`m1.size-${index}`)} → ${code(`m2.size-${index}`)}`), name);
  }
  assert.match(markdown, /, folded/);
  assert.match(markdown, /_Folded for length: \d+ sections\. Everything is in the page\._/);
});

test("of 2,000 replaced node pools none is folded away: named, or counted by class and region", (t) => {
  const { review, dangerous } = large(2_000, () => true);
  const markdown = toMarkdown(review);
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  const lines = [...dangersIn(markdown).matchAll(/^- \*\*`replace-nodes`\*\* in (\S+), ([\d,]+) resources(: .*)?$/gm)];
  const told = lines.reduce((sum, [, , number = ""]) => sum + Number(number.replace(",", "")), 0);
  assert.equal(told, dangerous.length);
  const named = lines.filter(([, , , names]) => names !== undefined).length;
  t.diagnostic(`${markdown.length} characters; ${named} of ${lines.length} regions with every name`);
  assert.ok(named >= 4, "names are left out where they do not fit, and there alone");
});

test("of statements, violations and exemptions that do not fit it is said how many there are", () => {
  const long = (index: number) => `${index} ${"x ".repeat(220)}`;
  const many = <Value>(make: (index: number) => Value): Value[] =>
    Array.from({ length: 300 }, (_, index) => make(index));
  const markdown = toMarkdown({
    ...emptyReview,
    statements: many((index) => ({ kind: "mesh", regions: [], text: long(index) })),
    policies: {
      ...emptyReview.policies,
      violations: many((index) => ({ rule: "X-001", level: "mandatory", urn: "", message: long(index) })),
      exemptions: many((index) => ({ rule: "Y-001", resource: "a", reason: long(index), owner: "b", expires: "c" })),
    },
  });
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  for (const [what, line] of [
    ["statement", /^- \d+ x/gm],
    ["violation", /^- `X-001`/gm],
    ["exemption", /^- exempt from `Y-001`/gm],
  ] as const) {
    const [, folded = "0"] = new RegExp(`^- and (\\d+) more ${what}s?, folded$`, "m").exec(markdown) ?? [];
    assert.equal([...markdown.matchAll(line)].length + Number(folded), 300, what);
  }
  assert.match(markdown, /more violations?, folded/);
  assert.doesNotMatch(toMarkdown(emptyReview), /folded/);
});

test("counts of what is folded add up to what there is", () => {
  const { review } = large(2_000);
  const markdown = toMarkdown(review);
  const told = [...markdown.matchAll(/<summary><b><code>aws-r\d<\/code><\/b>: ([^<]*)<\/summary>/g)].map(
    ([, counts = ""]) => [...counts.matchAll(/(\d+) \w+/g)].reduce((sum, [, number]) => sum + Number(number), 0),
  );
  assert.equal(told.length, 7);
  assert.equal(
    told.reduce((sum, number) => sum + number, 0),
    2_000,
  );
});

test("a small change stands open, a large one is one click away", () => {
  assert.match(toMarkdown(reviewOf({ "aws-use1": { network: [resource("a")] } })), /<details open>/);
  assert.doesNotMatch(toMarkdown(large(20).review), /<details open>/);
});

test("a secret is shown as changed and nothing else", () => {
  const [changed, forced] = [
    { path: "sharedSecret", change: "changed" as const, secret: true as const },
    { path: "key", change: "changed" as const, secret: true as const, forces: true as const },
  ];
  const markdown = toMarkdown(
    reviewOf({ "aws-use1": { gateway: [resource("tunnel", { properties: [changed, forced] })] } }),
  );
  assert.match(markdown, /`sharedSecret`: a secret, changed\n/);
  assert.match(markdown, /`key`: a secret, changed, \*\*forces the replacement\*\*/);
});

test("lists in another order are one line", () => {
  const reordered = ["zones", "cidrs"].map((path) => ({ path, change: "reordered" as const }));
  const review = reviewOf({ "aws-use1": { network: [resource("a", { properties: reordered })] } });
  assert.match(toMarkdown(review), /^ {2}- the same elements in another order: `zones`, `cidrs`$/m);
});

test("that no policy ran, and that checks were deferred, is seen", () => {
  const policies = { ...emptyReview.policies, deferred: { checks: 4, resources: 2, rules: [] } };
  assert.match(toMarkdown({ ...emptyReview, policies }), /4 checks on 2 resources deferred to `up`/);
  assert.match(toMarkdown({ ...emptyReview, policies: { ...policies, packs: {} } }), /\*\*no policy pack ran\*\*/);
});
