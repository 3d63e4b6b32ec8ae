import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { LOCATIONS } from "../infra/config/locations.ts";
import type { Cloud } from "../infra/plan/topology.ts";

/**
 * Ten times as many regions as staging. Mostly Azure and Google Cloud, since an Azure gateway ends 30 tunnels and each AWS
 * region takes four of them.
 */
const REGIONS: Record<Cloud, number> = { aws: 3, gcp: 9, azure: 18 };

const PREFIX: Record<Cloud, string> = { aws: "aws", azure: "azr", gcp: "gcp" };

/** Config of a stack with thirty regions, all else as in staging. */
export function manyRegions() {
  const staging = parse(readFileSync(new URL("../Pulumi.staging.yaml", import.meta.url), "utf8")) as {
    config: Record<string, unknown>;
  };
  const regions = Object.entries(REGIONS)
    .flatMap(([cloud, count]) =>
      Object.entries(LOCATIONS[cloud as Cloud])
        .filter(([, zones]) => zones.length >= 3)
        .slice(0, count)
        .map(([location, zones]) => ({ cloud: cloud as Cloud, location, zones: zones.slice(0, 3) })),
    )
    .map((place, number) => ({
      ...place,
      number,
      name: `${PREFIX[place.cloud]}-r${number}`,
      nat: "single",
      access: { via: "vpn" },
    }));
  const names = regions.map(({ name }) => name);
  const [first = "", second = "", third = ""] = names;
  const replicas = { [first]: 1, [second]: 1, [third]: 1 };
  return {
    config: {
      ...staging.config,
      "novacron:mesh": { capacity: 32 },
      "novacron:regions": regions,
      "novacron:roundTrips": names.flatMap((a, index) =>
        names.slice(index + 1).map((b) => ({ between: [a, b], milliseconds: 100 })),
      ),
      "novacron:quorum": {
        raft: { replicas, survive: ["region"] },
        pbft: { replicas: { [first]: 2, [second]: 1, [third]: 1 } },
      },
    },
  };
}
