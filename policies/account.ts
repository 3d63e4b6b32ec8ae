/** What the pack says of a whole run: how much it judged, whom it let off, and what it could not decide yet. */
export interface Account {
  pack: string;
  version: string;
  /** How many rules it has. */
  rules: number;
  /** Resources of clouds and clusters. */
  resources: number;
  /** Resources that an exemption let off, by rule. */
  exempted: readonly { rule: string; resources: number }[];
  /** Checks that wait for `up`, by rule. */
  deferred: readonly { rule: string; checks: number }[];
  /** Resources that such a check is about. */
  deferredResources: number;
}

/** An account as one line. A policy can tell no more than a text, so what people read is also what `readAccount` reads. */
export const accountText = ({
  pack,
  version,
  rules,
  resources,
  exempted,
  deferred,
  deferredResources,
}: Account): string =>
  [
    `${pack} ${version}: ${count(rules, "rule")}, ${count(resources, "resource")}`,
    listed(
      "exempted",
      exempted.map((entry) => [entry.rule, entry.resources]),
      "resource",
    ),
    `${listed(
      "deferred to up",
      deferred.map((entry) => [entry.rule, entry.checks]),
      "check",
    )}${deferred.length === 0 ? "" : ` on ${count(deferredResources, "resource")}`}`,
  ].join("; ");

const FORM =
  /^(?<pack>\S+) (?<version>\S+): (?<rules>\d+) rules?, (?<resources>\d+) resources?; exempted: \d+ resources?(?: \((?<exempted>[^)]*)\))?; deferred to up: \d+ checks?(?: \((?<deferred>[^)]*)\) on (?<deferredResources>\d+) resources?)?$/;

/** Reads an account back; undefined for any other text. */
export function readAccount(line: string): Account | undefined {
  const found = FORM.exec(line)?.groups;
  if (found === undefined) return undefined;
  const { pack = "", version = "", rules, resources, exempted, deferred, deferredResources = 0 } = found;
  return {
    pack,
    version,
    rules: Number(rules),
    resources: Number(resources),
    exempted: entries(exempted).map(([rule, many]) => ({ rule, resources: many })),
    deferred: entries(deferred).map(([rule, many]) => ({ rule, checks: many })),
    deferredResources: Number(deferredResources),
  };
}

function listed(what: string, byRule: readonly [rule: string, many: number][], noun: string): string {
  const total = byRule.reduce((sum, [, many]) => sum + many, 0);
  const rules = byRule.map(([rule, many]) => `${rule} ${many}`).join(", ");
  return `${what}: ${count(total, noun)}${rules === "" ? "" : ` (${rules})`}`;
}

const entries = (list = ""): [rule: string, many: number][] =>
  [...list.matchAll(/(\S+) (\d+)(?:, |$)/g)].map(([, rule = "", many]) => [rule, Number(many)]);

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? "" : "s"}`;
