import { distance } from "fastest-levenshtein";
import { DEFAULTS, isObject, isUnknown } from "../server/values.ts";
import type { Properties } from "../service.ts";

/** The shape of a property as the installed SDK declares it. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "any" | "asset" }
  | { kind: "enum"; values: (string | number)[] }
  | { kind: "list" | "map"; of: Shape }
  | { kind: "object"; name: string }
  | { kind: "union"; of: Shape[] };

export interface PropertyFacts {
  required: boolean;
  shape: Shape;
}

export interface ResourceFacts {
  inputs: Record<string, PropertyFacts>;
  /** Outputs that the SDK declares without `undefined`. */
  requiredOutputs: string[];
  /** Outputs that the SDK marks as secret. */
  secretOutputs: string[];
}

/** Facts as they are kept in the cache: resources by type token, nested object types by package and name. */
export interface FactsDocument {
  resources: Record<string, ResourceFacts>;
  objects: Record<string, Record<string, PropertyFacts>>;
}

/** What the installed SDK packages say about resource types. */
export class Facts {
  readonly #document: FactsDocument;

  constructor(document: FactsDocument) {
    this.#document = document;
  }

  resource(type: string): ResourceFacts {
    const facts = this.#document.resources[type];
    if (facts === undefined) throw new Error(`no facts about ${type}: the installed SDK has no such type`);
    return facts;
  }

  object(name: string): Record<string, PropertyFacts> {
    return this.#document.objects[name] ?? {};
  }
}

type Problem = [property: string, reason: string];

/** Every missing, unknown or wrongly typed property of a resource's inputs, at any depth. Unknown values pass. */
export function checkShape(facts: Facts, type: string, inputs: Properties): Problem[] {
  return checkMembers(facts, facts.resource(type).inputs, inputs, "");
}

function checkMembers(
  facts: Facts,
  declared: Record<string, PropertyFacts>,
  value: Properties,
  path: string,
): Problem[] {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const problems: Problem[] = [];
  for (const [key, property] of Object.entries(declared)) {
    if (property.required && (value[key] === undefined || value[key] === null))
      problems.push([at(key), "required property is missing"]);
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === DEFAULTS || member === undefined || member === null) continue;
    const property = declared[key];
    if (property === undefined) problems.push([at(key), `no such property${suggestion(key, Object.keys(declared))}`]);
    else problems.push(...checkValue(facts, property.shape, member, at(key)));
  }
  return problems;
}

function checkValue(facts: Facts, shape: Shape, value: unknown, path: string): Problem[] {
  if (isUnknown(value)) return [];
  switch (shape.kind) {
    case "any":
    case "asset":
      return [];
    case "string":
    case "number":
    case "boolean":
      return typeof value === shape.kind ? [] : [[path, `expected a ${shape.kind}, got ${describe(value)}`]];
    case "enum":
      return shape.values.includes(value as string | number)
        ? []
        : [[path, `got ${describe(value)}, allowed are ${shape.values.join(", ")}`]];
    case "list":
      if (!Array.isArray(value)) return [[path, `expected a list, got ${describe(value)}`]];
      return value.flatMap((element, index) => checkValue(facts, shape.of, element, `${path}[${index}]`));
    case "map":
      if (!isObject(value)) return [[path, `expected a map, got ${describe(value)}`]];
      return Object.entries(value).flatMap(([key, member]) => checkValue(facts, shape.of, member, `${path}.${key}`));
    case "object":
      if (!isObject(value)) return [[path, `expected an object, got ${describe(value)}`]];
      return checkMembers(facts, facts.object(shape.name), value, path);
    case "union": {
      const attempts = shape.of.map((option) => checkValue(facts, option, value, path));
      return (
        attempts.find((problems) => problems.length === 0) ?? attempts.toSorted((a, b) => a.length - b.length)[0] ?? []
      );
    }
  }
}

const describe = (value: unknown): string =>
  Array.isArray(value) ? "a list" : isObject(value) ? "an object" : `${typeof value} ${JSON.stringify(value)}`;

function suggestion(key: string, declared: string[]): string {
  const nearest = declared
    .map((name) => ({ name, steps: distance(key.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.steps - b.steps)[0];
  return nearest !== undefined && nearest.steps <= Math.max(2, key.length / 3)
    ? `; did you mean '${nearest.name}'?`
    : "";
}
