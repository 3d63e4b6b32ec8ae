import fc from "fast-check";
import {
  ACTIONS,
  type ComponentChanges,
  DANGER_CLASSES,
  type Danger,
  MARKS,
  type PropertyChange,
  type ResourceChange,
  type Review,
  STATEMENT_KINDS,
} from "../../ops/review/model.ts";

/** Reviews made by hand and at random, for what shows them. */

export const emptyReview: Review = {
  format: 1,
  stack: "staging",
  sentence: "nothing changes",
  counts: { create: 0, update: 0, replace: 0, delete: 0, rename: 0, import: 0, forget: 0, unchanged: 402 },
  dangers: [],
  statements: [],
  regions: [],
  outputs: [],
  policies: {
    packs: { novacron: "0.1.0" },
    violations: [],
    deferred: { checks: 0, resources: 0, rules: [] },
    exemptions: [],
  },
  drift: [],
};

export const urn = (type: string, name: string): string => `urn:pulumi:staging::novacron::${type}::${name}`;

export function resource(name: string, change: Partial<ResourceChange> = {}): ResourceChange {
  const type = change.type ?? "aws:ec2/subnet:Subnet";
  return {
    urn: urn(type, name),
    type,
    name,
    action: "update",
    marks: [],
    properties: [{ path: "tags.owner", change: "changed", from: "a", to: "b" }],
    dependents: { count: 0, names: [] },
    ...change,
  };
}

export const danger = (about: ResourceChange, region: string, change: Partial<Danger> = {}): Danger => ({
  class: "replace-cluster",
  text: `the cluster ${about.name} is replaced`,
  resources: [about.urn],
  regions: [region],
  properties: about.properties,
  dependents: about.dependents,
  ...change,
});

/** A review of changes by region and component. */
export function reviewOf(
  changes: Record<string, Record<string, ResourceChange[]>>,
  rest: Partial<Review> = {},
): Review {
  const regions = Object.entries(changes).map(([region, components]) => ({
    region,
    clouds: [
      {
        cloud: "AWS",
        components: Object.entries(components).map(
          ([component, resources]): ComponentChanges => ({ component, resources }),
        ),
      },
    ],
  }));
  return { ...emptyReview, sentence: "something changes", regions, ...rest };
}

/** What may be in a name, a tag or a message, and what a reader or a host might take for something else. */
export const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        ..."`*_{}[]()#+-.!|<>~&\"'\\:@$=^\n\r\t \u202e\u200b\u0000\u001b".split(""),
        "```",
        "<!--",
        "-->",
        "</details>",
        "</summary>",
        "<img src=x onerror=alert(1)>",
        "<script>",
        "</style>",
        "]]>",
        "](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "https://evil.example",
        "www.evil.example",
        "me@evil.example",
        "@everyone",
        "#1",
        "GH-1",
        ":tada:",
        "&amp;",
        "&#60;",
        "\n\n# heading",
        "\n- item",
        "\n    code",
        "\n***\n",
        "| a | b |\n|---|---|",
        "[^1]: note",
        "- [ ] task",
        "a",
        "0",
        "𐍈",
        "\ud800",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

const property: fc.Arbitrary<PropertyChange> = fc.record(
  {
    path: hostile,
    change: fc.constantFrom("added", "removed", "changed", "reordered"),
    from: hostile,
    to: hostile,
    secret: fc.constant(true as const),
    unknown: fc.constant(true as const),
    forces: fc.constant(true as const),
  },
  { requiredKeys: ["path", "change"] },
);

const properties = fc.array(property, { maxLength: 4 });
const dependents = fc.array(hostile, { maxLength: 3 }).map((names) => ({ count: names.length + 2, names }));

const anyResource: fc.Arbitrary<ResourceChange> = fc.record(
  {
    urn: hostile.map((name) => urn("aws:ec2/subnet:Subnet", name)),
    type: hostile,
    name: hostile,
    action: fc.constantFrom(...ACTIONS),
    renamedFrom: hostile,
    marks: fc.subarray([...MARKS]),
    properties,
    replacement: fc.record({
      forcedBy: fc.array(hostile, { maxLength: 3 }),
      order: fc.constantFrom("new one first", "old one first"),
    }),
    dependents,
    repairsDrift: fc.constant(true as const),
  },
  { requiredKeys: ["urn", "type", "name", "action", "marks", "properties", "dependents"] },
);

const list = <Value>(value: fc.Arbitrary<Value>, maxLength = 3) => fc.array(value, { maxLength });

/** Any review at all, with texts that want to be something else. */
export const anyReview: fc.Arbitrary<Review> = fc.record({
  format: fc.constant(1 as const),
  stack: hostile,
  sentence: hostile,
  counts: fc.constant(emptyReview.counts),
  dangers: list(
    fc.record({
      class: fc.constantFrom(...DANGER_CLASSES),
      text: hostile,
      resources: list(hostile.map((name) => urn("aws:ec2/subnet:Subnet", name))),
      regions: list(hostile),
      properties,
      dependents,
    }),
  ),
  statements: list(fc.record({ kind: fc.constantFrom(...STATEMENT_KINDS), regions: list(hostile), text: hostile })),
  regions: list(
    fc.record({
      region: hostile,
      clouds: list(
        fc.record({
          cloud: hostile,
          components: list(fc.record({ component: hostile, resources: list(anyResource) }), 2),
        }),
        2,
      ),
    }),
    2,
  ),
  outputs: properties,
  policies: fc.record({
    packs: fc.dictionary(hostile, hostile, { maxKeys: 2 }),
    violations: list(
      fc.record(
        {
          rule: hostile,
          level: fc.constantFrom("mandatory", "advisory"),
          severity: hostile,
          urn: fc.oneof(
            fc.constant(""),
            hostile.map((name) => urn("a:b:C", name)),
          ),
          message: hostile,
        },
        { requiredKeys: ["rule", "level", "urn", "message"] },
      ),
    ),
    deferred: fc.record({
      checks: fc.nat(9),
      resources: fc.nat(9),
      rules: list(fc.record({ rule: hostile, checks: fc.integer({ min: 1, max: 9 }) }), 2),
    }),
    exemptions: list(
      fc.record({ rule: hostile, resource: hostile, reason: hostile, owner: hostile, expires: hostile }),
      2,
    ),
  }),
  drift: list(
    fc.record({
      urn: hostile,
      type: hostile,
      name: hostile,
      region: hostile,
      deleted: fc.boolean(),
      properties,
      repaired: fc.boolean(),
    }),
    2,
  ),
});
