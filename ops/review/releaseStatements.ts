import { placeOf } from "../state.ts";
import type { Statement } from "./model.ts";
import type { Side } from "./sides.ts";

/**
 * What a change lets run: ceilings of releases, their digests, the model and the kill switch, read from the objects that
 * decide it in each cluster.
 */

/** What one region's cluster lets one service run. */
interface Ceiling {
  digest: string;
  stage: string;
  denied: readonly string[];
}

/** A fact of one service in one region that changes. */
interface Move<Fact> {
  service: string;
  region: string;
  before: Fact | undefined;
  after: Fact | undefined;
}

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout";
const CEILING = "-release";
const MODEL = "PBA_MODEL_DIGEST";

/** In the order in which a release goes through them. */
const STAGES = ["0", "10", "50", "100", "done"];

/** What the services of a release may do from a stage on. */
const MEANING: Record<string, string> = {
  "0": "the digest may not start; stable answers every request",
  "10": "once the gates allow it, the canary answers 10 % of the requests",
  "50": "once the gates allow it, the canary answers half of the requests",
  "100": "once the gates allow it, the canary answers every request, and then bakes",
  done: "once its bake time has passed, the digest is the new stable one",
};

/** @param waves the regions of each wave in order, from the stack's config; without them regions are named instead */
export function releaseStatements(sides: readonly Side[], waves: readonly (readonly string[])[]): Statement[] {
  const ceilings = moves(sides, ceilingOf);
  return [
    ...stages(ceilings, waves),
    ...digests(ceilings),
    ...denials(ceilings),
    ...killSwitch(moves(sides, judgedOf)),
    ...models(moves(sides, modelOf)),
  ];
}

type Properties = Record<string, unknown>;

/** Facts of every side that has them before or after. */
function moves<Fact>(
  sides: readonly Side[],
  read: (type: string, inputs: Properties) => { service: string; fact: Fact } | undefined,
): Move<Fact>[] {
  return sides.flatMap(({ urn, type, before, after }): Move<Fact>[] => {
    const [was, becomes] = [before, after].map((state) => state && read(type, state.inputs ?? {}));
    const service = (becomes ?? was)?.service;
    if (service === undefined) return [];
    return [{ service, region: placeOf({ urn, type }).region, before: was?.fact, after: becomes?.fact }];
  });
}

function ceilingOf(type: string, inputs: Properties): { service: string; fact: Ceiling } | undefined {
  const name = text(inputs, "metadata", "name");
  const [digest, stage] = [text(inputs, "data", "digest"), text(inputs, "data", "stage")];
  if (type !== CONFIG_MAP || !name?.endsWith(CEILING) || digest === undefined || stage === undefined) return undefined;
  const denied = (text(inputs, "data", "denied") ?? "").split(" ").filter((entry) => entry !== "");
  return { service: name.slice(0, -CEILING.length), fact: { digest, stage, denied } };
}

/** Whether a service's canaries are judged: of DWCP's two versions the one that serves is. */
function judgedOf(type: string, inputs: Properties): { service: string; fact: boolean } | undefined {
  const service = text(inputs, "metadata", "name");
  if (type !== ROLLOUT || service === undefined) return undefined;
  return { service, fact: at(inputs, "spec", "strategy", "canary", "analysis") !== undefined };
}

function modelOf(type: string, inputs: Properties): { service: string; fact: string } | undefined {
  const service = text(inputs, "metadata", "name");
  const containers = at(inputs, "spec", "template", "spec", "containers");
  if (type !== ROLLOUT || service === undefined || !Array.isArray(containers)) return undefined;
  const model = containers
    .flatMap((container) => at(container, "env") ?? [])
    .find((variable) => text(variable, "name") === MODEL);
  const fact = text(model, "value");
  return fact === undefined ? undefined : { service, fact };
}

function stages(all: readonly Move<Ceiling>[], waves: readonly (readonly string[])[]): Statement[] {
  const changed = all.filter(({ before, after }) => after !== undefined && before?.stage !== after.stage);
  // A region that is new has no canary before; where all are new there is nothing to compare with.
  const known = changed.filter(({ before }) => before !== undefined);
  const groups = Map.groupBy(known, ({ service, before, after }) => `${service} ${before?.stage} ${after?.stage}`);
  return [...groups.values()].map((group): Statement => {
    const { service = "", before, after } = group[0] ?? {};
    const [from = "", to = ""] = [before?.stage, after?.stage];
    const regions = group.map(({ region }) => region);
    const move = `${from} → ${to}`;
    const lowered = STAGES.indexOf(to) < STAGES.indexOf(from);
    const consequence = lowered
      ? `${MEANING[to] ?? to}. Lowering takes nothing back that runs already: \`novactl rollback\` does`
      : (MEANING[to] ?? to);
    return {
      kind: "canary",
      regions,
      short: `canary ceiling ${move}${service === "dwcp-v3" ? "" : ` of ${service}`} ${place(regions, waves)}`,
      text: `${service} ${place(regions, waves, true)}: canary ceiling ${move}; ${consequence}`,
    };
  });
}

