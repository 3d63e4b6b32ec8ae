/** Which rules a stack lets pass with a warning. */
export interface Levels {
  advisory: ReadonlySet<string>;
  /** What is wrong with the stack's wishes; then they are not granted. */
  faults: readonly string[];
}

/**
 * Reads `policies.advisory` of a stack's config: ids of rules whose findings are to warn only. Every rule is mandatory
 * otherwise, and all are in production: so production is never looser than staging, whatever staging's config says.
 */
export function readLevels(
  advisory: unknown,
  { production, rules }: { production: boolean; rules: readonly string[] },
): Levels {
  const wished: unknown = advisory ?? [];
  const none: ReadonlySet<string> = new Set();
  if (!Array.isArray(wished)) return { advisory: none, faults: ["policies.advisory must be a list of ids of rules"] };
  const faults = wished
    .filter((id) => !rules.includes(`${id}`))
    .map((id) => `policies.advisory: there is no rule '${id}'; see \`novactl policies\``);
  if (production && wished.length > 0)
    faults.push(`policies.advisory must be empty in production, which may not be looser than staging`);
  return faults.length > 0 ? { advisory: none, faults } : { advisory: new Set(wished.map(String)), faults };
}
