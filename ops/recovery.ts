import { setTimeout as sleep } from "node:timers/promises";
import type { InventoryEntry } from "../sim/control.ts";
import type { Endpoint } from "../sim/main.ts";
import { removeDeadLocks, withStackLock } from "./locks.ts";
import { OperatorError } from "./operatorError.ts";
import { type Session, sessionLocks } from "./session.ts";
import { request } from "./simulator.ts";
import {
  type Deployment,
  exportState,
  importState,
  type PendingOperation,
  plain,
  type StateResource,
} from "./state.ts";

/**
 * What an interrupted run leaves behind, and what is done about it.
 *
 * - Pulumi was killed while it waited for a creation: the state holds a pending create without an id, and the resource
 *   may exist or not.
 * - The cloud (here: the simulator) was killed after it had made something and before it answered: the state holds
 *   nothing at all.
 */
export interface Recovery {
  /** Pending creates whose resource was found, with its id: now in the state. */
  adopted: { urn: string; id: string }[];
  /** Pending creates without a resource: forgotten, the next run creates them. */
  cleared: string[];
  /** Resources that the state does not know: deleted, newest first. */
  deleted: { urn: string; id: string }[];
  /** Pending updates and deletions, which a refresh settles. */
  unsettled: string[];
}

/** Longest that a request, slowed down on purpose, may hold up the recovery. */
const IN_FLIGHT_SECONDS = 3600;

/** Recovers a simulated stack. Afterwards its state and the simulator hold the same resources. */
export async function recover(session: Session, simulator: Endpoint): Promise<Recovery> {
  const locks = await sessionLocks(session);
  if (locks === undefined) throw new Error("the simulated clouds' state is in a file backend");
  await untilSettled(simulator);
  const { state, recovery } = await withStackLock(locks, () => reconcile(session, simulator));
  if (recovery.adopted.length + recovery.cleared.length > 0) await importState(session, state);
  return recovery;
}

/** Requests that the simulator still works on belong to no living Pulumi; what they make is only seen afterwards. */
async function untilSettled(simulator: Endpoint): Promise<void> {
  for (let waited = 0; waited < IN_FLIGHT_SECONDS * 10; waited++) {
    const { delayed } = await request<{ delayed: number }>(simulator, "GET /status");
    if (delayed === 0) return;
    if (waited === 10)
      console.error(`waiting for the simulator, which still works on ${delayed} requests of an earlier run`);
    await sleep(100);
  }
  throw new OperatorError(
    `the simulator has been working on earlier requests for ${IN_FLIGHT_SECONDS} s; see \`novactl sim status\``,
  );
}

async function reconcile(session: Session, simulator: Endpoint): Promise<{ state: Deployment; recovery: Recovery }> {
  const state = await exportState(session);
  const resources = state.deployment.resources ?? [];
  const pending = state.deployment.pending_operations ?? [];
  const inventory = await request<InventoryEntry[]>(simulator, `GET /inventory?stack=${session.stack}`);
  const own = inventory.filter(({ urn }) => urn.startsWith(`urn:pulumi:${session.stack}::${session.project.name}::`));
  const known = new Set(resources.map(identity));
  const unknown = own.filter((entry) => !known.has(identity(entry)));

  const adopted: Recovery["adopted"] = [];
  const creates = pending.filter(({ type }) => type === "creating");
  if (creates.length > 0 && unknown.length > 0) {
    const wanted = await plainInputs(session, creates);
    for (const { resource } of creates) {
      const id = isAdoptable(resource, resources)
        ? await findCreated(session, simulator, resource, wanted.get(resource.urn), unknown)
        : undefined;
      if (id === undefined) continue;
      adopt(state, resource, id);
      adopted.push({ urn: resource.urn, id });
      unknown.splice(
        unknown.findIndex((entry) => identity(entry) === identity({ ...resource, id })),
        1,
      );
    }
  }
  const orphans = unknown.toSorted((a, b) => b.sequence - a.sequence);
  for (const { package: name, type, id } of orphans) {
    await request(simulator, "POST /remove", { package: name, type, id });
  }
  const urns = (operations: PendingOperation[]) => operations.map(({ resource }) => resource.urn);
  const recovery: Recovery = {
    adopted,
    cleared: urns(creates).filter((urn) => !adopted.some((resource) => resource.urn === urn)),
    deleted: orphans.map(({ urn, id }) => ({ urn, id })),
    unsettled: urns(pending.filter(({ type }) => type !== "creating")),
  };
  // `pulumi stack import` drops pending operations by itself, and says so; a refresh settles the others.
  state.deployment.pending_operations = [];
  return { state, recovery };
}

const identity = ({ type, id }: { type: string; id?: string }): string => `${type}\n${id ?? ""}`;

