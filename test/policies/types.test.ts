import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import type { PropertyPath } from "../../policies/path.ts";
import { rules, stackRules } from "../../policies/rules/index.ts";
import { TAGGED } from "../../policies/tagged.ts";
import { checkShape, type Facts, type PropertyFacts, type Shape } from "../../sim/facts/facts.ts";
import { loadFacts } from "../../sim/facts/load.ts";
import { importsOf } from "../imports.ts";
import { good } from "./fixtures/index.ts";

const checkout = join(import.meta.dirname, "../..");
const { resolve } = createRequire(import.meta.url);

/** Type tokens of the resources that the program imports. */
const registered = [
  ...new Set(
    globSync("infra/**/*.ts", { cwd: checkout })
      .flatMap((file) => importsOf(join(checkout, file)))
      .filter(({ from, typeOnly }) => !typeOnly && /^@pulumi\/(aws|azure-native|gcp)\//.test(from))
      .flatMap(({ from }) => /__pulumiType = '([^']+:[^']+)'/.exec(readFileSync(resolve(from), "utf8"))?.[1] ?? []),
  ),
];

/** The installed SDKs know the properties of the clouds' types; what custom resources hold is in no SDK. */
const isCloud = (type: string): boolean => /^(aws|azure-native|gcp):/.test(type);

const judged = [...[...rules, ...stackRules].flatMap(({ applies }) => applies), ...good.map(({ type }) => type)].filter(
  isCloud,
);
const facts = await loadFacts([...new Set([...registered, ...judged])].toSorted());

/** Whether the installed SDK knows a property, at whatever depth. */
function exists(known: Facts, type: string, path: PropertyPath): boolean {
  let members: Record<string, PropertyFacts> | undefined = known.resource(type).inputs;
  for (const segment of path.split(".")) {
    if (members === undefined) return false;
    const property: PropertyFacts | undefined = members[segment.replace("[]", "")];
    if (property === undefined) return false;
    members = membersOf(known, property.shape);
  }
  return true;
}

/** The properties of an object, or of a list's elements. A map or a document of any shape has whichever one asks for. */
function membersOf(known: Facts, shape: Shape): Record<string, PropertyFacts> | undefined {
  switch (shape.kind) {
    case "object":
      return known.object(shape.name);
    case "list":
      return membersOf(known, shape.of);
    case "union":
      return shape.of.map((option) => membersOf(known, option)).find((members) => members !== undefined);
    case "map":
    case "any":
      return new Proxy({}, { get: () => ({ required: false, shape: { kind: "any" } }) satisfies PropertyFacts });
    default:
      return undefined;
  }
}

test("a rule looks at properties that the clouds have: a misspelt one would never find anything", () => {
  for (const { id, applies, needs } of [...rules, ...stackRules]) {
    for (const path of needs) {
      assert.ok(
        applies.some((type) => !isCloud(type) || exists(facts, type, path)),
        `${id} needs ${path}, which none of its types has in the installed SDK`,
      );
    }
  }
  for (const { id, applies, needs } of rules) {
    // Some ask for a resource's options alone.
    if (needs.length === 0) continue;
    for (const type of applies.filter(isCloud)) {
      assert.ok(
        needs.some((path) => exists(facts, type, path)),
        `${id} applies to ${type}, of which it needs nothing`,
      );
    }
  }
});

test("everything that the program registers and that takes tags is asked for them", () => {
  assert.ok(registered.length > 80, `only ${registered.length} types found in infra`);
  for (const type of registered) {
    // On Google Cloud `tags` are firewalls' or the organisation's; what bills are sorted by are labels.
    const places = type.startsWith("gcp:") ? ["labels", "resourceLabels", "userLabels"] : ["tags"];
    const place = places.find((name) => name in facts.resource(type).inputs);
    if (place === undefined) continue;
    assert.equal(TAGGED[type], place, `add ${type} to policies/tagged.ts under ${place}`);
  }
});

test("the rules are tried on properties that the SDK takes", () => {
  for (const { type, properties } of good.filter(({ type }) => isCloud(type))) {
    // Examples hold what rules look at, not everything that a resource needs.
    const wrong = checkShape(facts, type, properties).filter(([, reason]) => reason !== "required property is missing");
    assert.deepEqual(wrong, [], type);
  }
});
