import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "../service.ts";

/** Property values as the engine sends them: plain JSON in which a marked object stands for a secret and marked strings for what is not known yet. */

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

// One marker for each kind of value (pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go).
const UNKNOWNS = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

export const isUnknown = (value: unknown): boolean => typeof value === "string" && UNKNOWNS.has(value);

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSecret = (value: unknown): value is { value: unknown } => isObject(value) && value[SIGNATURE] === SECRET;

export const decode = (struct: Struct | undefined): Properties => (struct?.toJavaScript() ?? {}) as Properties;

export const encode = (properties: Properties): Struct =>
  // The round trip drops `undefined`, which a Struct cannot hold.
  structs.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);

/** The value without secret markers, at any depth. */
export function reveal<Value>(value: Value): Value;
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map((element) => reveal(element));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, reveal(element)]));
  return value;
}

/** The value without what is not known yet: unknown members and elements are left out. */
export function known<Value>(value: Value): Value;
export function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((element) => !isUnknown(element)).map((element) => known(element));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => !isUnknown(element))
      .map(([key, element]) => [key, known(element)]),
  );
}

export const containsUnknown = (value: unknown): boolean =>
  isUnknown(value) ||
  (Array.isArray(value) && value.some(containsUnknown)) ||
  (isObject(value) && Object.values(value).some(containsUnknown));

const containsSecret = (value: unknown): boolean =>
  isSecret(value) ||
  (Array.isArray(value) && value.some(containsSecret)) ||
  (isObject(value) && Object.values(value).some(containsSecret));

/** Names of the top-level properties that are, or hold, a secret. */
export const secretKeys = (properties: Properties): string[] =>
  Object.keys(properties).filter((key) => containsSecret(properties[key]));

/** Marks the named top-level properties as secret. */
export const conceal = (properties: Properties, keys: Iterable<string>): Properties => {
  const secret = new Set(keys);
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      secret.has(key) && value !== undefined && !isSecret(value) ? { [SIGNATURE]: SECRET, value } : value,
    ]),
  );
};

/** Where the providers note which inputs they made up themselves. */
export const DEFAULTS = "__defaults";

export const withoutDefaults = ({ [DEFAULTS]: _, ...inputs }: Properties): Properties => inputs;
