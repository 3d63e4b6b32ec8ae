import assert from "node:assert/strict";
import { test } from "node:test";
import { type StackResource, unaccompanied } from "../../policies/companion.ts";
import { companionRules } from "../../policies/rules/index.ts";
import { asPolicySees, UNKNOWN_TEXT } from "./resources.ts";

const resource = (type: string, name: string, through: object, comesFrom?: { urn: string }): StackResource => ({
  type,
  urn: `urn:pulumi:test::novacron::${type}::${name}`,
  props: asPolicySees({ ...through }),
  propertyDependencies: comesFrom === undefined ? {} : { bucket: [comesFrom] },
});

for (const declared of companionRules) {
  const { id, applies, companion, through } = declared;
  const lacking = (...resources: StackResource[]) => unaccompanied(declared, resources).map(({ urn }) => urn);
  const one = resource(applies, "one", {});
  const other = resource(applies, "other", {});

  test(`${id}: what has its companion is let through, already in a preview that does not know the name`, () => {
    assert.deepEqual(lacking(one, resource(companion, "c", { [through]: UNKNOWN_TEXT }, one)), []);
    assert.deepEqual(lacking(one, resource(companion, "c", { [through]: "made-1" }, one)), []);
  });

  test(`${id}: what lacks its companion, or whose companion belongs to another, is named`, () => {
    assert.deepEqual(lacking(one), [one.urn]);
    assert.deepEqual(lacking(one, other, resource(companion, "c", { [through]: UNKNOWN_TEXT }, other)), [one.urn]);
    assert.deepEqual(lacking(one, resource(companion, "c", { [through]: "elsewhere" })), [one.urn]);
  });

  test(`${id}: a name that the program wrote out on both sides counts`, () => {
    const named = resource(applies, "named", { [through]: "artefacts" });
    assert.deepEqual(lacking(named, resource(companion, "c", { [through]: "artefacts" })), []);
  });

  test(`${id}: a stack without such resources passes, and so does the older generation of both types together`, () => {
    assert.deepEqual(lacking(resource("aws:ec2/vpc:Vpc", "v", {})), []);
    const older = (type: string) => type.replace(/^(.*):(\w+)$/, "$1V2:$2V2");
    const bucket = resource(older(applies), "old", {});
    assert.deepEqual(lacking(bucket), [bucket.urn]);
    assert.deepEqual(lacking(bucket, resource(older(companion), "c", {}, bucket)), []);
  });
}
