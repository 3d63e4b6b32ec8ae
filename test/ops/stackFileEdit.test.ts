import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { setInYaml, type Value } from "../../ops/stackFileEdit.ts";

const FILE = `# why
config:
  novacron:release: # the release
    stage: done # kept
    waves: [[aws-use1], [azr-weu]]

  # the next key
  novacron:features: { dwcpV3: true } # a switch
  novacron:list:
    - one # first
    - two
  empty:
`;

const edits: [string, string[], Value, RegExp][] = [
  ["a value", ["config", "novacron:release", "stage"], 10, /stage: 10 # kept\n/],
  [
    "a new key of a block",
    ["config", "novacron:release", "denied"],
    ["sha256:ab"],
    /azr-weu\]\]\n {4}denied: \[sha256:ab\]\n\n {2}# the next key/,
  ],
  ["a value in braces", ["config", "novacron:features", "dwcpV3"], false, /\{ dwcpV3: false \} # a switch/],
  ["a new key in braces", ["config", "novacron:features", "more"], 1, /\{ dwcpV3: true, more: 1 \} # a switch/],
  ["a list", ["config", "novacron:list"], ["three"], /novacron:list:\n {4}\[three\]\n {2}empty:/],
  ["a key without a value", ["config", "empty"], { a: "b" }, /empty: \{a: b\}\n/],
  ["a whole new key", ["config", "novacron:new", "stage"], "done", /novacron:new: \{stage: done\}\n/],
];

for (const [what, path, value, expected] of edits) {
  test(`an operator's command changes ${what} and not one other character of the stack file`, () => {
    const edited = setInYaml(FILE, path, value);
    assert.match(edited, expected);
    const read = path.reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], parse(edited));
    assert.deepEqual(read, value);
    const comments = (text: string) => text.match(/#.*/g)?.filter((comment) => comment !== "# first");
    assert.deepEqual(comments(edited), comments(FILE));
  });
}

test("whatever is set is what is read, and everything else stays as it was, as often as it is set", () => {
  const paths = edits.map(([, path]) => path);
  const value = fc.oneof(
    fc.stringMatching(/^[a-z:0-9]{1,20}$/),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.stringMatching(/^sha256:[0-9a-f]{4}$/)),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 6 }), (changes) => {
      let text = FILE;
      const expected = parse(FILE) as Record<string, unknown>;
      for (const [path, wanted] of changes) {
        text = setInYaml(text, path, wanted);
        let at = expected;
        for (const key of path.slice(0, -1)) {
          at[key] ??= {};
          at = at[key] as Record<string, unknown>;
        }
        at[path.at(-1) ?? ""] = wanted;
      }
      assert.deepEqual(parse(text), expected);
    }),
  );
});
