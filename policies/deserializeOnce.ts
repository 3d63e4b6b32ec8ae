import { createRequire } from "node:module";

type Deserialize = (properties: object | undefined, keepSecrets: boolean) => unknown;

/** The SDK's own module: its server looks the function up in it with each call. */
const sdk = createRequire(import.meta.url)("@pulumi/policy/deserialize.js") as { deserializeProperties: Deserialize };

/**
 * Has the policy SDK (1.21) read each resource's properties once. By itself it does so anew for every rule, and in rules over
 * the whole stack for every resource and its provider again: most of what a pack of a hundred rules takes. Our rules only read.
 * What a remediation is handed, secrets marked, stays its own.
 */
export function deserializeOnce(): void {
  const deserialize = sdk.deserializeProperties;
  const known = new WeakMap<object, unknown>();
  sdk.deserializeProperties = (properties, keepSecrets) => {
    if (properties === undefined || keepSecrets) return deserialize(properties, keepSecrets);
    if (!known.has(properties)) known.set(properties, deserialize(properties, false));
    return known.get(properties);
  };
}
