import fc from "fast-check";
import { LOCATIONS } from "../../infra/config/locations.ts";
import { parseStackConfig } from "../../infra/config/parse.ts";
import { report } from "../../infra/config/problems.ts";
import type { StackConfig } from "../../infra/config/schema.ts";
import type { Cloud } from "../../infra/plan/topology.ts";

export const cloud = fc.constantFrom<Cloud>("aws", "azure", "gcp");

/** Places with at least two zones, as [cloud, location, zones]. */
const PLACES = Object.entries(LOCATIONS).flatMap(([name, places]) =>
  Object.entries(places)
    .filter(([, zones]) => zones.length >= 2)
    .map(([location, zones]) => ({ cloud: name as Cloud, location, zones })),
);

/** A place and two or more of its zones in any order. */
export const place = fc
  .constantFrom(...PLACES)
  .chain(({ zones, ...rest }) =>
    fc
      .shuffledSubarray([...zones], { minLength: 2 })
      .map((chosen) => ({ ...rest, zones: chosen, allZones: [...zones] })),
  );

type Place = typeof place extends fc.Arbitrary<infer Value> ? Value : never;

const PREFIX: Record<Cloud, string> = { aws: "aws-", azure: "azr-", gcp: "gcp-" };

/** Between `least` and `most` regions with numbers of their own, in any order; the first stands in AWS, as a stack needs. */
export const regions = (least: number, most: number) =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 0, max: 31 }), { minLength: least, maxLength: most }),
      fc.infiniteStream(place),
    )
    .map(([numbers, places]) =>
      numbers.map((number, index) => {
        const { cloud: anyCloud, location, zones }: Place = places.next().value;
        const first =
          index === 0
            ? { cloud: "aws" as const, location: "us-east-1", zones: ["us-east-1a", "us-east-1c"] }
            : undefined;
        const chosen = first ?? { cloud: anyCloud, location, zones };
        return { name: `${PREFIX[chosen.cloud]}r${number}`, number, ...chosen };
      }),
    );

type Region = { name: string; number: number; cloud: Cloud; location: string; zones: string[] };

/** An image digest that is told apart from others by its number. */
export const digestNumber = (number: number): string => `sha256:${number.toString(16).padStart(64, "0")}`;

/** The sound config of a staging stack with these regions; all replicas stand in the first. */
export function configOf(stackRegions: readonly Region[]): StackConfig {
  const [first] = stackRegions;
  const { config, problems } = parseStackConfig(
    {
      tier: "staging",
      owner: "platform-team",
      costCenter: "cc-1",
      kubernetesVersion: "1.35",
      dns: { zone: "test.novacron.example" },
      clouds: {
        aws: { accountId: "000000000000" },
        azure: {
          subscriptionId: "00000000-0000-0000-0000-000000000000",
          tenantId: "00000000-0000-0000-0000-000000000000",
        },
        gcp: { project: "novacron-test" },
      },
      mesh: { capacity: 32 },
      regions: stackRegions.map((region) => ({ ...region, access: { via: "runner" } })),
      roundTrips: stackRegions.flatMap((one, index) =>
        stackRegions.slice(index + 1).map((other) => ({ between: [one.name, other.name], milliseconds: 100 })),
      ),
      quorum: {
        raft: { replicas: { [first?.name ?? ""]: 3 }, survive: ["replica"] },
        pbft: { replicas: { [first?.name ?? ""]: 4 } },
      },
      images: {
        dwcpV3: `registry.example/dwcp-v3@${digestNumber(3)}`,
        dwcpV1: `registry.example/dwcp@${digestNumber(1)}`,
        environment: `registry.example/environment@${digestNumber(2)}`,
        pba: `registry.example/pba@${digestNumber(4)}`,
      },
      release: { stage: "done", wave: 1 },
      identity: {
        issuer: "https://login.example",
        audience: "dwcp",
        jwksUri: "https://login.example/jwks.json",
      },
      pba: { release: { stage: "done", wave: 1 }, model: digestNumber(5) },
    },
    "test",
  );
  if (config === undefined) throw new Error(report(problems, "test"));
  return config;
}