/** `in wave 1` when regions are exactly those of a wave, else their names. */
function place(regions: readonly string[], waves: readonly (readonly string[])[], withNames = false): string {
  const wave = waves.findIndex(
    (members) => members.length === regions.length && members.every((m) => regions.includes(m)),
  );
  if (wave < 0) return `in ${regions.join(", ")}`;
  return withNames ? `in wave ${wave + 1} (${regions.join(", ")})` : `in wave ${wave + 1}`;
}

function digests(all: readonly Move<Ceiling>[]): Statement[] {
  const changed = all.filter(({ before, after }) => before && after && before.digest !== after.digest);
  const groups = Map.groupBy(changed, ({ service, before, after }) => `${service} ${before?.digest} ${after?.digest}`);
  return [...groups.values()].map((group): Statement => {
    const { service = "", before, after } = group[0] ?? {};
    const regions = group.map(({ region }) => region);
    const move = `${shortDigest(before?.digest)} → ${shortDigest(after?.digest)}`;
    const stagesNow = [...new Set(group.map(({ after }) => after?.stage ?? ""))];
    const starting = group.filter(({ after }) => after?.stage !== "0").map(({ region }) => region);
    const start =
      starting.length === 0
        ? "it starts nowhere yet"
        : `it starts as a canary in ${starting.join(", ")}, beside the stable one, and goes as far as its ceiling (${stagesNow.join(", ")})`;
    return {
      kind: "digest",
      regions,
      short: `new digest of ${service}`,
      text: `${service}: digest ${move} in ${regions.join(", ")}; ${start}`,
    };
  });
}

function denials(all: readonly Move<Ceiling>[]): Statement[] {
  const newly = all.flatMap(({ service, region, before, after }) =>
    (after?.denied ?? [])
      .filter((digest) => before !== undefined && !before.denied.includes(digest))
      .map((digest) => ({ service, region, digest, verb: "denied: it never starts again" })),
  );
  const nowAllowed = all.flatMap(({ service, region, before, after }) =>
    (before?.denied ?? [])
      .filter((digest) => after !== undefined && !after.denied.includes(digest))
      .map((digest) => ({ service, region, digest, verb: "no longer denied by the config: it may start again" })),
  );
  const groups = Map.groupBy([...newly, ...nowAllowed], ({ service, digest, verb }) => `${service} ${digest} ${verb}`);
  return [...groups.values()].map((group): Statement => {
    const { service = "", digest = "", verb = "" } = group[0] ?? {};
    const regions = group.map(({ region }) => region);
    return {
      kind: "digest",
      regions,
      text: `${service}: digest ${shortDigest(digest)} ${verb} (${regions.join(", ")})`,
    };
  });
}

function killSwitch(all: readonly Move<boolean>[]): Statement[] {
  const changed = all.filter(
    ({ service, before, after }) =>
      service === "dwcp-v3" && before !== undefined && after !== undefined && before !== after,
  );
  return [...Map.groupBy(changed, ({ after }) => after).entries()].map(([on, group]): Statement => {
    const regions = group.map(({ region }) => region);
    const [from, to] = on ? ["v1", "v3"] : ["v3", "v1"];
    return {
      kind: "kill switch",
      regions,
      short: `kill switch ${from} → ${to}`,
      text:
        `kill switch ${from} → ${to} in ${regions.join(", ")}: releases of ${to} are judged by their requests from now on. ` +
        `The requests themselves are moved by \`novactl switch\` alone, never by \`up\``,
    };
  });
}

function models(all: readonly Move<string>[]): Statement[] {
  const changed = all.filter(({ before, after }) => before !== undefined && after !== undefined && before !== after);
  const groups = Map.groupBy(changed, ({ service, before, after }) => `${service} ${before} ${after}`);
  return [...groups.values()].map((group): Statement => {
    const { service = "", before, after } = group[0] ?? {};
    const regions = group.map(({ region }) => region);
    return {
      kind: "model",
      regions,
      short: `new model of ${service}`,
      text:
        `${service}: model ${shortDigest(before)} → ${shortDigest(after)} in ${regions.join(", ")}; pods with the new model start ` +
        "as a canary and get requests once they have warmed up",
    };
  });
}

/** Enough of a digest to find it by: `76407f63`. */
const shortDigest = (digest = ""): string => `\`${digest.replace(/^sha256:/, "").slice(0, 8)}\``;

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Properties)[key];
  }
  return found;
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}
