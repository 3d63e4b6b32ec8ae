import { counted, firstFew } from "./counts.ts";
import type { Placed } from "./dangers.ts";
import { nounOf } from "./marks.ts";
import type { Danger, DangerClass, Mark, PolicyReport, ResourceChange, Review, Statement } from "./model.ts";
import { compare } from "./steps.ts";

type Told = Pick<Review, "counts" | "drift"> & {
  changes: readonly Placed[];
  statements: readonly Statement[];
  dangers: readonly Danger[];
  policies: PolicyReport;
  outputs: number;
};

/** More are counted, not named. */
const NAMED = 2;

/** The whole change in one sentence: where, how much, what is precious, what is left to `up`. */
export function firstSentence(told: Told): string {
  const { changes, counts, policies, drift } = told;
  const parts = [...amounts(told), ...told.statements.flatMap(({ short }) => short ?? [])];
  parts.push(...worries(told.dangers));
  if (changes.length > 0) parts.push(precious(changes));
  if (drift.length > 0) parts.push(`${counted(drift.length, "resource")} changed outside`);
  const refused = policies.violations.filter(({ level }) => level === "mandatory").length;
  if (refused > 0) parts.push(counted(refused, "policy violation"));
  if (Object.keys(policies.packs).length === 0) parts.push("no policy pack ran");
  if (policies.deferred.checks > 0) parts.push(`${counted(policies.deferred.checks, "check")} deferred to \`up\``);
  const text = parts.join("; ");
  return changes.length === 0 && told.outputs === 0
    ? `nothing changes, ${counts.unchanged} resources stay as they are${parts.length > 0 ? `; ${text}` : ""}`
    : text;
}

function amounts({ changes, counts, outputs }: Told): string[] {
  const regions = [...new Set(changes.map(({ region }) => region))].filter((region) => region !== "global");
  const where = regions.length === 1 ? `${regions[0]}: ` : regions.length > 1 ? `${regions.length} regions: ` : "";
  const lists = [
    simple(counts.create, "new resource"),
    // Beside what is replaced or deleted it is enough to count them.
    counts.replace + counts.delete > 0
      ? simple(counts.update, "update")
      : telling(changes, "update", "update", regions.length > 1),
    telling(changes, "replace", "replacement", regions.length > 1),
    telling(changes, "delete", "deletion", regions.length > 1),
    simple(counts.rename, "rename"),
    simple(counts.import, "import"),
    counts.forget > 0 ? [`${counts.forget} left in the cloud without Pulumi`] : [],
  ].flat();
  if (lists.length === 0) return outputs > 0 ? [`only ${counted(outputs, "output")} of the stack`] : [];
  return [`${where}${lists.join(", ")}`];
}

const simple = (many: number, what: string): string[] => (many === 0 ? [] : [counted(many, what)]);

/** Says of what, where these are a few kinds, and where, unless that is said already. */
function telling(
  changes: readonly Placed[],
  action: ResourceChange["action"],
  what: string,
  naming: boolean,
): string[] {
  const found = changes.filter(({ change }) => change.action === action);
  if (found.length === 0) return [];
  const kinds = new Map<string, { many: number; regions: Set<string> }>();
  for (const { region, change } of found) {
    const noun = nounOf(change.type);
    const known = kinds.get(noun) ?? { many: 0, regions: new Set() };
    known.many += 1;
    known.regions.add(region);
    kinds.set(noun, known);
  }
  if (kinds.size > NAMED) return [`${counted(found.length, what)}${action === "update" ? "" : amongThem(found)}`];
  return [...kinds]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([noun, { many, regions }]) => {
      const place = naming && regions.size === 1 ? ` in ${[...regions][0]}` : "";
      return `${counted(many, what)} of ${many === 1 ? `a ${noun}` : `${noun}s`}${place}`;
    });
}

/** Of many kinds, those that somebody must know of. */
function amongThem(found: readonly Placed[]): string {
  const grave = found.filter(({ change }) => change.marks.some((mark) => GRAVE.includes(mark)));
  const kinds = Map.groupBy(grave, ({ change }) => nounOf(change.type));
  const named = [...kinds].map(([noun, { length }]) => counted(length, noun)).toSorted(compare);
  return named.length === 0 ? "" : ` (with ${firstFew(named, 4)})`;
}

const GRAVE: readonly Mark[] = ["data", "cluster", "key", "gateway", "nodes"];

/** Dangers that no count of resources tells. */
function worries(dangers: readonly Danger[]): string[] {
  const many = (kind: DangerClass) => dangers.filter((found) => found.class === kind).length;
  const [cut, lowered, widened] = [many("cut-link"), many("lower-protection"), many("widen-access")];
  return [
    cut === 0 ? [] : [`${counted(cut, "link")} ${cut === 1 ? "changes" : "change"} on every path at once`],
    lowered === 0 ? [] : [`${counted(lowered, "protection")} lowered`],
    widened === 0 ? [] : [`access widened in ${counted(widened, "place")}`],
  ].flat();
}

function precious(changes: readonly Placed[]): string {
  const touched = changes.filter(
    ({ change }) => change.marks.includes("data") && change.action !== "create" && change.action !== "rename",
  );
  const lost = touched.filter(({ change }) => change.action === "delete" || change.action === "replace");
  if (touched.length === 0) return "no data-bearing resource touched";
  if (lost.length === 0) return `${counted(touched.length, "data-bearing resource")} updated`;
  return `${counted(lost.length, "data-bearing resource")} replaced or deleted`;
}
