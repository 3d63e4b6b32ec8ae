import { isDeepStrictEqual } from "node:util";
import type { PropertyChange, ResourceChange, Review } from "./model.ts";
import { compare } from "./steps.ts";

/** The difference of two reviews of a stack, a line each: what is new, what is gone, what is otherwise. */
export function reviewDifferences(before: Review, after: Review): string[] {
  const lines = [
    ...differences("resource", resourcesOf(before), resourcesOf(after), resourceLine),
    ...differences("danger", keyed(before.dangers, dangerKey), keyed(after.dangers, dangerKey), ({ text }) => text),
    ...differences("meaning", keyed(before.statements, textOf), keyed(after.statements, textOf), textOf),
    ...differences("changed outside", keyed(before.drift, urnOf), keyed(after.drift, urnOf), ({ name, properties }) =>
      `${name} ${properties.map(propertyText).join(", ")}`.trim(),
    ),
    ...differences(
      "output",
      keyed(before.outputs, ({ path }) => path),
      keyed(after.outputs, ({ path }) => path),
      propertyText,
    ),
    ...differences(
      "policy",
      keyed(before.policies.violations, violationKey),
      keyed(after.policies.violations, violationKey),
      violationKey,
    ),
    ...(isDeepStrictEqual(before.policies, after.policies) ? [] : policyLines(before, after)),
  ];
  // Whatever is not told apart above is a difference all the same.
  return lines.length > 0 || isDeepStrictEqual(withoutAbsent(before), withoutAbsent(after))
    ? lines
    : [`reviewed: ${before.sentence}`, `now: ${after.sentence}`];
}

function differences<Item>(
  what: string,
  before: ReadonlyMap<string, Item>,
  after: ReadonlyMap<string, Item>,
  text: (item: Item) => string,
): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].toSorted(compare).flatMap((key) => {
    const [was, becomes] = [before.get(key), after.get(key)];
    if (isDeepStrictEqual(withoutAbsent(was), withoutAbsent(becomes))) return [];
    return [
      ...(was === undefined ? [] : [`- ${what}: ${text(was)}`]),
      ...(becomes === undefined ? [] : [`+ ${what}: ${text(becomes)}`]),
    ];
  });
}

/** A review that was read back has no keys without a value. */
const withoutAbsent = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

const keyed = <Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item> =>
  new Map(items.map((item) => [key(item), item]));

const resourcesOf = ({ regions }: Review): Map<string, ResourceChange> =>
  keyed(
    regions.flatMap(({ clouds }) =>
      clouds.flatMap(({ components }) => components.flatMap(({ resources }) => resources)),
    ),
    urnOf,
  );

const urnOf = ({ urn }: { urn: string }): string => urn;
const textOf = ({ text }: { text: string }): string => text;
const dangerKey = (danger: Review["dangers"][number]): string => `${danger.class} ${danger.resources.join()}`;
const violationKey = ({ rule, urn, message }: Review["policies"]["violations"][number]): string =>
  `${rule} ${urn.split("::").at(-1) ?? ""}: ${message.split("\n")[0]}`;

const resourceLine = ({ action, name, properties }: ResourceChange): string =>
  `${action} ${name}${properties.length === 0 ? "" : `: ${properties.map(propertyText).join(", ")}`}`;

function propertyText({ path, change, from, to, secret, unknown }: PropertyChange): string {
  if (change === "reordered") return `${path} in another order`;
  if (secret === true && from === undefined && to === undefined) return `${path} (secret) ${change}`;
  return `${path} ${from ?? "(none)"} → ${unknown === true ? "(known after up)" : (to ?? "(none)")}`;
}

function policyLines({ policies: before }: Review, { policies: after }: Review): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  return (["packs", "deferred", "exemptions"] as const).flatMap((key) =>
    isDeepStrictEqual(before[key], after[key])
      ? []
      : [`- policies, ${key}: ${text(before[key])}`, `+ policies, ${key}: ${text(after[key])}`],
  );
}
