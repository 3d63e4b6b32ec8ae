import { refuse } from "../../service.ts";
import type { World } from "../../world.ts";

type Labels = Record<string, string>;

const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MOST_LABELS = 64;

/** Refuses labels that no Google API takes: keys and values are lower case, at most 63 characters, at most 64 of them. */
export function demandLabels(labels: Labels | undefined, field = "resource.labels"): void {
  const entries = Object.entries(labels ?? {});
  if (entries.length > MOST_LABELS) {
    refuse(
      "invalid",
      `Invalid value for field '${field}': ''. Label count ${entries.length} exceeds the limit of ${MOST_LABELS}.`,
    );
  }
  for (const [key, value] of entries) {
    if (!KEY.test(key)) {
      refuse(
        "invalid",
        `Invalid value for field '${field}': ''. Label key '${key}' violates format constraints. The key must start with a lowercase character, can only contain lowercase letters, numeric characters, underscores and dashes. The key can be at most 63 characters long. International characters are allowed.`,
      );
    }
    if (!VALUE.test(value)) {
      refuse(
        "invalid",
        `Invalid value for field '${field}': ''. Label value '${value}' violates format constraints. The value can only contain lowercase letters, numeric characters, underscores and dashes. The value can be at most 63 characters long. International characters are allowed.`,
      );
    }
  }
}

/** The two computed label properties: with the provider's default labels and its own mark. */
export function labelled(labels: Labels | undefined, world: World): { effectiveLabels: Labels; pulumiLabels: Labels } {
  const { defaultLabels, addPulumiAttributionLabel } = world.config as {
    defaultLabels?: Labels | string;
    addPulumiAttributionLabel?: boolean | string;
  };
  const defaults = typeof defaultLabels === "string" ? (JSON.parse(defaultLabels) as Labels) : defaultLabels;
  const mark = String(addPulumiAttributionLabel ?? true) === "true" ? { "goog-pulumi-provisioned": "true" } : {};
  const all = { ...mark, ...defaults, ...labels };
  return { effectiveLabels: all, pulumiLabels: all };
}

/** A hash that changes with the labels, as the API demands for changing them. */
export const labelFingerprint = (world: World): string => Buffer.from(world.hex(8)).toString("base64").slice(0, 12);
