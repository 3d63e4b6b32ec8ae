import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";
import { code, prose } from "../../ops/review/escapeMarkdown.ts";
import { MARKDOWN_LIMIT, toMarkdown } from "../../ops/review/markdown.ts";
import type { Review } from "../../ops/review/model.ts";
import { visible } from "../../ops/review/visible.ts";
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
      (review, limit, times) => {
        const many = <Value>(list: readonly Value[]): Value[] => Array.from({ length: times }, () => list).flat();
        const grown: Review = {
          ...review,
          dangers: many(review.dangers),
          statements: many(review.statements),
          regions: review.regions.map((region) => ({ ...region, clouds: many(region.clouds) })),
          policies: { ...review.policies, violations: many(review.policies.violations) },
          drift: many(review.drift),
        };
        const markdown = toMarkdown(grown, { limit });
        assert.ok(markdown.length <= limit, `${markdown.length} > ${limit}`);
      },
    ),
    { numRuns: 150 },
  ));

/** A change of so many resources, of which every fiftieth is dangerous. */
function large(resources: number, dangerous = (index: number) => index % 50 === 0) {
  const all = Array.from({ length: resources }, (_, index) =>
    resource(`aws-use1-subnet-of-a-long-name-${index}`, {
      action: dangerous(index) ? "replace" : "update",
      properties: Array.from({ length: 4 }, (_, property) => ({
        path: `ingress[${property}].cidrBlocks`,
        change: "changed" as const,
        from: `10.0.${index % 256}.0/24`,
        to: `10.1.${index % 256}.0/24`,
      })),
    }),
  );
  const byRegion = Object.groupBy(all, (_) => `aws-r${all.indexOf(_) % 7}`);
  const changes = Object.fromEntries(
    Object.entries(byRegion).map(([region, own = []]) => [
      region,
      Object.fromEntries(
        Object.entries(Object.groupBy(own, (each) => `component-${own.indexOf(each) % 12}`)).map(([name, few = []]) => [
          name,
          few,
        ]),
      ),
    ]),
  );
  const dangers = all
    .filter((_, index) => dangerous(index))
    .map((each) => danger(each, `aws-r${all.indexOf(each) % 7}`));
  return { review: reviewOf(changes, { dangers }), dangers };
}

test("2,000 changed resources stay below the limit, and every dangerous one is told whole", (t) => {
  const { review, dangers } = large(2_000);
  const markdown = toMarkdown(review, { whole: "the page" });
  t.diagnostic(`${markdown.length} characters, ${dangers.length} dangers`);
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  assert.ok(markdown.length > MARKDOWN_LIMIT / 2, "what fits is shown");
  for (const { text: sentence, properties } of dangers) {
    const at = markdown.indexOf(prose(sentence));
    assert.ok(at >= 0, sentence);
    assert.ok(markdown.indexOf(code(properties[3]?.to ?? ""), at) > 0, "with what forces it");
  }
  assert.match(markdown, /, folded/);
  assert.match(markdown, /_Folded for length: \d+ sections\. Everything is in the page\._/);
});

test("of 2,000 dangerous resources none is folded away: named, or counted by class and region", (t) => {
  const { review, dangers } = large(2_000, () => true);
  const markdown = toMarkdown(review);
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  const lines = [...markdown.matchAll(/^- \*\*`replace-cluster`\*\* in (\S+), ([\d,]+) times(: .*)?$/gm)];
  const told = lines.reduce((sum, [, , number = ""]) => sum + Number(number.replace(",", "")), 0);
  assert.equal(told, dangers.length);
  const named = lines.filter(([, , , names]) => names !== undefined).length;
  t.diagnostic(`${markdown.length} characters; ${named} of ${lines.length} regions with every name`);
  assert.ok(named >= 4, "names are left out where they do not fit, and there alone");
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

test("that no policy ran, and that checks were deferred, is seen", () => {
  const policies = { ...emptyReview.policies, deferred: { checks: 4, resources: 2, rules: [] } };
  assert.match(toMarkdown({ ...emptyReview, policies }), /4 checks on 2 resources deferred to `up`/);
  assert.match(toMarkdown({ ...emptyReview, policies: { ...policies, packs: {} } }), /\*\*no policy pack ran\*\*/);
});