/** Inputs of pending creates by URN, secrets included: in memory only. */
async function plainInputs(session: Session, creates: PendingOperation[]): Promise<Map<string, unknown>> {
  const urns = new Set(creates.map(({ resource }) => resource.urn));
  const { deployment } = await exportState(session, true);
  return new Map(
    (deployment.pending_operations ?? []).flatMap(({ resource }) =>
      urns.has(resource.urn) ? [[resource.urn, plain(resource.inputs ?? {})] as const] : [],
    ),
  );
}

/**
 * The id of the resource that a pending create made, if it did: of its type, with its inputs, and not in the state. Two
 * creates may have the same inputs; the simulator knows which resource was whose.
 */
async function findCreated(
  session: Session,
  simulator: Endpoint,
  { urn, type }: StateResource,
  inputs: unknown,
  unknown: InventoryEntry[],
): Promise<string | undefined> {
  const found = await request<InventoryEntry[]>(simulator, "POST /find", { stack: session.stack, type, inputs });
  const free = found.filter((entry) => unknown.some((candidate) => identity(candidate) === identity(entry)));
  return (free.find((entry) => entry.urn === urn) ?? free[0])?.id;
}

/**
 * Whether a created resource can be put into the state: not while the one that it replaces is there. Then it is deleted,
 * and the next run starts the replacement again.
 */
export const isAdoptable = ({ urn }: StateResource, resources: readonly StateResource[]): boolean =>
  !resources.some((other) => other.urn === urn && other.delete !== true && other.pendingReplacement !== true);

/**
 * Puts a created resource into the state under its id. `pulumi refresh --import-pending-creates` is meant for this, but
 * the engine (3.259) only notes the id beside the pending operation and drops both at the end of the refresh.
 * The next refresh fills in the outputs.
 */
export function adopt(state: Deployment, created: StateResource, id: string): void {
  const resources = state.deployment.resources ?? [];
  const adopted = { ...created, id, outputs: {} };
  const replaced = resources.findIndex(
    ({ urn, pendingReplacement }) => urn === created.urn && pendingReplacement === true,
  );
  // Dependents stay behind it, as the engine demands.
  if (replaced >= 0) resources[replaced] = adopted;
  else resources.push(adopted);
}

/** What was done, line by line; empty when there was nothing to do. */
export function describeRecovery({ adopted, cleared, deleted, unsettled }: Recovery): string[] {
  return [
    ...adopted.map(({ urn, id }) => `pending create of ${urn}: found as ${id}, adopted`),
    ...cleared.map((urn) => `pending create of ${urn}: was not made, cleared`),
    ...deleted.map(({ urn, id }) => `${id} of ${urn}: made by an interrupted run and in no state, deleted`),
    ...unsettled.map((urn) => `interrupted change of ${urn}: settled by a refresh`),
  ];
}

/**
 * What a stack on the real clouds needs before it may be changed: nobody's lock, and no pending create, since only a
 * person can tell whether its resource exists. `adopt` gives ids for them; `clear` forgets the others.
 */
export async function settlePendingCreates(
  session: Session,
  ids: ReadonlyMap<string, string>,
  clear: boolean,
): Promise<Recovery> {
  const locks = await sessionLocks(session);
  if (locks !== undefined) removeDeadLocks(locks);
  const state = await exportState(session);
  const resources = state.deployment.resources ?? [];
  const creates = (state.deployment.pending_operations ?? []).filter(({ type }) => type === "creating");
  const recovery: Recovery = { adopted: [], cleared: [], deleted: [], unsettled: [] };
  const open: string[] = [];
  const unused = new Set(ids.keys());
  for (const { resource } of creates) {
    const id = ids.get(resource.urn);
    unused.delete(resource.urn);
    if (id !== undefined && !isAdoptable(resource, resources))
      throw new OperatorError(
        `${resource.urn} cannot be adopted: it was to replace one that the state still holds; delete '${id}' in the cloud and use --clear-pending`,
      );
    if (id !== undefined) {
      adopt(state, resource, id);
      recovery.adopted.push({ urn: resource.urn, id });
    } else if (clear) recovery.cleared.push(resource.urn);
    else open.push(resource.urn);
  }
  if (unused.size > 0)
    throw new OperatorError(`no pending create of ${[...unused].join(", ")}; \`novactl status\` lists them`);
  if (open.length > 0) throw new OperatorError(whatToDecide(session.stack, open));
  if (recovery.adopted.length + recovery.cleared.length > 0) {
    state.deployment.pending_operations = [];
    await importState(session, state);
  }
  return recovery;
}

const whatToDecide = (stack: string, urns: readonly string[]): string =>
  [
    `a run was interrupted while it created ${urns.length === 1 ? "this resource" : `these ${urns.length} resources`}; whether the cloud has made ${urns.length === 1 ? "it" : "them"} is not known:`,
    ...urns.map((urn) => `  ${urn}`),
    "Look for each in its cloud by name and tags. One that exists is adopted, so that it is not created twice:",
    `  novactl up ${stack} --adopt '${urns[0]}=ID'`,
    "One that does not exist is cleared, and created anew:",
    `  novactl up ${stack} --clear-pending`,
  ].join("\n");
