import { createRequire } from "node:module";

/**
 * Reads YAML; JSON, which is YAML too, without the library. That takes longer to load than all the rest of what a rollback
 * needs, so it is loaded when the first text asks for it.
 */
export function parseYaml(text: string): unknown {
  if (text.startsWith("{"))
    try {
      return JSON.parse(text);
    } catch {
      // YAML in braces.
    }
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  return parse(text);
}
