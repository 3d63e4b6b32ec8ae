import { regionAsn } from "../plan/addresses.ts";
import { planLinks } from "../plan/mesh.ts";
import { LABEL_VALUE } from "../plan/tags.ts";
import type { Cloud } from "../plan/topology.ts";
import { type Draft, regionNames, regionsWith } from "./draft.ts";
import { type Problem, problem } from "./problems.ts";
import { nearest } from "./spelling.ts";

/** A stack that is named so must be one: what else says that it is production is its own config, which is free to say anything. */
const PRODUCTION_NAME = /(^|[-_])prod(uction)?([-_]|$)/;

/** Fewer cannot keep a PBFT quorum through the loss of one: n = 3f+1 needs four places that fail apart. */
const FEWEST_PRODUCTION_REGIONS = 4;

/** The shortest retention that an audit of production accepts, in days. */
const SHORTEST_PRODUCTION_LOGS = 90;

/** Tunnels that an Azure VPN gateway ends, in all sizes up to VpnGw3AZ. */
const TUNNELS_PER_AZURE_GATEWAY = 30;

const ACCOUNT_KEYS: Record<Cloud, string> = {
  aws: "{accountId}",
  azure: "{subscriptionId, tenantId}",
  gcp: "{project}",
};

/** Rules on the stack as a whole. */
export function stackProblems(draft: Draft, stackName: string): Problem[] {
  return [
    ...stackNameProblems(stackName),
    ...tierProblems(draft, stackName),
    ...cloudProblems(draft),
    ...roundTripProblems(draft),
    ...tunnelProblems(draft),
  ];
}

function stackNameProblems(stackName: string): Problem[] {
  if (LABEL_VALUE.test(stackName)) return [];
  return [
    {
      key: "the stack's name",
      value: `is ${JSON.stringify(stackName)}`,
      allowed:
        "1–63 lower-case letters, digits, _ and -: it is a label on every resource, and Google Cloud takes no more",
      action: "rename the stack (pulumi stack rename)",
    },
  ];
}

function tierProblems({ tier, protect, regions, logDays, policies }: Draft, stackName: string): Problem[] {
  if (tier === "staging" && PRODUCTION_NAME.test(stackName)) {
    return [
      problem(
        ["tier"],
        tier,
        `production (in a stack named ${stackName})`,
        "set it to production, or rename the stack (pulumi stack rename): as staging it may lack protection, and rules of the policy pack may only warn",
      ),
    ];
  }
  if (tier === "staging") {
    return protect === true
      ? [
          problem(
            ["protect"],
            protect,
            "false, or nothing (in staging)",
            "leave it out: staging is taken down and built again, which protection stops",
          ),
        ]
      : [];
  }
  if (tier !== "production") return [];
  const problems: Problem[] = [];
  if (regions !== undefined && regions.length > 0 && regions.length < FEWEST_PRODUCTION_REGIONS) {
    problems.push(
      problem(
        ["regions"],
        `${regions.length} regions`,
        `${FEWEST_PRODUCTION_REGIONS} or more regions (in production)`,
        "add regions: with three, PBFT cannot keep its quorum through the loss of one",
      ),
    );
  }
  if (logDays !== undefined && logDays < SHORTEST_PRODUCTION_LOGS) {
    problems.push(
      problem(["logDays"], logDays, `${SHORTEST_PRODUCTION_LOGS} or more (in production)`, "raise it, or leave it out"),
    );
  }
  if ((policies?.advisory ?? []).length > 0) {
    problems.push(
      problem(
        ["policies", "advisory"],
        policies?.advisory,
        "nothing (in production)",
        "keep the rule, or exempt what cannot keep it in policies/exemptions.yaml: production is never looser than staging",
      ),
    );
  }
  return problems;
}

function cloudProblems(draft: Draft): Problem[] {
  const regions = regionsWith(draft, "cloud");
  const problems: Problem[] = [];
  const complete = draft.regions !== undefined && regions.length === draft.regions.length && regions.length > 0;
  if (complete && !regions.some(({ cloud }) => cloud === "aws")) {
    problems.push(
      problem(
        ["regions"],
        regions.map(({ cloud }) => cloud),
        "regions of which at least one stands in aws",
        "add a region in aws: the stack's public DNS zone is in Route 53 and uses its account",
      ),
    );
  }
  const { clouds } = draft;
  if (clouds === undefined) return problems;
  const used = [...new Set(regions.map(({ cloud }) => cloud))];
  const missing = used.filter((cloud) => clouds[cloud] === undefined);
  return [
    ...problems,
    ...missing.map((cloud) => {
      const users = regions.filter((region) => region.cloud === cloud).map(({ index }) => `regions[${index}]`);
      return problem(
        ["clouds", cloud],
        undefined,
        `an object ${ACCOUNT_KEYS[cloud]}`,
        `name the account, which ${users.join(", ")} ${users.length === 1 ? "needs" : "need"}`,
      );
    }),
  ];
}

function roundTripProblems(draft: Draft): Problem[] {
  const names = regionNames(draft);
  const { roundTrips } = draft;
  if (names === undefined || roundTrips === undefined) return [];
  const pairs = roundTrips.map(({ between }) => pairName(...between));
  const problems = roundTrips.flatMap(({ between }, index) => {
    const path = ["roundTrips", index, "between"];
    const unknown = between.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const meant = nearest(unknown, names);
      return [
        problem(
          path,
          between,
          `two of ${names.join(", ")}`,
          `${unknown} is no region of this stack${meant === undefined ? "" : `: did you mean ${meant}?`}`,
        ),
      ];
    }
    if (between[0] === between[1]) {
      return [problem(path, between, "two different regions", "name the region at the other end, or remove the entry")];
    }
    const first = pairs.indexOf(pairName(...between));
    return first === index
      ? []
      : [
          problem(
            path,
            between,
            `each pair of regions once (roundTrips[${first}] has it)`,
            "remove one of the two entries",
          ),
        ];
  });
  if (problems.length > 0) return problems;
  const missing = names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .filter((other) => !pairs.includes(pairName(one, other)))
      .map((other) => `[${one}, ${other}]`),
  );
  if (missing.length === 0) return [];
  return [
    problem(
      ["roundTrips"],
      `${roundTrips.length} pairs, without ${missing.join(", ")}`,
      "every pair of regions once",
      `add {between: ${missing[0]}, milliseconds: …}${missing.length > 1 ? " and so on" : ""}: timeouts and staleness are proven from them`,
    ),
  ];
}

const pairName = (one: string, other: string): string => [one, other].toSorted().join(" ");

function tunnelProblems(draft: Draft): Problem[] {
  const regions = regionsWith(draft, "name", "number", "cloud");
  const links = planLinks(regions.map((region) => ({ ...region, asn: regionAsn(region.number), cidr: "" })));
  return regions
    .filter(({ cloud }) => cloud === "azure")
    .flatMap(({ name, index }) => {
      const tunnels = links
        .filter(({ ends }) => ends.some(({ region }) => region === name))
        .flatMap((link) => (link.kind === "vpn" ? link.tunnels : []));
      return tunnels.length <= TUNNELS_PER_AZURE_GATEWAY
        ? []
        : [
            problem(
              ["regions", index],
              `a region with ${tunnels.length} tunnels`,
              `at most ${TUNNELS_PER_AZURE_GATEWAY} tunnels at an Azure VPN gateway: four to each AWS region and two to each on Google Cloud`,
              "take regions of other clouds out of the stack",
            ),
          ];
    });
}
