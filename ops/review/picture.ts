import type { EnvironmentPlan } from "../../infra/plan/environment.ts";
import type { Cloud } from "../../infra/plan/topology.ts";
import { drawNetwork, type Fate, type PictureLink, type PictureRegion } from "../networkPicture.ts";
import { CLOUDS } from "../topology.ts";
import { countActions, counted, countsInWords } from "./counts.ts";
import type { PairChange, ResourceChange, Review } from "./model.ts";
import { reaches } from "./reachability.ts";
import { shortened, visible } from "./visible.ts";

/** Where the stack's regions and links stay as they are, a review does not name them: then they come from its plan. */
type Planned = Pick<EnvironmentPlan, "regions" | "links">;

/** Regions of one cloud stand side by side. */
const ORDER = ["aws", "gcp", "azr"];
const CLOUD_OF: Record<string, Cloud> = { aws: "aws", gcp: "gcp", azr: "azure" };

/** As many characters as fit into a region's box. */
const LINE = 34;

/**
 * The stack's regions and links as an SVG picture, each with what the change does to it. Nothing when there is not a
 * single region.
 */
export function drawChange(review: Review, plan?: Planned): string | undefined {
  const pairs = pairsOf(review, plan);
  const changed = review.regions.map(({ region }) => region).filter((region) => CLOUD_OF[prefix(region)] !== undefined);
  const planned = plan?.regions.map(({ name }) => name) ?? [];
  const names = [...new Set([...planned, ...pairs.flatMap(({ regions }) => regions), ...changed])].toSorted(
    (a, b) => ORDER.indexOf(prefix(a)) - ORDER.indexOf(prefix(b)) || (a < b ? -1 : 1),
  );
  if (names.length === 0) return undefined;
  const regions = names.map((name) => regionPicture(name, review, plan, pairs));
  const links = pairs.map((pair) => linkPicture(pair, review));
  const fates = (["new", "changed", "removed", "dangerous"] as const).flatMap((fate) => {
    const number = [...regions, ...links].filter((each) => each.fate === fate).length;
    return number === 0 ? [] : [`${number} ${fate}`];
  });
  const caption = `Regions and links: ${fates.length === 0 ? "all as they are" : fates.join(", ")}`;
  return drawNetwork({
    heading: shortened(visible(review.stack), 40),
    title: `What changes in ${visible(review.stack)}`,
    caption,
    description: [
      caption,
      ...regions.map(({ name, lines }) => `${name}: ${lines.filter((line) => line !== "").join(", ")}`),
      ...links.map(({ ends, label }) => `${ends.join(" to ")}: ${label}`),
    ].join("; "),
    regions,
    links,
  });
}

const prefix = (region: string): string => region.slice(0, 3);

/** Every pair of regions: those of the review, where a link changes, else those of the plan, before and after alike. */
function pairsOf({ mesh }: Review, plan: Planned | undefined): readonly PairChange[] {
  if (mesh !== undefined) return mesh.pairs;
  return (plan?.links ?? []).map((link) => {
    const tunnels = link.kind === "vpn" ? link.tunnels.map(({ name }) => name) : [];
    const state = { kind: link.kind, tunnels, survivesAnyLoss: true };
    return { regions: [link.ends[0].region, link.ends[1].region], before: state, after: state };
  });
}

function regionPicture(
  name: string,
  review: Review,
  plan: Planned | undefined,
  pairs: readonly PairChange[],
): PictureRegion {
  const own = review.regions
    .filter(({ region }) => region === name)
    .flatMap(({ clouds }) => clouds.flatMap(({ components }) => components.flatMap(({ resources }) => resources)));
  const dangers = review.dangers.filter(({ regions }) => regions.includes(name)).length;
  const links = pairs.filter(({ regions }) => regions.includes(name));
  const fate = regionFate(own, links, dangers);
  const planned = plan?.regions.find((region) => region.name === name);
  const cloud = CLOUDS[CLOUD_OF[prefix(name)] ?? "aws"];
  return {
    name: shortened(visible(name), 16),
    cloud,
    lines: [
      fate === "removed" ? "leaves the stack" : (planned?.location ?? ""),
      shortened(own.length === 0 ? "no change" : countsInWords(countActions(own)), LINE),
      dangers === 0 ? "" : counted(dangers, "danger"),
    ],
    ...(fate === undefined ? {} : { fate }),
  };
}

function regionFate(own: readonly ResourceChange[], links: readonly PairChange[], dangers: number): Fate | undefined {
  const all = (action: ResourceChange["action"]) => own.length > 0 && own.every((each) => each.action === action);
  if (all("delete") && links.every(({ after }) => after === undefined)) return "removed";
  if (dangers > 0) return "dangerous";
  if (all("create") && links.every(({ before }) => before === undefined)) return "new";
  return own.length > 0 ? "changed" : undefined;
}

function linkPicture({ regions, before, after }: PairChange, review: Review): PictureLink {
  const tunnels = Math.max(before?.tunnels.length ?? 0, after?.tunnels.length ?? 0);
  const words = (state: PairChange["after"]) =>
    state === undefined ? "none" : state.kind === "peering" ? "peering" : counted(state.tunnels.length, "tunnel");
  const same = JSON.stringify(before) === JSON.stringify(after);
  const cut = review.dangers.some(
    (danger) => danger.class === "cut-link" && regions.every((region) => danger.regions.includes(region)),
  );
  const worse = reaches(before) && (!reaches(after) || (before?.survivesAnyLoss === true && !after?.survivesAnyLoss));
  const fate: Fate | undefined =
    after === undefined
      ? "removed"
      : cut || worse
        ? "dangerous"
        : before === undefined
          ? "new"
          : same
            ? undefined
            : "changed";
  return {
    ends: regions,
    tunnels,
    label: same ? words(after) : `${words(before)} → ${words(after)}`,
    ...(fate === undefined ? {} : { fate }),
  };
}
