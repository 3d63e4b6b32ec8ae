import { conceal, isObject, reveal, secretKeys } from "../server/values.ts";
import type { Properties } from "../service.ts";

/** Contents of every Secret are secret, whoever made it. */
const ALWAYS: Record<string, readonly string[]> = { Secret: ["data", "stringData"] };

/**
 * Marks as secret what was secret in what the program or the state said: the same place, or the whole list where a list
 * held it, since a server may order lists anew.
 */
export function concealLike(properties: Properties, ...examples: Properties[]): Properties {
  const always = ALWAYS[String(reveal(properties.kind))] ?? [];
  const marked = examples.reduce(concealByOne, properties);
  return conceal(marked, always);
}

function concealByOne(properties: Properties, example: Properties): Properties {
  const whole: string[] = [];
  const result = { ...properties };
  for (const key of secretKeys(example)) {
    const [value, model] = [result[key], example[key]];
    if (isObject(value) && isObject(model) && !isMarked(model)) {
      result[key] = isMarked(value) ? value : concealByOne(value, model);
    } else whole.push(key);
  }
  return conceal(result, whole);
}

/** Whether a value is itself a marked secret: taking marks off changes which keys it has. */
const isMarked = (value: Properties): boolean => {
  const plain: unknown = reveal(value);
  return !isObject(plain) || Object.keys(plain).join() !== Object.keys(value).join();
};
