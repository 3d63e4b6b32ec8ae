import { readDraft } from "./draft.ts";
import { numberingProblems } from "./numberingRules.ts";
import { type Problem, schemaProblems } from "./problems.ts";
import { quorumProblems } from "./quorumRules.ts";
import { regionProblems } from "./regionRules.ts";
import { releaseProblems } from "./releaseRules.ts";
import { type StackConfig, stackSchema } from "./schema.ts";
import { stackProblems } from "./stackRules.ts";

export type ParsedConfig =
  | { config: StackConfig; problems?: undefined }
  | { config?: undefined; problems: [Problem, ...Problem[]] };

/**
 * Checks a stack's config and fills in its defaults. `raw` holds the keys below `novacron:` without that prefix, as a YAML
 * parser reads them. `meshSecret` is none of them: a secret is no part of the plan, `loadConfig` reads it by itself.
 *
 * Returns the config, or every problem of form and every broken rule at once. Pure: no engine is needed.
 */
export function parseStackConfig(raw: Record<string, unknown>, stackName: string): ParsedConfig {
  const parsed = stackSchema.safeParse(raw);
  const draft = readDraft(raw);
  const [first, ...others] = [
    ...(parsed.success ? [] : schemaProblems(parsed.error, raw)),
    ...regionProblems(draft),
    ...numberingProblems(draft),
    ...stackProblems(draft, stackName),
    ...quorumProblems(draft),
    ...releaseProblems(draft),
  ];
  if (first !== undefined) return { problems: [first, ...others] };
  if (!parsed.success) throw new Error("a config with faults of form has no problem to report");
  return { config: { ...parsed.data, protect: parsed.data.protect ?? parsed.data.tier === "production" } };
}
