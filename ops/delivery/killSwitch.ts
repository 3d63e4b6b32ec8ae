import { chosen, inEachRegion, openClusters, type RegionCluster } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { findProject } from "../project.ts";
import { table } from "../table.ts";
import { FIELD_MANAGER, operator, retryOnConflict, TIMEOUT_MS } from "./edit.ts";
import type { TraefikService } from "./objects.ts";
import { record } from "./record.ts";
import { readRegion } from "./region.ts";
import { paths, serviceNamed, standbyOf } from "./services.ts";
import { since } from "./since.ts";
import { type Verification, verifyGone } from "./verify.ts";

const NAMES = { v1: "dwcp-v1", v3: "dwcp-v3" } as const;

type Version = keyof typeof NAMES;

export interface SwitchWish {
  stack: string;
  version: string;
  simulated: boolean;
  regions: readonly string[];
  reason: string;
  json: boolean;
  decided: number;
}

interface RegionSwitch {
  from: string;
  switchedAfter: number;
  verification: Verification | undefined;
  notes: string[];
}

/** Serves everything from one version of DWCP. The weights are novactl's own: no `up` and no controller touches them. */
export async function runSwitch(wish: SwitchWish): Promise<number> {
  const { stack, version, simulated, regions, json } = wish;
  if (version !== "v1" && version !== "v3")
    throw new OperatorError(`version '${version}': the kill switch knows v1 and v3`);
  const project = findProject();
  const clusters = chosen(await openClusters(project, stack, simulated), regions);
  const at = new Date().toISOString();
  const outcomes = await inEachRegion(clusters, (cluster) => switchRegion(cluster, version, at, wish));
  const notes: string[] = [];
  if (regions.length === 0 && outcomes.some(({ error }) => error === undefined)) {
    const { writeFeature } = await import("../releaseConfig.ts");
    writeFeature(project, stack, "dwcpV3", version === "v3");
    notes.push(`Pulumi.${stack}.yaml: novacron:features.dwcpV3 is ${version === "v3"}: commit it`);
  }
  const good = outcomes.every(({ value }) => value !== undefined && (value.verification?.clear ?? true));
  const rows = outcomes.map(({ region, value, error }) =>
    value === undefined
      ? [region, { text: "NOT DONE", style: "red" as const }, "", error?.message ?? ""]
      : [
          region,
          `${value.from} → ${version}`,
          `${value.switchedAfter} ms`,
          [seen(value.verification), ...value.notes].join("; "),
        ],
  );
  if (json)
    console.log(
      JSON.stringify({
        stack,
        version,
        exitCode: good ? 0 : 2,
        regions: outcomes.map(({ region, milliseconds, value, error }) => ({
          region,
          milliseconds,
          ...(value ?? { error: error?.message }),
        })),
        notes,
      }),
    );
  else console.log([...table(["region", "version", "switched", "data plane"], rows), ...notes].join("\n"));
  if (outcomes.every(({ error }) => error !== undefined)) throw new OperatorError("no region was switched");
  return good ? 0 : 2;
}

const seen = (verification: Verification | undefined): string =>
  verification === undefined
    ? "not looked at"
    : verification.clear
      ? `seen after ${verification.after} ms`
      : `NOT SEEN: ${verification.problem}`;

async function switchRegion(
  { client }: RegionCluster,
  version: Version,
  at: string,
  { decided, reason }: SwitchWish,
): Promise<RegionSwitch> {
  const service = serviceNamed(NAMES.v3);
  const { route } = service;
  const { route: path } = paths(service);
  if (route === undefined || path === undefined) throw new Error(`${NAMES.v3} has no route to switch`);
  const { from, live } = await retryOnConflict(async () => {
    const live = await client.request<TraefikService>("GET", path, { timeout: TIMEOUT_MS });
    const services = live.spec.weighted.services.map((entry) => ({
      ...entry,
      weight: entry.name === NAMES[version] ? 100 : 0,
    }));
    if (!services.some(({ weight }) => weight === 100))
      throw new Error(`the route '${route}' knows no ${NAMES[version]}; run \`novactl up\``);
    await client.merge(
      path,
      { metadata: { resourceVersion: live.metadata.resourceVersion }, spec: { weighted: { services } } },
      { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS },
    );
    return { from: versionOf(live), live };
  });
  const switchedAfter = since(decided);
  const notes: string[] = [];
  // The other version's digests must be gone from the answers.
  const others = await digestsOf(client, live, NAMES[version]);
  const verification =
    others.length === 0 || service.probe === undefined
      ? undefined
      : await verifyGone(client, service.probe, others, { percentage: 100, decided });
  await record(client, service, {
    at,
    who: operator(),
    action: "switch",
    service: route,
    digest: "",
    from,
    to: version,
    reason,
    outcome: `switched after ${switchedAfter} ms, ${seen(verification)}`,
  }).catch((error: Error) => {
    notes.push(`not recorded: ${error.message}`);
  });
  return { from, switchedAfter, verification, notes };
}

/** Which version a route serves; that before a release counts as the same. */
export function versionOf({ spec }: TraefikService): string {
  const serving = Object.entries(NAMES).filter(([, name]) =>
    spec.weighted.services.some(
      (entry) => (entry.name === name || entry.name === standbyOf({ name })) && (entry.weight ?? 0) > 0,
    ),
  );
  return serving.map(([version]) => version).join(" and ") || "nothing";
}

/** Digests of the versions that are not to serve any more. */
async function digestsOf(client: RegionCluster["client"], route: TraefikService, serving: string): Promise<string[]> {
  const names = route.spec.weighted.services.map(({ name }) => name).filter((name) => name !== serving);
  const base = serviceNamed("dwcp-v3");
  const states = await Promise.allSettled(names.map((name) => readRegion(client, { ...base, name })));
  const digests = states.flatMap((state) =>
    state.status === "fulfilled" ? [state.value.stable, state.value.digest] : [],
  );
  return digests.filter((digest) => digest !== undefined);
}
