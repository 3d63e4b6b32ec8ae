import { hostname, userInfo } from "node:os";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { appliedBy, applierOf, type Path } from "../../client/fields.ts";
import { ApiError } from "../../client/problem.ts";

/** The manager of what is novactl's own: weights in an emergency, records. */
export const FIELD_MANAGER = "novactl";

/** Of every request of a release command: an API server that hangs is reported, and holds up no other. */
export const TIMEOUT_MS = 5_000;

/** Who does it, for the record. */
export function operator(): string {
  const user = process.env.NOVACRON_OPERATOR ?? userName();
  return user.includes("@") ? user : `${user}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // An id without an entry in the system's users, as in containers.
    return process.env.USER ?? `uid-${process.getuid?.() ?? "unknown"}`;
  }
}

/**
 * Changes an object that Pulumi applied, in Pulumi's own name: so the fields stay Pulumi's alone, and once the config says
 * the same, the next `up` finds nothing to do. `change` gets what Pulumi applied with the live values.
 *
 * A change by somebody else in between is looked at again a few times; then it is an error. `known` is the object as it was
 * just read: the first try then reads nothing.
 * @throws ApiError, UnreachableError
 */
export async function applyAsOwner<Item extends KubernetesObject>(
  client: ClusterClient,
  path: string,
  owned: Path,
  change: (applied: Item, live: Item) => Item,
  known?: Item,
): Promise<Item> {
  let read = known;
  return retryOnConflict(async () => {
    const live = read ?? (await client.request<Item>("GET", path, { timeout: TIMEOUT_MS }));
    read = undefined;
    const manager = applierOf(live, owned);
    if (manager === undefined)
      throw new Error(
        `${path}: nobody has applied ${owned.join(".")}, so it cannot be changed for Pulumi; run \`novactl up\``,
      );
    const applied = appliedBy(live, manager);
    const wanted = change(applied, live);
    if (JSON.stringify(wanted) === JSON.stringify(applied)) return live;
    // By force: whoever took the value over by hand is overruled by the operator's command.
    return client.apply<Item>(path, wanted, { fieldManager: manager, force: true, timeout: TIMEOUT_MS });
  });
}

/** Tries of a change: controllers write to the same objects, Argo's several times a second while it releases. */
const TRIES = 5;

/** @throws Error that tells of the other operator, when the last try fails too */
export async function retryOnConflict<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409) throw error;
      if (attempt === TRIES)
        throw new Error(
          `somebody else is changing the same object: ${error.message}. See \`novactl history\`, then do it again`,
        );
    }
  }
}
