import { Secret } from "@pulumi/policy";

/** Where the SDK's proxies keep what they stand before. Both are the SDK's own words, and the only way to see what is marked secret. */
const PROXY = "__isSpecialProxy";
const TARGET = "__getSpecialProxyTarget";

/**
 * Places of a resource's inputs that are marked secret, such as `sharedKey` or `rules[0].password`. To be asked with what
 * a remediation is handed: validation gets the same properties with the marks taken off.
 */
export function secretPlaces(properties: unknown): string[] {
  return within(properties, "");
}

function within(value: unknown, at: string): string[] {
  const bare = bareOf(value);
  if (bare instanceof Secret) return [at];
  if (Array.isArray(bare)) return bare.flatMap((element, index) => within(element, `${at}[${index}]`));
  if (typeof bare !== "object" || bare === null) return [];
  return Object.entries(bare).flatMap(([name, member]) => within(member, at === "" ? name : `${at}.${name}`));
}

function bareOf(value: unknown): unknown {
  let bare = value;
  while (typeof bare === "object" && bare !== null && Reflect.get(bare, PROXY) === true)
    bare = Reflect.get(bare, TARGET);
  return bare;
}
