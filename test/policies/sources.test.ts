import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RuleText } from "../../policies/rule.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { publishedAt, type Sources } from "../../policies/sources/source.ts";

const all: readonly RuleText[] = [...rules, ...stackRules];
const sources = all.flatMap(({ id, sources: own }) => own.map((source) => ({ id, source })));

test("every rule names what it rests on, each source by a title, and none twice", () => {
  for (const { id, sources: own } of all) {
    assert.ok(own.length > 0, `${id} names no source`);
    assert.equal(new Set(own.map(({ title }) => title)).size, own.length, id);
  }
  for (const { id, source } of sources) assert.match(source.title, /^\S.*[^\s.]$/, `${id}: '${source.title}'`);
});

test("what others publish is linked over https", () => {
  for (const { id, source } of sources) {
    if (!("url" in source)) continue;
    const { protocol, hostname } = new URL(source.url);
    assert.equal(protocol, "https:", id);
    assert.match(hostname, /\./, id);
    assert.doesNotMatch(source.url, /\s/, id);
  }
});

test("what the project says itself stands where the rule says, under its heading", () => {
  for (const { id, source } of sources) {
    if (!("file" in source)) continue;
    const [file = "", anchor] = source.file.split("#");
    const headings = readFileSync(join(import.meta.dirname, "../..", file), "utf8").matchAll(/^#+ (.*)$/gm);
    const anchors = [...headings].map(([, heading = ""]) => heading.toLowerCase().replaceAll(/[^a-z0-9 ]/g, ""));
    assert.ok(
      anchor === undefined || anchors.includes(anchor.replaceAll("-", " ")),
      `${id}: no heading ${source.file}`,
    );
  }
});

test("one recommendation of a benchmark is told in the same words everywhere", () => {
  const told = new Map<string, string>();
  for (const { id, source } of sources) {
    const [place = ""] = /^CIS [^:]*/.exec(source.title) ?? [];
    if (place === "") continue;
    assert.equal(source.title, told.get(place) ?? source.title, id);
    told.set(place, source.title);
  }
});

test("a rule without a source, or with a link that is not https, is none", () => {
  // @ts-expect-error one at least
  const none: Sources = [];
  // @ts-expect-error https alone
  const plain: Sources = [{ title: "A page", url: "http://example.com" }];
  // @ts-expect-error not to be left out
  const silent: RuleText = { id: "TST-001", title: "Holds", severity: "high", why: "So.", fix: "Do." };
  assert.equal(publishedAt(none), undefined);
  assert.equal(publishedAt(plain), "http://example.com");
  assert.equal(silent.sources, undefined);
});
