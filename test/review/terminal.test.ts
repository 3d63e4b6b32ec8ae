import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { reviewJsonSchema } from "../../ops/review/schema.ts";
import { toTerminal } from "../../ops/review/terminal.ts";
import { replace, reviewed, step, update } from "./engineEvents.ts";
import { anyReview } from "./reviews.ts";

const POOL = "gcp:container/nodePool:NodePool";
const TOPIC = "aws:sns/topic:Topic";

const example = () =>
  reviewed([
    ...replace(POOL, "gcp-aso1-pools-workload", { machineType: "n2-standard-4" }, { machineType: "n2-standard-8" }, [
      "machineType",
    ]),
    update(
      TOPIC,
      "aws-use1-a",
      { zones: ["a", "b"], tags: { owner: "x" } },
      { zones: ["b", "a"], tags: { owner: "y" } },
    ),
    ...[1, 2, 3, 4].map((index) => step("create", TOPIC, `azr-weu-${index}`, { new: { inputs: {} } })),
  ]);

test("what is read first is the sentence, then what is dangerous with its cause, then everything by place", () => {
  assert.equal(
    toTerminal(example(), { allowed: [] }),
    `3 regions: 4 new resources, 1 update, 1 replacement of a node pool in gcp-aso1; no data-bearing resource touched

Dangerous
  ! replace-nodes  gcp-aso1
      node pool gcp-aso1-pools-workload is replaced, forced by machineType, the new one first
      machineType: n2-standard-4 → n2-standard-8  forces the replacement

aws-use1
  AWS stack  1 update
    ~ aws-use1-a  aws:sns/topic:Topic
        tags.owner: x → y
        one list only in another order

azr-weu
  AWS stack  4 new resources
    + 4 × Topic  azr-weu-1, azr-weu-2 and 2 more

gcp-aso1
  Google Cloud stack  1 replacement
    ± gcp-aso1-pools-workload  gcp:container/nodePool:NodePool  [nodes]
        machineType: n2-standard-4 → n2-standard-8  forces the replacement

Policies
  judged by novacron 1.0.0
`,
  );
});

test("what was agreed to is said to be", () => {
  assert.match(toTerminal(example(), { allowed: ["replace-nodes"] }), /! replace-nodes {2}gcp-aso1 {2}\(allowed\)/);
});

test("there are no colours in a pipe, and with them it is the same text", () => {
  const [plain, coloured] = [toTerminal(example()), toTerminal(example(), { colour: true })];
  assert.equal(stripVTControlCharacters(plain), plain);
  assert.notEqual(coloured, plain);
  assert.equal(stripVTControlCharacters(coloured), plain);
});

test("no value reaches the terminal as an instruction to it, and no line is longer than the terminal is wide", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "binary" }),
      fc.integer({ min: 40, max: 200 }),
      (before, after, width) => {
        const events = [update(TOPIC, "aws-use1-a", { [before]: after, note: before }, { note: `${after}\u001b[2J` })];
        const text = toTerminal(reviewed(events), { width });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        for (const line of text.split("\n")) assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
      },
    ),
    { numRuns: 40 },
  );
});

test("nothing of a review reaches the terminal as an instruction to it: names, regions, exemptions and the like", () => {
  fc.assert(
    fc.property(anyReview, fc.integer({ min: 40, max: 200 }), (review, width) => {
      const text = toTerminal(review, { width });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ud800]/u);
      for (const line of text.split("\n")) assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
    }),
    { numRuns: 200 },
  );
});

test("the published schema is that of the program", () => {
  const committed = JSON.parse(readFileSync(new URL("../../schema/review.schema.json", import.meta.url), "utf8"));
  assert.deepEqual(
    committed,
    JSON.parse(JSON.stringify(reviewJsonSchema())),
    "run: node ops/review/schema.ts > schema/review.schema.json && npm run format",
  );
});
