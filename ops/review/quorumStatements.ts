import type { ProtocolPlan, QuorumPlan, Verdict } from "../../infra/plan/quorum.ts";
import type { Statement } from "./model.ts";

/** Says what a change does to the losses that each protocol survives, from the stack's output `quorum` before and after. */
export function quorumStatements(before: unknown, after: unknown): Statement[] {
  const [was, becomes] = [readPlan(before), readPlan(after)];
  if (was === undefined || becomes === undefined) return [];
  return [
    ...becomes.protocols.flatMap((plan) => {
      const old = was.protocols.find(({ protocol }) => protocol === plan.protocol);
      return old === undefined ? [] : protocolStatements(old, plan);
    }),
    ...syncStatements(was.sync, becomes.sync),
  ];
}

/** An output may be of an older form, or known only after `up`: then there is nothing to say. */
function readPlan(value: unknown): QuorumPlan | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { protocols, sync } = value as Partial<QuorumPlan>;
  const whole =
    Array.isArray(protocols) &&
    protocols.every((plan) => typeof plan === "object" && plan !== null && Array.isArray(plan.verdicts)) &&
    typeof sync === "object";
  return whole ? (value as QuorumPlan) : undefined;
}

const NAMES: Record<ProtocolPlan["protocol"], string> = { raft: "Raft", pbft: "PBFT" };

function protocolStatements(before: ProtocolPlan, after: ProtocolPlan): Statement[] {
  const name = NAMES[after.protocol] ?? after.protocol;
  const statement = (text: string, short?: string): Statement => ({
    kind: "quorum",
    regions: [],
    ...(short === undefined ? {} : { short }),
    text: `${name}: ${text}`,
  });
  const verdicts = after.verdicts.flatMap((verdict) => {
    const old = before.verdicts.find(({ loss }) => loss === verdict.loss);
    return old === undefined ? [] : verdictStatement(old, verdict);
  });
  const figures = [
    ["replicas", before.replicas, after.replicas],
    ["quorum", before.quorum, after.quorum],
    ["replicas that may lie", before.byzantine, after.byzantine],
    ["timeout in ms", before.timeoutMilliseconds, after.timeoutMilliseconds],
  ].flatMap(([what, from, to]) => (from === to ? [] : [`${what} ${from} → ${to}`]));
  return [
    ...verdicts.map(({ text, short }) => statement(text, short && `${name} ${short}`)),
    ...(figures.length > 0 ? [statement(figures.join(", "))] : []),
  ];
}

function verdictStatement(before: Verdict, after: Verdict): { text: string; short?: string }[] {
  const what = after.loss === "byzantine" ? "a replica that lies" : `the loss of a ${after.loss}`;
  if (before.survives && !after.survives)
    return [{ text: `no longer survives ${what}: ${after.arithmetic}`, short: `no longer survives ${what}` }];
  if (!before.survives && after.survives)
    return [{ text: `now survives ${what}: ${after.arithmetic}`, short: `now survives ${what}` }];
  if (before.declared && !after.declared) return [{ text: `to survive ${what} is no longer promised by the config` }];
  if (!before.declared && after.declared) return [{ text: `to survive ${what} is now promised by the config` }];
  return [];
}

function syncStatements(before: QuorumPlan["sync"], after: QuorumPlan["sync"]): Statement[] {
  if (before.worstStalenessMilliseconds === after.worstStalenessMilliseconds && before.holds === after.holds) return [];
  const promise = `the promise is ${after.stalenessTargetMilliseconds} ms`;
  return [
    {
      kind: "quorum",
      regions: [],
      ...(before.holds && !after.holds ? { short: "staleness promise broken" } : {}),
      text: `state sync: worst staleness ${before.worstStalenessMilliseconds} → ${after.worstStalenessMilliseconds} ms; ${promise}${after.holds ? "" : " and is broken"}`,
    },
  ];
}
