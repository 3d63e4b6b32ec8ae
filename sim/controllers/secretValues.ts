import type { RegionContext } from "../region/context.ts";
import type { ExternalSecret, RemoteReference, SecretStore } from "./externalSecretsObjects.ts";

type Values = Record<string, string>;

/**
 * What an ExternalSecret asks of its store, by the key that it shall have.
 * @throws Error naming the key that the secret manager does not hold, or what is asked for and not simulated
 */
export async function secretValues(
  { outside }: RegionContext,
  { spec: { provider } }: SecretStore,
  { data = [], dataFrom = [] }: ExternalSecret["spec"],
): Promise<Values> {
  const read = async ({ key, property, version, decodingStrategy }: RemoteReference): Promise<string> => {
    if (version !== undefined)
      throw new Error(`key ${key}: reading version ${version} is not simulated, only the latest`);
    const value = await outside.secret({ provider, key, ...(property === undefined ? {} : { property }) });
    return decode(value, decodingStrategy);
  };
  const values: Values = {};
  for (const { extract, find, rewrite } of dataFrom) {
    if (extract === undefined || find !== undefined || rewrite !== undefined)
      throw new Error("dataFrom: only extract is simulated, without rewrite");
    Object.assign(values, extracted(extract.key, await read(extract)));
  }
  for (const { secretKey, remoteRef } of data) values[secretKey] = await read(remoteRef);
  return values;
}

/** Every property of a secret that is a JSON object, as text. */
function extracted(key: string, text: string): Values {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`key ${key}: unable to unmarshal secret: it is no JSON object`);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, typeof inner === "string" ? inner : JSON.stringify(inner)]),
  );
}

function decode(value: string, strategy: RemoteReference["decodingStrategy"] = "None"): string {
  if (strategy === "None") return value;
  if (strategy === "Base64" || strategy === "Base64URL")
    return Buffer.from(value, strategy === "Base64" ? "base64" : "base64url").toString("utf8");
  throw new Error(`decoding strategy ${strategy} is not simulated; None, Base64 and Base64URL are`);
}

const PLACEHOLDER = /\{\{-?\s*(.*?)\s*-?\}\}/g;

/**
 * Puts values in the place of `{{ .name }}`.
 * @throws Error naming an expression that is more than that, or a name that is not there
 */
export function filledIn(template: string, values: Values): string {
  return template.replace(PLACEHOLDER, (whole, expression: string) => {
    const name = expression.match(/^\.([\w]+)$/)?.[1] ?? expression.match(/^index \. "([^"]+)"$/)?.[1];
    if (name === undefined) throw new Error(`template: ${whole} is not simulated; {{ .name }} is`);
    const value = values[name];
    if (value === undefined) throw new Error(`template: map has no entry for key "${name}"`);
    return value;
  });
}
