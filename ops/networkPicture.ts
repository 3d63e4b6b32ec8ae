/** Draws regions on a ring, each in its cloud's colour, and between them one line for each tunnel. */

/** What a change does to a region or link. */
export type Fate = "new" | "changed" | "removed" | "dangerous";

export interface PictureRegion {
  name: string;
  cloud: { title: string; colour: string };
  /** Below the name. */
  lines: readonly [quiet: string, plain: string, quiet: string];
  fate?: Fate;
}

export interface PictureLink {
  ends: readonly [string, string];
  /** Lines side by side, one for each tunnel; none of a peering, which is one broad line. */
  tunnels: number;
  label: string;
  fate?: Fate;
}

export interface NetworkPicture {
  heading: string;
  title: string;
  caption: string;
  /** For those who do not see it. */
  description: string;
  /** Neighbours stand side by side. */
  regions: readonly PictureRegion[];
  links: readonly PictureLink[];
}

interface Point {
  x: number;
  y: number;
}

type Segment = [Point, Point];

interface Rectangle extends Point {
  width: number;
  height: number;
}

const BOX = { width: 236, height: 108 };
const MARGIN = 28;
const HEADER = 64;
const NOWHERE: Segment = [
  { x: 0, y: 0 },
  { x: 0, y: 0 },
];
/** Between the lines of two tunnels. */
const TUNNEL_GAP = 5;
/** Clear space between neighbours on the ring: room for a label. */
const RING_GAP = 96;

/** A self-contained SVG picture, for light and dark backgrounds. */
export function drawNetwork({ heading, title, caption, description, regions, links }: NetworkPicture): string {
  const boxes = placeOnRing(regions.length);
  const boxOf = new Map(regions.map((region, index) => [region.name, boxes[index] ?? { x: 0, y: 0, ...BOX }]));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  const size = { width: Math.ceil(right + MARGIN), height: Math.ceil(bottom + MARGIN) };

  const segments = links.map((link) => segmentOf(boxOf, link));
  const taken: Rectangle[] = [...boxes, ...crossings(segments)];
  const labels = links.map(({ label }, index) =>
    drawLabel(label, placeLabel(label, visiblePart(segments[index] ?? NOWHERE), taken)),
  );
  const fates = [...regions, ...links].some(({ fate }) => fate !== undefined);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    STYLE,
    ...(fates ? [FATE_STYLE] : []),
    `<rect class="paper" width="${size.width}" height="${size.height}" rx="12"/>`,
    `<text class="heading" x="${MARGIN}" y="36">${escaped(heading)}</text>`,
    `<text class="caption" x="${MARGIN}" y="56">${escaped(caption)}</text>`,
    // From centre to centre: the boxes cover their ends.
    ...links.map((link, index) => drawLink(link, segments[index] ?? NOWHERE)),
    ...regions.map((region) => drawRegion(region, boxOf.get(region.name) ?? { x: 0, y: 0, ...BOX })),
    ...labels,
    "</svg>",
    "",
  ].join("\n");
}

// Colours of the picture itself follow the reader's; the clouds' own have enough contrast on both.
const STYLE = `<style>
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-size: 13px; fill: #3d444d }
.paper { fill: #ffffff; stroke: #d1d9e0 } .box { fill: #f6f8fa; stroke: #d1d9e0 }
.heading { font-size: 20px; font-weight: 600; fill: #1f2328 } .name { font-size: 16px; font-weight: 600; fill: #1f2328 }
.caption { fill: #59636e } .link { stroke: #7d8590; stroke-width: 1.6 } .peering { stroke-width: 4; stroke-dasharray: 9 5 }
.label { fill: #ffffff; stroke: #d1d9e0 } .cloud { font-size: 12px; font-weight: 600; fill: #ffffff } .centred { text-anchor: middle }
@media (prefers-color-scheme: dark) {
text { fill: #c9d1d9 } .paper, .label { fill: #0d1117; stroke: #3d444d } .box { fill: #151b23; stroke: #3d444d }
.heading, .name { fill: #f0f6fc } .caption { fill: #9198a1 } .link { stroke: #9198a1 }
}
</style>`;

// Fates differ in form too, for those who do not tell colours apart.
const FATE_STYLE = `<style>
.new { stroke: #1a7f37; stroke-width: 2.4 } .changed { stroke: #9a6700; stroke-width: 2.4 }
.removed { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 3 4; opacity: 0.75 } .dangerous { stroke: #cf222e; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
.new { stroke: #3fb950 } .changed { stroke: #d29922 } .removed, .dangerous { stroke: #f85149 }
}
</style>`;

/** Places of boxes on an ellipse, wide enough that neighbours leave room for a label. */
function placeOnRing(number: number): Rectangle[] {
  const half = { x: BOX.width / 2, y: BOX.height / 2 };
  const perimeter = number * (BOX.width + RING_GAP);
  const radius = number === 1 ? 0 : Math.max(BOX.width, perimeter / (2 * Math.PI));
  // Two stand side by side, more begin at the top.
  const first = number === 2 ? Math.PI : -Math.PI / 2;
  const centres = Array.from({ length: number }, (_, index): Point => {
    const angle = first + (2 * Math.PI * index) / number;
    return { x: radius * 1.25 * Math.cos(angle), y: radius * 0.85 * Math.sin(angle) };
  });
  const left = Math.min(...centres.map(({ x }) => x)) - half.x - MARGIN;
  const top = Math.min(...centres.map(({ y }) => y)) - half.y - HEADER;
  return centres.map(({ x, y }) => ({ x: round(x - half.x - left), y: round(y - half.y - top), ...BOX }));
}

