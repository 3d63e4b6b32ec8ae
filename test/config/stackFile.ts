import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A value inside a stack file, to be spoilt by tests. */
// biome-ignore lint/suspicious/noExplicitAny: spoiling a config needs every key at any depth
export type Loose = any;

/** The text of a shipped stack file. */
export const stackFileText = (stack: string): string =>
  readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");

/** The config in a stack file's text: the keys below `novacron:` without that prefix. A fresh copy. */
export function configIn(text: string): Record<string, Loose> {
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^novacron:/, ""), value]));
}
