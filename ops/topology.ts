import type { RoundTrip } from "../infra/config/schema.ts";
import type { EnvironmentPlan } from "../infra/plan/environment.ts";
import type { Cloud, Link, RegionPlan } from "../infra/plan/topology.ts";
import { drawNetwork, type PictureRegion } from "./networkPicture.ts";

/** Draws a stack's regions on a ring, each in its cloud's colour, and between them one line for each tunnel. */

type Drawn = Pick<EnvironmentPlan, "regions" | "links">;

/** Names of the clouds, and the colours in which they are drawn. */
export const CLOUDS: Record<Cloud, { title: string; colour: string }> = {
  aws: { title: "AWS", colour: "#e07b00" },
  gcp: { title: "Google Cloud", colour: "#188038" },
  azure: { title: "Azure", colour: "#1668c1" },
};

/** Regions of one cloud stand side by side. */
const CLOUD_ORDER: readonly Cloud[] = ["aws", "gcp", "azure"];

/**
 * A self-contained SVG picture of a planned stack, for light and dark backgrounds.
 * @param roundTrips in milliseconds, shown with the links that have one
 */
export function drawTopology(plan: Drawn, roundTrips: readonly RoundTrip[], stack: string): string {
  const regions = plan.regions.toSorted(
    (a, b) => CLOUD_ORDER.indexOf(a.cloud) - CLOUD_ORDER.indexOf(b.cloud) || a.number - b.number,
  );
  const tunnels = plan.links.reduce((sum, link) => sum + tunnelsOf(link), 0);
  const caption = `${count(regions.length, "region")}, ${count(plan.links.length, "link")}, ${count(tunnels, "IPsec tunnel")}`;
  return drawNetwork({
    heading: stack,
    title: `Topology of ${stack}`,
    caption,
    description: `${caption}. ${plan.links.map((link) => describeLink(link, roundTrips)).join("; ")}.`,
    regions: regions.map(pictureOf),
    links: plan.links.map((link) => ({
      ends: [link.ends[0].region, link.ends[1].region],
      tunnels: tunnelsOf(link),
      label: labelOf(link, roundTrips),
    })),
  });
}

function pictureOf(region: RegionPlan): PictureRegion {
  const access = "via" in region.access ? `API through ${region.access.via}` : "API for listed addresses";
  return {
    name: region.name,
    cloud: CLOUDS[region.cloud],
    lines: [
      `${region.location}, ${count(region.zones.length, "zone")}`,
      `${region.addresses.region}, AS ${region.asn}`,
      access,
    ],
  };
}

const tunnelsOf = (link: Link): number => (link.kind === "vpn" ? link.tunnels.length : 0);

function labelOf(link: Link, roundTrips: readonly RoundTrip[]): string {
  const milliseconds = roundTripOf(link, roundTrips);
  const carrier = link.kind === "vpn" ? count(link.tunnels.length, "tunnel") : "peering";
  return milliseconds === undefined ? carrier : `${carrier} · ${milliseconds} ms`;
}

const describeLink = (link: Link, roundTrips: readonly RoundTrip[]): string =>
  `${link.ends[0].region} to ${link.ends[1].region}: ${labelOf(link, roundTrips)}`;

const roundTripOf = ({ ends }: Link, roundTrips: readonly RoundTrip[]): number | undefined =>
  roundTrips.find(({ between }) => ends.every(({ region }) => between.includes(region)))?.milliseconds;

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
