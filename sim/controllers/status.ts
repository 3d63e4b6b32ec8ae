import { isDeepStrictEqual } from "node:util";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import { objectPath, type Resource } from "./paths.ts";

/** Writes the fields of an object's status that differ; a write that changes nothing would wake the controller again. */
export async function updateStatus<Status extends object>(
  client: ClusterClient,
  of: Resource,
  object: KubernetesObject & { status?: Status },
  status: Partial<Record<keyof Status, unknown>>,
): Promise<void> {
  const before = (object.status ?? {}) as Partial<Record<keyof Status, unknown>>;
  const changed = Object.entries(status).filter(
    ([key, value]) => !isDeepStrictEqual(before[key as keyof Status], value ?? undefined),
  );
  if (changed.length === 0) return;
  const path = objectPath(of, object.metadata.name, object.metadata.namespace);
  try {
    await client.merge(`${path}/status`, { status: Object.fromEntries(changed) });
  } catch (error) {
    // Gone meanwhile: nothing left to report on.
    if (!isNotFound(error)) throw error;
  }
}
