import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../client/client.ts";
import { FIELD_MANAGER, TIMEOUT_MS } from "./edit.ts";
import type { Rollout } from "./objects.ts";
import { paths, type Service } from "./services.ts";

const REMINDER_ANNOTATION = "novacron.io/reminded-at";

/** How long Argo gets to take up a change; it needs well under a second. */
export const OBSERVE_MS = 5_000;
/** Well above what Argo needs on a busy machine: a reminder that was not needed only costs a reconciliation. */
const REMIND_MS = 1_000;

/** Whether Argo has seen the Rollout as it is now; an abort, which changes no generation, it marks with the time. */
const isObserved = ({ metadata, status = {} }: Rollout): boolean =>
  status.observedGeneration === String(metadata.generation) &&
  (status.abort !== true || status.abortedAt !== undefined);

/**
 * Reminds Argo of a Rollout that it has overlooked. After a write of its own, Argo Rollouts 1.9.1 puts the answer into its cache
 * (`writeBackToInformer`), over a newer object that its watch may have brought meanwhile: that change is then lost to it, also
 * to a resync, until the next write of anybody.
 */
export class Reminder {
  readonly #client: ClusterClient;
  readonly #service: Service;
  #next = performance.now() + REMIND_MS;

  constructor(client: ClusterClient, service: Service) {
    this.#client = client;
    this.#service = service;
  }

  /** Writes to the Rollout when Argo had time enough to see it; true when it has seen it. */
  async look(rollout: Rollout): Promise<boolean> {
    if (isObserved(rollout)) return true;
    if (performance.now() < this.#next) return false;
    this.#next = performance.now() + REMIND_MS;
    const annotations = { [REMINDER_ANNOTATION]: new Date().toISOString() };
    await this.#client.merge(
      paths(this.#service).rollout,
      { metadata: { annotations } },
      { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS },
    );
    return false;
  }
}

/** Waits until Argo has seen the Rollout as it is; false when it has not in time. */
export async function untilObserved(client: ClusterClient, service: Service): Promise<boolean> {
  const reminder = new Reminder(client, service);
  const deadline = performance.now() + OBSERVE_MS;
  while (performance.now() < deadline) {
    const rollout = await client.request<Rollout>("GET", paths(service).rollout, { timeout: TIMEOUT_MS });
    if (await reminder.look(rollout)) return true;
    await sleep(300);
  }
  return false;
}
