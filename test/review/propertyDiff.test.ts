import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { diffValues } from "../../ops/review/propertyDiff.ts";
import { Redactor, type Shown, Unknown } from "../../ops/review/redaction.ts";

const diff = (before: Shown, after: Shown) => diffValues(before, after, "", () => false);

test("equal values have no difference, whatever they are", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(diff(value as Shown, structuredClone(value) as Shown), []);
    }),
  );
});

test("different values always have one", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      // JSON has no -0, and what is told is told as JSON.
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      assert.notEqual(diff({ a } as Shown, { a: b } as Shown).length, 0);
    }),
  );
});

test("a list in another order is said to be that, and nothing else", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2 }), (values) => {
      assert.deepEqual(diff({ list: values }, { list: values.toReversed() }), [{ path: "list", change: "reordered" }]);
    }),
  );
});

test("one element more at the beginning of a list is one more, not a change of all", () => {
  const cidrs = ["10.1.0.0/16", "10.2.0.0/16"];
  assert.deepEqual(diff({ cidrs }, { cidrs: ["10.0.0.0/16", ...cidrs] }), [
    { path: "cidrs[0]", change: "added", to: "10.0.0.0/16" },
  ]);
  const rules = [
    { name: "https", port: 443 },
    { name: "ssh", port: 22 },
  ];
  assert.deepEqual(
    diff({ rules }, { rules: [{ name: "dns", port: 53 }, { name: "https", port: 8443 }, rules[1]] as Shown }),
    [
      { path: "rules[name=https].port", change: "changed", from: "443", to: "8443" },
      { path: "rules[name=dns]", change: "added", to: '{"name":"dns","port":53}' },
    ],
  );
});

test("maps are told by key, with keys that are no names quoted", () => {
  assert.deepEqual(diff({ tags: { "a.b": "1", c: "2" } }, { tags: { "a.b": "3", d: "4" } }), [
    { path: 'tags["a.b"]', change: "changed", from: "1", to: "3" },
    { path: "tags.c", change: "removed", from: "2" },
    { path: "tags.d", change: "added", to: "4" },
  ]);
});

test("documents inside of texts are told by what they say", () => {
  const policy = (action: string) => JSON.stringify({ Statement: [{ Sid: "read", Action: action }] });
  assert.deepEqual(diff({ policy: policy("s3:Get") }, { policy: policy("s3:*") }), [
    { path: "policy → Statement[0].Action", change: "changed", from: "s3:Get", to: "s3:*" },
  ]);
  assert.deepEqual(diff({ file: "a: 1\nb: 2\n" }, { file: "a: 1\nb: 3\n" }), [
    { path: "file → b", change: "changed", from: "2", to: "3" },
  ]);
  assert.deepEqual(diff({ policy: '{"a":1,"b":2}' }, { policy: '{"b":2,"a":1}' }), [
    { path: "policy", change: "reordered" },
  ]);
});

test("a value that is known only after `up` is said to be that, with the old one", () => {
  assert.deepEqual(diff({ id: "vpc-1" }, { id: new Unknown() }), [
    { path: "id", change: "changed", from: "vpc-1", unknown: true },
  ]);
});

test("of two long texts the part that differs is shown", () => {
  const [change] = diff(`${"x".repeat(500)}before${"y".repeat(500)}`, `${"x".repeat(500)}after${"y".repeat(500)}`);
  assert.match(change?.from ?? "", /^…x{20,30}befo?/);
  assert.match(change?.to ?? "", /^…x{20,30}aft/);
  assert.ok((change?.from ?? "").length < 100);
});

test("no value is longer than a line or two", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 500, maxLength: 3000 }), fc.string({ maxLength: 3000 }), (a, b) => {
      for (const { from = "", to = "" } of diff({ a }, { a: b })) assert.ok(Math.max(from.length, to.length) < 600);
    }),
  );
});

test("secrets of which the engine shows neither side are told by what it says of them", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
  const value = new Redactor().value({ key: secret });
  assert.deepEqual(
    diffValues(value, value, "", () => false),
    [],
  );
  assert.deepEqual(
    diffValues(value, value, "", (path) => path === "key"),
    [{ path: "key", change: "changed", secret: true }],
  );
});
