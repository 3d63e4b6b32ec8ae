import { argumentOf } from "../kubernetes/charts.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import { KUBERNETES } from "../kubernetes/types.ts";
import type { Properties } from "../rule.ts";
import { secondsOf, shown } from "../values.ts";

/** Traefik's own defaults: of all providers together, and of the Kubernetes one by itself. */
const THROTTLES = { "providers.providersThrottleDuration": "2s", "providers.kubernetescrd.throttleDuration": "0s" };

/** Calls that Argo's controller makes for one abort: the weights, the Rollout's status and an event. */
const CALLS = 3;

/** Calls per second that the controller's client allows itself, as Argo Rollouts sets it. */
const DEFAULT_RATE = 40;

/** Seconds for which a gateway gathers changes before it applies them; `undefined` where what is set is no duration. */
export function throttleOf(release: Properties): number | undefined {
  const parts = Object.entries(THROTTLES).map(([name, byDefault]) =>
    secondsOf(argumentOf(release, "additionalArguments", name) ?? byDefault),
  );
  return parts.reduce((total, part) => (total === undefined || part === undefined ? undefined : total + part), 0);
}

/** A time and how it comes about. */
export interface Computed {
  seconds: number;
  arithmetic: string;
}

/**
 * Longest time from the decision to abort every release of a cluster at once to the gateway's last request to a canary: the
 * controller's calls, one after another at the rate of its client, and the gateway's throttle. `undefined` where a part of it
 * cannot be read.
 */
export function switchTime(cluster: Cluster, controller: Properties, gateway: Properties): Computed | undefined {
  const throttle = throttleOf(gateway);
  const rate = Number(argumentOf(controller, "controller.extraArgs", "qps") ?? DEFAULT_RATE);
  if (throttle === undefined || !(rate > 0)) return undefined;
  const rollouts = cluster.of(KUBERNETES.rollout).length;
  const calls = (rollouts * CALLS) / rate;
  const seconds = calls + throttle;
  return {
    seconds,
    arithmetic: `controller ${rollouts} Rollouts × ${CALLS} calls ÷ ${shown(rate)} per second = ${shown(calls)} s, gateway throttle ${shown(throttle)} s, together ${shown(seconds)} s`,
  };
}
