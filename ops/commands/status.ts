import type { StackOutputs } from "../../infra/outputSchema.ts";
import { command } from "../command.ts";
import { describeDelivery, watchDelivery } from "../delivery/screen.ts";
import { type Delivery, readDelivery, watched } from "../delivery/status.ts";
import { judgeOf, readJudgement } from "../judgementRecord.ts";
import { OperatorError } from "../operatorError.ts";
import { json, sim, stackParameter } from "../options.ts";
import type { PackIdentity } from "../policyVerdict.ts";
import { capture } from "../pulumi.ts";
import { openSession, type Session } from "../session.ts";
import { exportState, isProvider, isSecret, placeOf, type StateResource } from "../state.ts";
import { styled, table } from "../table.ts";
import { service } from "./release.ts";

export const status = command({
  name: "status",
  summary: "show what a stack holds, what was last done to it, and where its release stands in each region",
  positionals: [stackParameter],
  options: {
    sim,
    service,
    watch: { type: "boolean", description: "the release alone, again every two seconds until Ctrl-C" },
    json,
  },
  details: [
    "Of the release, per region: stage and ceiling; the canary's weight as the gateway is told and as requests are counted; requests",
    "per second, failed share and p95 of canary and stable; what the next gate waits for; and how long ago the last action was.",
    "Of resources it reads the state only: what was changed outside is shown by `novactl drift`. Never prints secrets.",
  ].join("\n"),
  examples: [
    "novactl status staging --sim",
    "novactl status staging --sim --watch",
    "novactl status prod --json | jq '.delivery.regions[] | {region, weight}'",
  ],
  run: async ({ positionals: [stack = ""], values }) => {
    if (values.watch === true)
      return watchDelivery(await watched(stack, values.sim === true, values.service), values.json === true);
    const session = await openSession(stack, values.sim);
    const [{ deployment }, last] = await Promise.all([exportState(session), lastUpdate(session)]);
    const resources = deployment.resources ?? [];
    const result = {
      stack,
      resources: count(resources),
      outputs: publicOutputs(resources),
      pending: (deployment.pending_operations ?? []).map(({ type, resource }) => ({
        operation: type,
        urn: resource.urn,
      })),
      lastUpdate: last ?? null,
      ...(await deliveryOf(stack, values)),
    };
    console.log(values.json === true ? JSON.stringify(result) : describe(result).join("\n"));
    return 0;
  },
});

interface Status {
  stack: string;
  resources: { cloud: string; region: string; count: number }[];
  /** Without secrets. */
  outputs: Record<string, unknown>;
  pending: { operation: string; urn: string }[];
  lastUpdate: LastUpdate | null;
  /** Where the release stands; null while the stack has no clusters. */
  delivery: Delivery | null;
  /** Why that is not known. */
  noDelivery?: string;
}

/** The release, where there are clusters to ask. A stack without any is no error. */
async function deliveryOf(
  stack: string,
  { sim: simulated = false, service: name }: { sim?: boolean; service?: string },
): Promise<Pick<Status, "delivery" | "noDelivery">> {
  try {
    return { delivery: await readDelivery(await watched(stack, simulated, name)) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { delivery: null, noDelivery: error.message };
  }
}

interface LastUpdate {
  kind: string;
  result: string;
  startTime: string;
  endTime: string;
  changes: Record<string, number>;
  /** The policy pack that judged it, as novactl has recorded; null for what was no `up`, or is not recorded as judged. */
  policyPack: PackIdentity | null;
  /** The dangers that were agreed to and what the operator said, else what Pulumi takes for it: the title of the commit. */
  message: string;
}

/** The last run that was meant to change the stack. */
async function lastUpdate(session: Session): Promise<LastUpdate | undefined> {
  const [printed, judgement] = await Promise.all([
    capture(session, ["stack", "history", "--json", "--page-size", "20", "--stack", session.stack]),
    readJudgement(session),
  ]);
  const history = JSON.parse(printed || "[]") as {
    kind: string;
    result: string;
    startTime: string;
    endTime: string;
    resourceChanges?: Record<string, number>;
    message?: string;
  }[];
  const run = history.find(({ kind }) => ["update", "refresh", "destroy"].includes(kind));
  return (
    run && {
      kind: run.kind === "update" ? "up" : run.kind,
      result: run.result,
      startTime: run.startTime,
      endTime: run.endTime,
      changes: run.resourceChanges ?? {},
      message: run.message ?? "",
      policyPack: (run.kind === "update" && judgeOf(run, judgement)) || null,
    }
  );
}

/** Resources that stand in a cloud: no components, no providers. */
function count(resources: readonly StateResource[]): Status["resources"] {
  const counts = new Map<string, { cloud: string; region: string; count: number }>();
  for (const resource of resources) {
    if (!resource.custom || isProvider(resource)) continue;
    const place = placeOf(resource);
    const key = `${place.cloud}\n${place.region}`;
    const entry = counts.get(key) ?? { ...place, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()].toSorted((a, b) => a.cloud.localeCompare(b.cloud) || a.region.localeCompare(b.region));
}

/** The stack's outputs with every secret left out, at any depth. */
function publicOutputs(resources: readonly StateResource[]): Record<string, unknown> {
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  return withoutSecrets(outputs) as Record<string, unknown>;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((element) => !isSecret(element)).map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (isSecret(member) ? [] : [[key, withoutSecrets(member)]])),
  );
}

function describe({ stack, resources, outputs, pending, lastUpdate: last, delivery, noDelivery }: Status): string[] {
  const total = resources.reduce((sum, entry) => sum + entry.count, 0);
  const lines = [
    ...table(
      ["cloud", "region", "resources"],
      [...resources.map((entry) => [entry.cloud, entry.region, `${entry.count}`]), ["total", "", `${total}`]],
    ),
  ];
  const { regionTable, globalName } = outputs as Partial<StackOutputs>;
  if (regionTable !== undefined) {
    lines.push("");
    for (const [name, region] of Object.entries(regionTable)) {
      lines.push(
        `${styled("bold", name)} (${region.location})`,
        `  API        ${region.apiEndpoint}`,
        `  artifacts  ${region.artifacts}`,
        `  secrets    ${region.secretStore}`,
        `  entry      ${(region.entryAddresses ?? []).join(", ")}`,
      );
    }
  }
  if (globalName !== undefined) lines.push("", `global name: ${globalName}`);
  lines.push("", ...(delivery === null ? [`release: ${noDelivery}`] : describeDelivery(delivery)));
  lines.push("", last === null ? `${stack} has never been brought up` : describeUpdate(last));
  if (pending.length > 0)
    lines.push(
      styled(
        "yellow",
        `${pending.length} pending operations of an interrupted run; \`novactl up ${stack}\` deals with them:`,
      ),
      ...pending.map(({ operation, urn }) => `  ${operation} ${urn}`),
    );
  return lines;
}

const describeUpdate = ({ kind, result, endTime, changes, policyPack, message }: LastUpdate): string => {
  const counts = Object.entries(changes).map(([operation, number]) => `${number} ${operation}`);
  const policy =
    kind !== "up"
      ? ""
      : policyPack === null
        ? ", NOT recorded as judged by the policy pack"
        : `, judged by ${policyPack.name} ${policyPack.version}: ${policyPack.rules} rules`;
  return `last ${kind}: ${result} at ${endTime} (${counts.join(", ") || "no changes"})${policy}${message === "" ? "" : `: ${message}`}`;
};
