import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import { collectionPath, objectPath, type Resource } from "./paths.ts";

const LEASES: Resource = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", plural: "leases" };

/** As controller-runtime has them. */
const LEASE_SECONDS = 15;
const RETRY_MS = 2_000;

interface Lease extends KubernetesObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface Election {
  client: ClusterClient;
  name: string;
  namespace: string;
  /** Unique among those that stand. */
  identity: string;
  signal: AbortSignal;
}

/** Resolves when this one leads, and rejects when the signal ends the waiting. A holder that stops renewing is followed. */
export async function leads(election: Election): Promise<void> {
  for (;;) {
    if (await holds(election).catch(() => false)) return;
    await sleep(RETRY_MS, undefined, { signal: election.signal });
  }
}

/** Keeps the lease until the signal, then hands it back. Resolves with false when another took it. */
export async function keepsLeading(election: Election): Promise<boolean> {
  let renewed = Date.now();
  while (!election.signal.aborted) {
    await sleep(RETRY_MS, undefined, { signal: election.signal }).catch(() => undefined);
    if (election.signal.aborted) break;
    try {
      if (!(await holds(election))) return false;
      renewed = Date.now();
    } catch {
      // An API server that is away for as long as the lease runs may have given it to another.
      if (Date.now() - renewed > LEASE_SECONDS * 1000) return false;
    }
  }
  const path = objectPath(LEASES, election.name, election.namespace);
  await election.client.merge(path, { spec: { holderIdentity: "" } }).catch(() => undefined);
  return true;
}

/** Takes or renews the lease; the version that is sent along lets one of two win. */
async function holds({ client, name, namespace, identity }: Election): Promise<boolean> {
  // Kubernetes' MicroTime.
  const now = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, renewTime: now };
  let lease: Lease;
  try {
    lease = await client.get<Lease>(objectPath(LEASES, name, namespace));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const created = {
      apiVersion: LEASES.apiVersion,
      kind: "Lease",
      metadata: { name, namespace },
      spec: { ...spec, acquireTime: now },
    };
    await client.create(collectionPath(LEASES, namespace), created);
    return true;
  }
  const { holderIdentity = "", renewTime = "", leaseTransitions = 0 } = lease.spec;
  const mine = holderIdentity === identity;
  const lapsed = holderIdentity === "" || Date.now() - Date.parse(renewTime) > LEASE_SECONDS * 1000;
  if (!mine && !lapsed) return false;
  await client.merge(objectPath(LEASES, name, namespace), {
    metadata: { resourceVersion: lease.metadata.resourceVersion },
    spec: mine ? spec : { ...spec, acquireTime: now, leaseTransitions: leaseTransitions + 1 },
  });
  return true;
}