/** A link's line, from the centre of one box to that of the other. */
function segmentOf(boxOf: ReadonlyMap<string, Rectangle>, { ends }: PictureLink): Segment {
  const [from, to] = ends.map((region) => {
    const box = boxOf.get(region) ?? { x: 0, y: 0, ...BOX };
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  });
  return from === undefined || to === undefined ? NOWHERE : [from, to];
}

/** The part of a line that its boxes do not cover. */
const visiblePart = ([from, to]: Segment): Segment => [edge(from, to), edge(to, from)];

/** Where lines cross: a label there would not tell whose it is. */
function crossings(segments: readonly Segment[]): Rectangle[] {
  return segments.flatMap(([a, b], index) =>
    segments.slice(index + 1).flatMap(([c, d]) => {
      const [r, s, q] = [minus(b, a), minus(d, c), minus(c, a)];
      const turn = cross(r, s);
      const [alongFirst, alongSecond] = [cross(q, s) / turn, cross(q, r) / turn];
      const inside = (part: number) => part > 0.01 && part < 0.99;
      if (!inside(alongFirst) || !inside(alongSecond)) return [];
      return [{ x: a.x + r.x * alongFirst - 18, y: a.y + r.y * alongFirst - 14, width: 36, height: 28 }];
    }),
  );
}

const minus = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y });
const cross = (a: Point, b: Point): number => a.x * b.y - a.y * b.x;

/** Where the line from a box's centre leaves the box. */
function edge(from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const part = Math.min(BOX.width / 2 / Math.abs(dx || 1e-9), BOX.height / 2 / Math.abs(dy || 1e-9), 0.5);
  return { x: from.x + dx * part, y: from.y + dy * part };
}

/** Nearest the middle of the line where the label covers no box, no crossing and no other label. */
function placeLabel(text: string, [from, to]: Segment, taken: Rectangle[]): Rectangle {
  const width = text.length * 6.7 + 16;
  const height = 24;
  const at = (part: number): Rectangle => ({
    x: round(from.x + (to.x - from.x) * part - width / 2),
    y: round(from.y + (to.y - from.y) * part - height / 2),
    width: round(width),
    height,
  });
  const candidates = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78].map(at);
  const best = candidates.toSorted((a, b) => covered(a, taken) - covered(b, taken))[0] ?? at(0.5);
  taken.push(best);
  return best;
}

const covered = (box: Rectangle, others: readonly Rectangle[]): number =>
  others.reduce((sum, other) => {
    const overlap = (position: "x" | "y", extent: "width" | "height") =>
      Math.min(box[position] + box[extent], other[position] + other[extent]) - Math.max(box[position], other[position]);
    return sum + Math.max(0, overlap("x", "width")) * Math.max(0, overlap("y", "height"));
  }, 0);

function drawLink({ tunnels, fate }: PictureLink, [from, to]: Segment): string {
  const kind = fate === undefined ? "link" : `link ${fate}`;
  if (tunnels === 0) return line(`${kind} peering`, from, to, 0);
  const middle = (tunnels - 1) / 2;
  return Array.from({ length: tunnels }, (_, index) => line(kind, from, to, (index - middle) * TUNNEL_GAP)).join("\n");
}

/** A line moved sideways. */
function line(kind: string, from: Point, to: Point, aside: number): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const shift = { x: (-(to.y - from.y) / length) * aside, y: ((to.x - from.x) / length) * aside };
  const [x1, y1, x2, y2] = [from.x + shift.x, from.y + shift.y, to.x + shift.x, to.y + shift.y].map(round);
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function drawLabel(text: string, { x, y, width, height }: Rectangle): string {
  return [
    `<rect class="label" x="${x}" y="${y}" width="${width}" height="${height}" rx="12"/>`,
    `<text class="centred" x="${round(x + width / 2)}" y="${round(y + 16.5)}">${escaped(text)}</text>`,
  ].join("\n");
}

function drawRegion({ name, cloud, lines, fate }: PictureRegion, { x, y, width, height }: Rectangle): string {
  const badge = cloud.title.length * 7 + 18;
  const text = (kind: string, line: number, words: string) =>
    `<text class="${kind}" x="${x + 18}" y="${round(y + line)}">${escaped(words)}</text>`;
  return [
    `<rect class="${fate === undefined ? "box" : `box ${fate}`}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<rect x="${x}" y="${y}" width="6" height="${height}" rx="3" fill="${cloud.colour}"/>`,
    `<rect x="${round(x + width - badge - 10)}" y="${round(y + 10)}" width="${badge}" height="20" rx="10" fill="${cloud.colour}"/>`,
    `<text class="cloud centred" x="${round(x + width - badge / 2 - 10)}" y="${round(y + 24.5)}">${escaped(cloud.title)}</text>`,
    text("name", 27, name),
    text("caption", 49, lines[0]),
    text("", 71, lines[1]),
    text("caption", 93, lines[2]),
  ].join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const round = (value: number): number => Math.round(value * 10) / 10;
