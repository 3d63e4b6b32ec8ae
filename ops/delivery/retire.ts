import type { ClusterClient, KubernetesObject, ObjectList } from "../../client/client.ts";
import { FIELD_MANAGER, TIMEOUT_MS } from "./edit.ts";
import { digestOf, HASH_LABEL, type ReplicaSet, type Rollout, short } from "./objects.ts";
import { hashOf, ownReplicaSets } from "./region.ts";
import { paths, type Service } from "./services.ts";
import { waitUntil } from "./waiting.ts";

/** When Argo scales a ReplicaSet down that is neither current nor stable. */
const DEADLINE_ANNOTATION = "scale-down-deadline";

/** A pod that ends waits two seconds for gateways, five for its long streams to resume elsewhere, and two for its connections. */
const RETIRE_SECONDS = 15;

/**
 * Has Argo end the pods of a digest that gets no requests any more, instead of keeping them warm for an hour: a pod that ends
 * asks each of its long streams to resume elsewhere, and the route leads to the version that serves.
 *
 * @throws Error when the digest still serves, or when its pods have not ended in time
 */
export async function retire(client: ClusterClient, service: Service, bad: string): Promise<void> {
  const { replicaSets, pods } = paths(service);
  const hashes = await Promise.all(
    (await retiring(client, service, bad)).map(async (set) => {
      const annotations = { [DEADLINE_ANNOTATION]: rfc3339(new Date()) };
      const options = { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS };
      await client.merge(`${replicaSets}/${set.metadata.name}`, { metadata: { annotations } }, options);
      return hashOf(set);
    }),
  );
  if (hashes.length === 0) return;
  const query = { labelSelector: `${HASH_LABEL} in (${hashes.join(",")})` };
  let left = 0;
  const haveEnded = async (): Promise<boolean> => {
    const { items } = await client.request<ObjectList<KubernetesObject>>("GET", pods, { query, timeout: TIMEOUT_MS });
    left = items.length;
    return left === 0;
  };
  const patience = { seconds: RETIRE_SECONDS, every: 500, state: () => `${left} are left` };
  await waitUntil(`the pods of ${short(bad)} to end`, haveEnded, patience);
}

/** The digest's ReplicaSets. @throws Error when one of them may still get requests */
async function retiring(client: ClusterClient, service: Service, bad: string): Promise<ReplicaSet[]> {
  const { rollout: path, replicaSets } = paths(service);
  const [rollout, { items }] = await Promise.all([
    client.request<Rollout>("GET", path, { timeout: TIMEOUT_MS }),
    client.request<ObjectList<ReplicaSet>>("GET", replicaSets, { timeout: TIMEOUT_MS }),
  ]);
  const sets = ownReplicaSets(items, rollout).filter(({ spec }) => digestOf(spec.template, service.name) === bad);
  const { currentPodHash, stableRS } = rollout.status ?? {};
  if (sets.some((set) => [currentPodHash, stableRS].includes(hashOf(set))))
    throw new Error(`Argo still runs ${short(bad)}`);
  return sets;
}

/** To the second, which is how Argo reads it. */
const rfc3339 = (time: Date): string => time.toISOString().replace(/\.\d+/, "");
