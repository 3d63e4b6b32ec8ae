import { counted, firstFew } from "./counts.ts";
import { NO_DEPENDENTS } from "./dependents.ts";
import { carriesOthers, nounOf } from "./marks.ts";
import {
  DANGER_CLASSES,
  type Danger,
  type DangerClass,
  type Dependents,
  type Mark,
  type ResourceChange,
} from "./model.ts";
import { guards, loweringOf } from "./protections.ts";
import { linkPartOf } from "./reachability.ts";
import { compare } from "./steps.ts";

/** A changed resource with its region. */
export interface Placed {
  region: string;
  change: ResourceChange;
}

/** The classes in which a resource of a kind is replaced or deleted; what has no mark is of the last one. */
const OF_MARK: Record<Mark, "data" | "cluster" | "key" | "gateway" | "nodes" | "network" | "identity"> = {
  data: "data",
  cluster: "cluster",
  key: "key",
  gateway: "gateway",
  nodes: "nodes",
  network: "network",
  identity: "identity",
};

/**
 * Kubernetes objects that are remade without anybody noticing: they hold nothing, carry no requests, and the controller that
 * reads them reads the new ones.
 */
const UNNOTICED =
  /^kubernetes:(?:monitoring\.coreos\.com\/v1:\w+|argoproj\.io\/v1alpha1:AnalysisTemplate|core\/v1:ConfigMap|batch\/v1:(?:Job|CronJob)|policy\/v1:PodDisruptionBudget)$/;

/**
 * What in a change is dangerous, by class, the worst first.
 * @param links each pair of regions with the names of all its connections and tunnels, from `linksIn`
 */
export function dangersOf(changes: readonly Placed[], links: readonly LinkParts[]): Danger[] {
  return [
    ...losses(changes),
    ...changes.flatMap(loweringsOf),
    ...changes.flatMap(guardGone),
    ...cutLinks(changes, links),
    ...severalRegions(changes),
  ].toSorted(
    (a, b) =>
      DANGER_CLASSES.indexOf(a.class) - DANGER_CLASSES.indexOf(b.class) ||
      compare(a.regions.join(), b.regions.join()) ||
      compare(a.text, b.text),
  );
}

/** Resources of one kind that one cause replaces, or that are deleted, in a region: one danger together. */
function losses(changes: readonly Placed[]): Danger[] {
  const lost = changes.filter(
    ({ change: { action, marks, type } }) =>
      (action === "replace" || action === "delete") && (marks.length > 0 || !UNNOTICED.test(type)),
  );
  const alike = Map.groupBy(lost, ({ region, change: { action, type, replacement } }) =>
    JSON.stringify([region, action, type, replacement?.order, replacement?.forcedBy]),
  );
  return [...alike.values()].flatMap(lossOf);
}

function lossOf(alike: readonly Placed[]): Danger[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { action, type, marks, name, replacement, properties } = first.change;
  const many = alike.length;
  const kind = marks[0] === undefined ? "other" : OF_MARK[marks[0]];
  const dependents = together(alike.map(({ change }) => change.dependents));
  const what =
    many === 1
      ? `${nounOf(type)} ${name} is`
      : `${many} ${nounOf(type)}s (${firstFew(
          alike.map(({ change }) => change.name),
          NAMED,
        )}) are`;
  const reached =
    dependents.count === 0 ? "" : `; ${counted(dependents.count, "resource")} made from ${many === 1 ? "it" : "them"}`;
  const holding = marks.includes("data") ? ` with what ${many === 1 ? "it holds" : "they hold"}` : "";
  return [
    {
      class: `${action}-${kind}` as DangerClass,
      text:
        action === "delete"
          ? `${what} deleted${holding}${reached}`
          : `${what} replaced${cause(replacement?.forcedBy ?? [])}, the ${replacement?.order ?? "new one first"}${reached}`,
      resources: alike.map(({ change }) => change.urn),
      regions: [first.region],
      // Of several, each has values of its own: those are told by resource.
      properties: many === 1 ? properties.filter(({ forces }) => forces === true) : [],
      dependents,
    },
  ];
}

/** More are counted. */
const NAMED = 6;

/** Resources that are made from any of several. The same one may be made from two of them. */
function together(all: readonly Dependents[]): Dependents {
  const names = [...new Set(all.flatMap((each) => each.names))].toSorted(compare);
  const whole = all.every((each) => each.names.length === each.count);
  return whole ? { count: names.length, names } : { count: Math.max(...all.map(({ count }) => count)), names };
}

const cause = (paths: readonly string[]): string =>
  paths.length === 0 ? "" : `, forced by ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", …" : ""}`;

