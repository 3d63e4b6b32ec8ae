import { clustersOf, type KubernetesObject } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import type { StackResource } from "../stackRule.ts";
import { listOf, numberOf, recordOf, textOf } from "../values.ts";

/** What publishes the stack's plan, as its output `quorum`. */
export const STACK = "pulumi:pulumi:Stack";

/** Seconds below which state must be everywhere (NovaCron's target for staleness), in milliseconds. */
export const STALENESS_TARGET = 5000;

/** Several heartbeats fit into the timeout, so that a lost packet starts no election. */
export const ROUND_TRIPS = 5;

/** Environment by which DWCP is told what was planned, in milliseconds. */
export const SETTINGS = {
  sync: "DWCP_SYNC_INTERVAL_MS",
  raft: "DWCP_RAFT_ELECTION_TIMEOUT_MS",
  pbft: "DWCP_PBFT_TIMEOUT_MS",
} as const;

export interface Protocol {
  protocol: string;
  placement: readonly { region: string; cloud: string; zones: number; replicas: number }[];
  /** Losses that the stack promises to survive. */
  survive: readonly string[];
  timeout: number | undefined;
  worstRoundTrip: number | undefined;
}

export interface Quorum {
  urn: string;
  protocols: readonly Protocol[];
  sync: { interval: number | undefined; target: number | undefined; worstRoundTrip: number | undefined };
}

/** The quorum plan that the stack publishes; `undefined` where it publishes none. */
export function quorumOf(resources: readonly StackResource[]): Quorum | undefined {
  const stack = resources.find(({ type }) => type === STACK);
  const { protocols, sync } = recordOf(stack?.props.quorum);
  if (stack === undefined || protocols === undefined) return undefined;
  const { intervalMilliseconds, stalenessTargetMilliseconds, worstRoundTripMilliseconds } = recordOf(sync);
  return {
    urn: stack.urn,
    protocols: listOf(protocols).map(asProtocol),
    sync: {
      interval: numberOf(intervalMilliseconds),
      target: numberOf(stalenessTargetMilliseconds),
      worstRoundTrip: numberOf(worstRoundTripMilliseconds),
    },
  };
}

function asProtocol(value: unknown): Protocol {
  const { protocol, placement, verdicts, timeoutMilliseconds, worstRoundTripMilliseconds } = recordOf(value);
  return {
    protocol: textOf(protocol) ?? "",
    placement: listOf(placement)
      .map(recordOf)
      .map(({ region, cloud, zones, replicas }) => ({
        region: textOf(region) ?? "",
        cloud: textOf(cloud) ?? "",
        zones: numberOf(zones) ?? 1,
        replicas: numberOf(replicas) ?? 0,
      })),
    survive: listOf(verdicts)
      .map(recordOf)
      .flatMap(({ loss, declared }) => (declared === true ? [textOf(loss) ?? ""] : [])),
    timeout: numberOf(timeoutMilliseconds),
    worstRoundTrip: numberOf(worstRoundTripMilliseconds),
  };
}

export const replicasOf = ({ placement }: Protocol): number =>
  placement.reduce((total, { replicas }) => total + replicas, 0);

/** A Rollout that is told settings, with the number that each has; not a number where it is missing or something else. */
export interface Told {
  rollout: KubernetesObject;
  settings: Readonly<Record<keyof typeof SETTINGS, number>>;
}

/** The Rollouts that are told at least one setting. */
export const toldOf = (resources: readonly StackResource[]): Told[] =>
  clustersOf(resources)
    .flatMap((cluster) => cluster.of(KUBERNETES.rollout))
    .flatMap((rollout) => {
      const environment = new Map(
        listOf(recordOf(recordOf(rollout.spec.template).spec).containers)
          .flatMap((container) => listOf(recordOf(container).env))
          .map(recordOf)
          .map(({ name, value }) => [name, value]),
      );
      const names = Object.values(SETTINGS);
      if (!names.some((name) => environment.has(name))) return [];
      const number = (name: string) => Number(environment.get(name) ?? Number.NaN);
      return [
        {
          rollout,
          settings: { sync: number(SETTINGS.sync), raft: number(SETTINGS.raft), pbft: number(SETTINGS.pbft) },
        },
      ];
    });
