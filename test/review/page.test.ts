import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { toPage } from "../../ops/review/page.ts";
import { drawChange } from "../../ops/review/picture.ts";
import { visible } from "../../ops/review/visible.ts";
import { anyReview, danger, emptyReview, resource, reviewOf } from "./reviews.ts";

type Node = DefaultTreeAdapterTypes.Node;

const children = (node: Node): Node[] => ("childNodes" in node ? node.childNodes : []);
const all = (node: Node): Node[] => children(node).flatMap((child) => [child, ...all(child)]);
const text = (node: Node): string =>
  node.nodeName === "#text" && "value" in node ? node.value : children(node).map(text).join("");

const OURS = new Set(
  "html head meta title style body header h1 h2 p strong main figure section article code ul li table thead tbody tr th td i details summary b span svg desc rect text line".split(
    " ",
  ),
);
const SAFE =
  /^(lang|charset|http-equiv|content|name|class|scope|open|xmlns|viewbox|width|height|role|aria-labelledby|id|x|y|rx|x1|y1|x2|y2|fill)$/i;

test("no review makes an element or attribute that is not ours, and the page fetches nothing", () =>
  fc.assert(
    fc.property(anyReview, (review) => {
      const parsed = parse(toPage(review, drawChange(review)));
      for (const node of all(parsed)) {
        if (node.nodeName.startsWith("#")) {
          assert.notEqual(node.nodeName, "#comment");
          continue;
        }
        assert.ok(OURS.has(node.nodeName), node.nodeName);
        const attributes = "attrs" in node ? node.attrs : [];
        for (const { name } of attributes) assert.match(name, SAFE);
      }
    }),
    { numRuns: 200 },
  ));

test("the page leaves nothing out", () =>
  fc.assert(
    fc.property(anyReview, (review) => {
      const page = text(parse(toPage(review)));
      const holds = (part: string) => assert.ok(page.includes(visible(part)), JSON.stringify(part));
      for (const { resources: _, text: sentence, properties } of review.dangers) {
        if (!sentence.includes("`")) holds(sentence);
        for (const { path } of properties) holds(path);
      }
      for (const { region, clouds } of review.regions) {
        holds(region);
        for (const { components } of clouds) {
          for (const { component, resources } of components) {
            holds(component);
            for (const { name, properties } of resources) {
              holds(name);
              for (const { path } of properties) holds(path);
            }
          }
        }
      }
      for (const { message } of review.policies.violations) holds(message);
    }),
    { numRuns: 200 },
  ));

test("the same review gives the same page", () =>
  fc.assert(
    fc.property(
      anyReview,
      (review) => toPage(review, drawChange(review)) === toPage(structuredClone(review), drawChange(review)),
    ),
    { numRuns: 50 },
  ));

test("a list in another order is said to hold the same elements", () => {
  const properties = [{ path: "zones", change: "reordered" as const }];
  const page = toPage(reviewOf({ "aws-use1": { network: [resource("a", { properties })] } }));
  assert.match(page, /<code>zones<\/code><\/th><td><i>the same elements<\/i><\/td><td><i>in another order<\/i>/);
});

const vpn = (tunnels: number) => ({
  kind: "vpn" as const,
  tunnels: Array.from({ length: tunnels }, (_, index) => `aws-use1--azr-weu-${index}`),
  survivesAnyLoss: tunnels > 2,
});

test("the picture shows what becomes of each region and link", () => {
  const cluster = resource("aws-use1-cluster", { action: "replace" });
  const picture =
    drawChange(
      reviewOf(
        {
          "aws-use1": { cluster: [cluster] },
          "gcp-usc1": { network: [resource("gcp-usc1-network", { action: "create" })] },
        },
        {
          dangers: [danger(cluster, "aws-use1")],
          mesh: {
            pairs: [
              { regions: ["aws-use1", "azr-weu"], before: vpn(4), after: vpn(2) },
              { regions: ["aws-use1", "gcp-usc1"], after: vpn(4) },
            ],
          },
        },
      ),
    ) ?? "";
  assert.match(picture, /<rect class="box dangerous"[^>]*>[\s\S]*?aws-use1[\s\S]*?1 replacement[\s\S]*?1 danger</);
  assert.match(picture, /<rect class="box new"[^>]*>[\s\S]*?gcp-usc1[\s\S]*?1 new resource/);
  assert.equal([...picture.matchAll(/<line class="link dangerous"/g)].length, 4, "as many lines as there were");
  assert.equal([...picture.matchAll(/<line class="link new"/g)].length, 4);
  assert.match(picture, />4 tunnels → 2 tunnels</);
  assert.match(picture, /azr-weu[\s\S]*?no change/);
});

test("a change of nothing has no picture without a plan", () => {
  assert.equal(drawChange(emptyReview), undefined);
  assert.doesNotMatch(toPage(emptyReview), /<figure>/);
});