function loweringsOf({ region, change }: Placed): Danger[] {
  if (change.action === "delete" || change.action === "forget") return [];
  const found = change.properties.flatMap((property) => loweringOf(property) ?? []);
  return [...new Set(found.map((lowering) => lowering.class))].map((kind) => {
    const properties = found.filter((lowering) => lowering.class === kind).map((lowering) => lowering.change);
    const what = `${nounOf(change.type)} ${change.name}`;
    const paths = properties.map(({ path }) => path).slice(0, 3);
    const text =
      kind === "widen-access"
        ? `${what} lets in more than before: ${paths.join(", ")}`
        : `${what} loses a protection: ${paths.join(", ")}`;
    return danger(kind, { region, change, text, properties });
  });
}

function guardGone({ region, change }: Placed): Danger[] {
  if (change.action !== "delete" || !guards(change.type)) return [];
  const text = `${nounOf(change.type)} ${change.name} no longer protects`;
  return [danger("lower-protection", { region, change, text, properties: [] })];
}

function danger(
  kind: DangerClass,
  about: { region: string; change: ResourceChange; text: string; properties: Danger["properties"] },
): Danger {
  return {
    class: kind,
    text: about.text,
    resources: [about.change.urn],
    regions: [about.region],
    properties: about.properties,
    dependents: about.change.dependents,
  };
}

/** The resources of one kind, such as tunnels, that make one end of a link. */
export interface LinkParts {
  regions: readonly [string, string];
  urns: readonly string[];
}

/** The parts that carry each link, from all resources before the change. */
export function linksIn(resources: readonly { urn: string; type: string }[]): LinkParts[] {
  const parts = new Map<string, { regions: [string, string]; urns: string[] }>();
  for (const resource of resources) {
    const found = linkPartOf(resource);
    if (found === undefined) continue;
    const { region, peer, part } = found;
    const key = `${part} ${region} ${peer}`;
    const known = parts.get(key) ?? { regions: [region, peer].toSorted(compare) as [string, string], urns: [] };
    known.urns.push(resource.urn);
    parts.set(key, known);
  }
  return [...parts.values()];
}

/** Pairs of regions of which no connection or tunnel stays as it is. */
function cutLinks(changes: readonly Placed[], links: readonly LinkParts[]): Danger[] {
  const disturbing = new Map(
    changes.filter(({ change }) => disturbs(change)).map(({ change }) => [change.urn, change] as const),
  );
  const cut = links.filter(({ urns }) => urns.length > 0 && urns.every((urn) => disturbing.has(urn)));
  const pairs = [...new Set(cut.map(({ regions }) => regions.join(" – ")))].toSorted(compare);
  return pairs.map((pair) => {
    const urns = cut.filter(({ regions }) => regions.join(" – ") === pair).flatMap((link) => link.urns);
    return {
      class: "cut-link",
      text: `${pair}: every path of the pair changes at once, so nothing may carry its traffic meanwhile`,
      resources: urns.toSorted(compare),
      regions: pair.split(" – "),
      properties: [],
      dependents: NO_DEPENDENTS,
    };
  });
}

/** Whether a change interrupts what a resource does, or may. Tags and descriptions do not. */
const disturbs = ({ action, properties }: ResourceChange): boolean =>
  action === "replace" ||
  action === "delete" ||
  (action === "update" &&
    properties.some(
      ({ path, change }) =>
        change !== "reordered" && !/^(?:tags|tagsAll|labels|userLabels|description|metadata)\b|^\(/.test(path),
    ));

/** What others run on, changed in more than one region: a fault in it then meets more than one. */
function severalRegions(changes: readonly Placed[]): Danger[] {
  const risky = changes.filter(({ region, change }) => {
    if (region === "global") return false;
    if (change.action === "replace" || change.action === "delete")
      return change.marks.some((mark) => mark !== "network" && mark !== "identity");
    return carriesOthers(change.type, change.marks) && disturbs(change);
  });
  const regions = [...new Set(risky.map(({ region }) => region))].toSorted(compare);
  if (regions.length < 2) return [];
  const kinds = [...new Set(risky.map(({ change }) => nounOf(change.type)))].toSorted(compare);
  return [
    {
      class: "several-regions",
      text: `${regions.length} regions at once: ${kinds.slice(0, 4).join(", ")}${kinds.length > 4 ? ", …" : ""} in ${regions.join(", ")}`,
      resources: risky.map(({ change }) => change.urn).toSorted(compare),
      regions,
      properties: [],
      dependents: NO_DEPENDENTS,
    },
  ];
}

/** Classes that nobody has agreed to, in the order of their weight. */
export const unallowed = (dangers: readonly Danger[], allowed: readonly string[]): DangerClass[] =>
  DANGER_CLASSES.filter((kind) => !allowed.includes(kind) && dangers.some((found) => found.class === kind));
