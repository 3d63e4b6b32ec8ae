import { MOST_OPERATOR_RANGES, operatorRangeFault } from "../plan/access.ts";
import { defaultPoolSize, POOL_NAMES } from "../plan/nodePools.ts";
import type { Cloud } from "../plan/topology.ts";
import type { Draft, DraftRegion } from "./draft.ts";
import { LOCATIONS } from "./locations.ts";
import { type Path, type Problem, problem } from "./problems.ts";
import type { Tier } from "./schema.ts";
import { nearest } from "./spelling.ts";

/** What a region's name begins with, by cloud. */
export const NAME_PREFIX: Record<Cloud, string> = { aws: "aws-", azure: "azr-", gcp: "gcp-" };

const MACHINE_TYPE: Record<Cloud, { form: RegExp; allowed: string }> = {
  aws: { form: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, allowed: "an EC2 instance type such as m7i.large" },
  azure: { form: /^Standard_[A-Z][A-Za-z0-9_-]*$/, allowed: "an Azure VM size such as Standard_D2s_v5" },
  gcp: {
    form: /^[a-z][a-z0-9]*-[a-z0-9]+(-[a-z0-9]+)*$/,
    allowed: "a Compute Engine machine type such as n2-standard-2",
  },
};

/** Rules on each region by itself. */
export function regionProblems(draft: Draft): Problem[] {
  return (draft.regions ?? []).flatMap((region, index) => {
    const path = ["regions", index];
    return [
      ...nameProblems(region, path),
      ...placeProblems(region, path),
      ...accessProblems(region, path),
      ...dataPlaneProblems(region, path),
      ...natProblems(region, path, draft.tier),
      ...poolProblems(region, path, draft.tier),
    ];
  });
}

function nameProblems({ name, cloud }: DraftRegion, path: Path): Problem[] {
  if (name === undefined || cloud === undefined || name.startsWith(NAME_PREFIX[cloud])) return [];
  return [
    problem(
      [...path, "name"],
      name,
      `a name that begins with ${NAME_PREFIX[cloud]}, since the region stands in ${cloud}`,
      `rename the region, or correct ${path[0]?.toString()}[${path[1]?.toString()}].cloud`,
    ),
  ];
}

function placeProblems({ cloud, location, zones }: DraftRegion, path: Path): Problem[] {
  if (cloud === undefined || location === undefined) return [];
  const known = LOCATIONS[cloud][location];
  if (known === undefined) return [locationProblem(cloud, location, path)];
  if (known.length === 0) {
    return [
      problem(
        [...path, "location"],
        location,
        `a location of ${cloud} with at least two availability zones`,
        `${location} has none: choose another location`,
      ),
    ];
  }
  return (zones ?? []).flatMap((zone, index) => {
    if (!known.includes(zone)) {
      return [
        problem(
          [...path, "zones", index],
          zone,
          `${known.join(", ")} (the zones of ${location})`,
          "name a zone of the region's own location",
        ),
      ];
    }
    if (zones?.indexOf(zone) !== index) {
      return [
        problem(
          [...path, "zones", index],
          zone,
          "each zone once",
          "name another zone: the same one twice is lost at once",
        ),
      ];
    }
    return [];
  });
}

function locationProblem(cloud: Cloud, location: string, path: Path): Problem {
  const locations = Object.keys(LOCATIONS[cloud]);
  const other = (["aws", "azure", "gcp"] as const).find((name) => LOCATIONS[name][location] !== undefined);
  const meant = nearest(location, locations);
  const suggestion = meant === undefined ? "choose one of these" : `did you mean ${meant}?`;
  return problem(
    [...path, "location"],
    location,
    `${locations.join(", ")} (the locations of ${cloud} that are known here)`,
    other === undefined ? suggestion : `${location} is a location of ${other}: correct the cloud or the location`,
  );
}

function accessProblems({ access }: DraftRegion, path: Path): Problem[] {
  if (access === undefined) return [];
  const { operatorCidrs, via } = access;
  if ((operatorCidrs === undefined) === (via === undefined)) {
    return [
      problem(
        [...path, "access"],
        access,
        "either operatorCidrs or via",
        "list the public ranges that operators come from (operatorCidrs), or name the way in where the API has no public endpoint (via: bastion | vpn | runner)",
      ),
    ];
  }
  const ranges = operatorCidrs ?? [];
  if (ranges.length > MOST_OPERATOR_RANGES) {
    return [
      problem(
        [...path, "access", "operatorCidrs"],
        `${ranges.length} ranges`,
        `at most ${MOST_OPERATOR_RANGES} ranges, the most that EKS takes`,
        "join neighbouring ranges, or let operators come through a VPN (via: vpn)",
      ),
    ];
  }
  return ranges.flatMap((range, index) => {
    const fault = operatorRangeFault(range);
    return fault === undefined
      ? []
      : [
          problem(
            [...path, "access", "operatorCidrs", index],
            range,
            "a public IPv4 range of a /16 or less that begins on its own boundary",
            `${range} ${fault}: name the addresses that operators really come from`,
          ),
        ];
  });
}

function dataPlaneProblems({ cloud, dataPlane }: DraftRegion, path: Path): Problem[] {
  if (cloud !== "aws" || dataPlane !== "cilium") return [];
  return [
    problem(
      [...path, "dataPlane"],
      dataPlane,
      "standard (on aws)",
      "leave it out: EKS offers no managed Cilium, and its own CNI enforces network policies",
    ),
  ];
}

function natProblems({ nat }: DraftRegion, path: Path, tier: Tier | undefined): Problem[] {
  if (tier !== "production" || nat === undefined || nat === "per-zone") return [];
  return [
    problem(
      [...path, "nat"],
      nat,
      "per-zone (in production)",
      "leave it out: with one gateway the loss of a zone takes the egress of all others",
    ),
  ];
}

function poolProblems({ cloud, zones, nodePools }: DraftRegion, path: Path, tier: Tier | undefined): Problem[] {
  if (cloud === undefined || nodePools === undefined) return [];
  return POOL_NAMES.flatMap((name) => {
    const pool = nodePools[name];
    if (pool === undefined) return [];
    const at = (key: string): Path => [...path, "nodePools", name, key];
    const problems: Problem[] = [];
    const { form, allowed } = MACHINE_TYPE[cloud];
    if (pool.machineType !== undefined && !form.test(pool.machineType)) {
      problems.push(
        problem(at("machineType"), pool.machineType, allowed, `name a machine type of ${cloud}, or leave it out`),
      );
    }
    if (zones === undefined || tier === undefined) return problems;
    const [defaultLeast, defaultMost] = defaultPoolSize(name, tier, zones.length);
    const [least, most] = [pool.minSize ?? defaultLeast, pool.maxSize ?? defaultMost];
    if (name === "system" && least < zones.length) {
      problems.push(
        problem(
          at("minSize"),
          least,
          `${zones.length} or more: a node for each of the ${zones.length} zones`,
          "raise it, or name fewer zones",
        ),
      );
    } else if (least > most) {
      const key = pool.maxSize === undefined ? "minSize" : "maxSize";
      problems.push(
        problem(
          at(key),
          pool[key],
          key === "maxSize" ? `${least} or more (minSize)` : `${most} or fewer (the default of maxSize)`,
          "raise maxSize or lower minSize",
        ),
      );
    }
    return problems;
  });
}
