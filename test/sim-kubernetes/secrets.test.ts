import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concealLike } from "../../sim/kubernetes/secrets.ts";
import { conceal, isObject, reveal, secretKeys } from "../../sim/server/values.ts";
import type { Properties } from "../../sim/service.ts";

const SECRET = "s3cret";
const key = fc.constantFrom("a", "b", "c", "value");

/** What a program may say: plain values and secrets at any depth, in objects and lists, secrets within secrets too. */
const { object } = fc.letrec<{ value: unknown; object: Properties }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant("plain"),
    fc.constant(conceal({ marked: SECRET }, ["marked"]).marked),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
    tie("object").map((inner) => conceal({ marked: inner }, ["marked"]).marked),
  ),
  object: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
}));

/** The part of a value that is not marked. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (!isObject(value) || secretKeys({ value }).length === 0) return value;
  const plain: unknown = reveal(value);
  const isMark = !isObject(plain) || Object.keys(plain).join() !== Object.keys(value).join();
  return isMark ? "marked" : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, open(inner)]));
}

test("what the program holds secret is never plain in the state, and keeps its value", () =>
  fc.assert(
    fc.property(object, (program) => {
      const answered: Properties = { ...reveal(program), added: "by the server" };
      const state = concealLike(answered, program);
      assert.doesNotMatch(JSON.stringify(open(state)), new RegExp(SECRET));
      assert.deepEqual(reveal(state), answered);
      assert.equal(state.added, "by the server");
    }),
  ));
