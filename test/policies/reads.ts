import type { Properties } from "../../policies/rule.ts";

/**
 * Properties that note each place of theirs that is read, as `changed` takes it: what a check does not read makes no
 * difference to it.
 */
export function noting(properties: Properties, places: Set<string>): Properties {
  const wrapped = (value: object, at: string): object =>
    new Proxy(value, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof key !== "string" || (!Object.hasOwn(target, key) && key in target)) return member;
        if (Array.isArray(target) && !/^\d+$/.test(key)) return member;
        const place = placeIn(target, at, key);
        places.add(place);
        return typeof member === "object" && member !== null ? wrapped(member, place) : member;
      },
    });
  return wrapped(properties, "") as Properties;
}

function placeIn(target: object, at: string, key: string): string {
  if (Array.isArray(target)) return `${at}[${key}]`;
  const name = key.replaceAll(".", "\\.");
  return at === "" ? name : `${at}.${name}`;
}
