import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { mergeStackConfig } from "../../ops/stackConfig.ts";

const CHECKOUT = `# why this stack is as it is
config:
  novacron:tier: staging
  novacron:regions:
    - {name: aws-use1, zones: ["1", "2"]} # reason
`;

const secret = { secure: "v1:abc:def" };
const COPY = `encryptionsalt: v1:copy\nconfig:\n  novacron:tier: production\n  novacron:gone: 1\n  novacron:meshSecret:\n    secure: ${secret.secure}\n`;

test("the first simulated run of a stack asks for its secret to be made", () => {
  const { text, missing } = mergeStackConfig(CHECKOUT, "");
  assert.deepEqual(missing, ["novacron:meshSecret"]);
  assert.deepEqual(parse(text), parse(CHECKOUT));
});

test("an edit in the checkout counts at the next run, and the secret and its salt stay what they were", () => {
  const { text, missing } = mergeStackConfig(CHECKOUT, COPY);
  assert.deepEqual(missing, []);
  const { config } = parse(CHECKOUT);
  assert.deepEqual(parse(text), {
    config: { ...config, "novacron:meshSecret": secret },
    encryptionsalt: "v1:copy",
  });
});

test("merging again changes nothing, so a run that finds nothing to do touches no file", () => {
  const { text } = mergeStackConfig(CHECKOUT, COPY);
  assert.equal(mergeStackConfig(CHECKOUT, text).text, text);
});

test("secrets that are encrypted for the real clouds do not keep a simulated run from starting", () => {
  const real = `${CHECKOUT}  novacron:meshSecret: {secure: AgBc}\n  novacron:other: {secure: AgBd}\nsecretsprovider: awskms://alias/x\nencryptedkey: AbC\n`;
  const first = mergeStackConfig(real, "");
  assert.deepEqual(parse(first.text), parse(CHECKOUT));
  assert.deepEqual(first.missing, ["novacron:meshSecret"]);
  const later = parse(mergeStackConfig(real, COPY).text);
  assert.deepEqual(later.config["novacron:meshSecret"], secret);
  assert.equal(later.secretsprovider, undefined);
});

test("a stack file without config, or without anything, can be run", () => {
  assert.deepEqual(mergeStackConfig("", "").missing, ["novacron:meshSecret"]);
  const { text } = mergeStackConfig("", COPY);
  assert.deepEqual(parse(text).config, { "novacron:meshSecret": secret });
});
