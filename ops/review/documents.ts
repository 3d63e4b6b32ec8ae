import { parse } from "yaml";
import type { Shown } from "./redaction.ts";

/** What a text says that is JSON or YAML of more than one line; undefined for any other. Its secrets are out of it already. */
export function asDocument(text: string): Shown {
  const json = /^\s*[[{]/.test(text);
  if (!json && !/^[\w."'/-]+:.*\n/m.test(text)) return undefined;
  try {
    const value = (json ? JSON.parse(text) : parse(text)) as Shown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
