import { parse } from "yaml";
import { isAbout } from "./rule.ts";
import { UNCOVERED } from "./uncovered.ts";

/**
 * A resource that may break a rule for a while: what cannot be kept yet, or not by this resource, said openly instead of in
 * the rule. Kept in `exemptions.yaml`.
 */
export interface Exemption {
  /** The rule's id. */
  rule: string;
  /** Which resources: a type token, `::` and a resource's name, in which `*` stands for anything. */
  resource: string;
  /** Stacks in which it holds. Without any: in all. */
  stacks?: readonly string[];
  /** Why the rule cannot be kept there. */
  reason: string;
  /** Who sees to it that it ends. */
  owner: string;
  /** The last day on which it holds, as YYYY-MM-DD. */
  expiry: string;
}

/** Where and when exemptions are judged. */
export interface Occasion {
  /** Day of judging, as YYYY-MM-DD. */
  today: string;
  /** Ids of the rules that there are. */
  rules: readonly string[];
}

/** What a finding about the stack as a whole is about. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** In days: whatever is needed for longer is to be decided again each year. */
const LONGEST = 366;
/** By its stacks an exemption must not make production looser than staging. */
const [STAGING, PRODUCTION] = ["staging", "prod"];
/** Letters and digits that a pattern must name, so that it means something and not everything. */
const NARROW = 3;
const FIELDS = ["rule", "resource", "stacks", "reason", "owner", "expiry"];
const DAY = 86_400_000;

/**
 * Reads exemptions and says what is wrong with them, each fault in one sentence. What is at fault exempts nothing.
 *
 * @throws when the text is no YAML
 */
export function readExemptions(text: string, occasion: Occasion): { exemptions: Exemption[]; faults: string[] } {
  const entries: unknown = parse(text) ?? [];
  if (!Array.isArray(entries)) return { exemptions: [], faults: ["exemptions.yaml must be a list of exemptions"] };
  const faults: string[] = [];
  const exemptions: Exemption[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = faultsOf(entry, occasion);
    if (found.length > 0) faults.push(...found.map((fault) => `exemption ${index + 1}${nameOf(entry)}: ${fault}`));
    else exemptions.push(entry as Exemption);
  }
  return { exemptions, faults };
}

/** Whether an exemption holds in a stack. */
export const holdsIn = ({ stacks }: Exemption, stack: string): boolean =>
  stacks === undefined || stacks.includes(stack);

/** Type token of the resources that an exemption is about. */
export const exemptedType = ({ resource }: Exemption): string => split(resource)[0];

/** Whether an exemption says by `*` which resources it is about. */
export const isPattern = ({ resource }: Exemption): boolean => split(resource)[1].includes("*");

/** Whether an exemption is about this resource. The type is canonical, the name the resource's own. */
export function concerns({ resource }: Exemption, type: string, name: string): boolean {
  const [exemptType, pattern] = split(resource);
  return exemptType === type && patternOf(pattern).test(name);
}

function faultsOf(entry: unknown, { today, rules }: Occasion): string[] {
  if (typeof entry !== "object" || entry === null) return [`is no object; it needs ${FIELDS.join(", ")}`];
  const exemption = entry as Record<string, unknown>;
  const { rule, resource, reason, owner, expiry, stacks } = exemption;
  return [
    ...Object.keys(exemption)
      .filter((field) => !FIELDS.includes(field))
      .map((field) => `unknown field '${field}'; there are ${FIELDS.join(", ")}`),
    ...(rules.includes(`${rule}`) ? [] : [`there is no rule '${rule}'; see \`novactl policies\``]),
    ...breadthFaults(resource),
    ...stackFaults(stacks),
    ...(typeof reason === "string" && reason.length >= 20
      ? []
      : ["reason must say in a sentence why the rule cannot be kept"]),
    ...(typeof owner === "string" && owner !== "" ? [] : ["owner must name who sees to it that it ends"]),
    ...expiryFaults(expiry, today),
  ];
}

function stackFaults(stacks: unknown): string[] {
  if (stacks === undefined) return [];
  if (!Array.isArray(stacks) || stacks.length === 0) return ["stacks must be a list of names, or left out"];
  return stacks.includes(PRODUCTION) && !stacks.includes(STAGING)
    ? [
        `stacks names ${PRODUCTION} and not ${STAGING}, and production may not be the looser one: name both, or leave it out`,
      ]
    : [];
}

/**
 * Exemptions that can let nothing off, since no rule is about such a type: a misspelt one would never be missed.
 *
 * @param rules what there is, with their types.
 */
export function strangeTypes(
  exemptions: readonly Exemption[],
  rules: readonly { id: string; applies: readonly string[] }[],
): string[] {
  const known = new Set([STACK_TYPE, ...rules.flatMap(({ applies }) => applies), ...Object.keys(UNCOVERED)]);
  return exemptions
    .filter((each) => {
      const type = exemptedType(each);
      const applies = rules.find(({ id }) => id === each.rule)?.applies ?? [];
      return !known.has(type) || !isAbout([...applies, STACK_TYPE], type);
    })
    .map(
      ({ rule, resource }) =>
        `exemption of ${resource} from ${rule}: the rule is not about such a type; \`novactl policies explain ${rule}\` names its types`,
    );
}

function breadthFaults(resource: unknown): string[] {
  const [type, name] = split(`${resource}`);
  if (typeof resource !== "string" || type === "" || name === "")
    return ["resource must be a type token, '::' and a name, such as aws:ec2/eip:Eip::aws-use1-nat-*"];
  if (type.includes("*")) return [`resource '${resource}' is too broad: name one type`];
  if ((name.match(/[A-Za-z0-9]/g) ?? []).length < NARROW)
    return [`resource '${resource}' is too broad: the name must hold at least ${NARROW} letters or digits beside '*'`];
  return [];
}

function expiryFaults(expiry: unknown, today: string): string[] {
  if (typeof expiry !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(expiry) || Number.isNaN(Date.parse(expiry)))
    return ["expiry must be a day as YYYY-MM-DD"];
  if (expiry < today) return [`expired on ${expiry}: keep the rule, or decide anew`];
  if (Date.parse(expiry) - Date.parse(today) > LONGEST * DAY)
    return [`expiry ${expiry} is more than ${LONGEST} days away`];
  return [];
}

/** The last `::` divides: types of components hold some themselves, names of resources do not. */
function split(resource: string): [type: string, name: string] {
  const at = resource.lastIndexOf("::");
  return at < 0 ? ["", ""] : [resource.slice(0, at), resource.slice(at + 2)];
}

const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

const nameOf = (entry: unknown): string => {
  const { rule, resource } = (entry ?? {}) as Record<string, unknown>;
  return rule === undefined ? "" : ` (${rule} on ${resource})`;
};
