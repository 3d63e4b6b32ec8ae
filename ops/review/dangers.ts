import { counted, firstFew } from "./counts.ts";
import { type DependentsOf, NO_DEPENDENTS } from "./dependents.ts";
import { carriesOthers, nounOf } from "./marks.ts";
import {
  DANGER_CLASSES,
  type Danger,
  type DangerClass,
  type Mark,
  type PropertyChange,
  type ResourceChange,
} from "./model.ts";
import { guards, loweringsIn } from "./protections.ts";
import { linkPartOf } from "./reachability.ts";
import { compare } from "./steps.ts";

/** A changed resource with its region. */
export interface Placed {
  region: string;
  change: ResourceChange;
  /** Its URN in the state, where it may have another name. */
  stateUrn: string;
  /** Whom it newly lets in that no changed property tells, from `admissionsOf`. */
  admits: readonly PropertyChange[];
}

/** What the state says of resources before the change. */
export interface Before {
  /** The resources that carry each link, from `linksIn`. */
  links: readonly LinkPaths[];
  dependents: DependentsOf;
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

/** What in a change is dangerous, by class, the worst first. */
export function dangersOf(changes: readonly Placed[], { links, dependents }: Before): Danger[] {
  const own = [...losses(changes, dependents), ...changes.flatMap(loweringsOf), ...changes.flatMap(guardGone)];
  return [...own, ...cutLinks(changes, links), ...severalRegions(changes, own)].toSorted(
    (a, b) =>
      DANGER_CLASSES.indexOf(a.class) - DANGER_CLASSES.indexOf(b.class) ||
      compare(a.regions.join(), b.regions.join()) ||
      compare(a.text, b.text),
  );
}

/** Resources of one kind that one cause replaces, or that are deleted, in a region: one danger together. */
function losses(changes: readonly Placed[], dependents: DependentsOf): Danger[] {
  const lost = changes.filter(
    ({ change: { action, marks, type } }) =>
      (action === "replace" || action === "delete") && (marks.length > 0 || !UNNOTICED.test(type)),
  );
  const alike = Map.groupBy(lost, ({ region, change: { action, type, replacement } }) =>
    JSON.stringify([region, action, type, replacement?.order, replacement?.forcedBy]),
  );
  return [...alike.values()].flatMap((group) => lossOf(group, dependents));
}

function lossOf(alike: readonly Placed[], dependentsOf: DependentsOf): Danger[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { action, type, marks, name, replacement } = first.change;
  const many = alike.length;
  const kind = marks[0] === undefined ? "other" : OF_MARK[marks[0]];
  const dependents = dependentsOf(alike.map(({ stateUrn }) => stateUrn));
  const what =
    many === 1
      ? `${nounOf(type)} ${name} is`
      : `${many} ${nounOf(type)}s (${firstFew(
          alike.map(({ change }) => change.name),
          NAMED_IN_TEXT,
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
      properties: forcing(alike),
      dependents,
    },
  ];
}

/** Of several that are lost together so many are named in the sentence; a list of all follows where one is needed. */
export const NAMED_IN_TEXT = 6;

/** From → to of what forces it, once where several have the same. */
function forcing(alike: readonly Placed[]): PropertyChange[] {
  const all = alike.flatMap(({ change }) => change.properties.filter(({ forces }) => forces === true));
  return [...new Map(all.map((property) => [JSON.stringify(property), property])).values()];
}

const cause = (paths: readonly string[]): string =>
  paths.length === 0 ? "" : `, forced by ${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ", …" : ""}`;

function loweringsOf({ region, change, admits }: Placed): Danger[] {
  if (change.action === "delete" || change.action === "forget") return [];
  const found = [
    ...loweringsIn(change.properties),
    ...admits.map((admitted) => ({ class: "widen-access" as const, change: admitted })),
  ];
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

/** A pair of regions, and the resources that each of its tunnels consists of, at both ends. A peering is one path. */
export interface LinkPaths {
  regions: readonly [string, string];
  paths: readonly (readonly string[])[];
}

/** What carries each link, from all resources before the change. */
export function linksIn(resources: readonly { urn: string; type: string }[]): LinkPaths[] {
  const parts = resources.flatMap(({ urn, type }) => {
    const found = linkPartOf({ urn, type });
    if (found === undefined) return [];
    const { region, peer, tunnels } = found;
    return [{ urn, pair: [region, peer].toSorted(compare).join(" "), paths: tunnels.length > 0 ? tunnels : [PEERING] }];
  });
  return [...Map.groupBy(parts, ({ pair }) => pair)].map(([pair, own]) => ({
    regions: pair.split(" ") as [string, string],
    paths: [...new Set(own.flatMap(({ paths }) => paths))].map((path) =>
      own.filter(({ paths }) => paths.includes(path)).map(({ urn }) => urn),
    ),
  }));
}

/** No number of a tunnel. */
const PEERING = -1;

/** Pairs of regions of which no tunnel stays as it is at both ends. */
function cutLinks(changes: readonly Placed[], links: readonly LinkPaths[]): Danger[] {
  const disturbed = new Map(
    changes.filter(({ change }) => disturbs(change)).map(({ stateUrn, change }) => [stateUrn, change.urn] as const),
  );
  const cut = links.filter(({ paths }) => paths.every((urns) => urns.some((urn) => disturbed.has(urn))));
  return cut.map(({ regions, paths }) => ({
    class: "cut-link",
    text: `${regions.join(" – ")}: every path of the pair changes at once, so nothing may carry its traffic meanwhile`,
    resources: [...new Set(paths.flat())].flatMap((urn) => disturbed.get(urn) ?? []).toSorted(compare),
    regions,
    properties: [],
    dependents: NO_DEPENDENTS,
  }));
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

/**
 * What is a danger by itself, or a change of what others run on, in more than one region: a fault in it then meets more
 * than one.
 * @param dangers those of single resources
 */
function severalRegions(changes: readonly Placed[], dangers: readonly Danger[]): Danger[] {
  const dangerous = new Set(dangers.flatMap(({ resources }) => resources));
  const risky = changes.filter(
    ({ region, change }) =>
      region !== "global" &&
      (dangerous.has(change.urn) || (carriesOthers(change.type, change.marks) && disturbs(change))),
  );
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
