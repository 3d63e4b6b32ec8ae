import type { ClusterClient } from "../../client/client.ts";
import { isNotFound } from "../../client/problem.ts";
import { type Denial, describeDenial } from "../../infra/plan/release.ts";
import { FIELD_MANAGER, TIMEOUT_MS } from "./edit.ts";
import type { ConfigMap } from "./objects.ts";
import { paths, type Service } from "./services.ts";

/** What was found before a decision: one condition of a promotion in one region. */
export interface GateVerdict {
  name: string;
  pass: boolean;
  /** Why, with figures. */
  reason: string;
}

export type Action = "release" | "promote" | "pause" | "resume" | "rollback" | "switch";

/** One release action in one region, as its cluster keeps it. */
export interface HistoryEntry {
  /** ISO 8601 with milliseconds. */
  at: string;
  /** user@host */
  who: string;
  action: Action;
  service: string;
  /** Digest that the action is about. */
  digest: string;
  /** What was before and what is after: stages, or digests of a release or rollback. */
  from: string;
  to: string;
  wave?: number;
  gates?: readonly GateVerdict[];
  /** Why an operator overrode a gate, or rolled back. */
  reason?: string;
  /** Gates were overridden. */
  forced?: boolean;
  /** How it went: the times of a rollback, the outcome of its check. */
  outcome?: string;
}

/** Far below the 1 MiB that an object may have, and years of releases. */
const KEPT = 300;

/** Keys of a ConfigMap hold no colon. */
const keyOf = (at: string): string => at.replace(/[:.]/g, "-");

/** Adds an entry to the region's record; the oldest give way. */
export async function record(client: ClusterClient, service: Service, entry: HistoryEntry): Promise<void> {
  const known = Object.keys((await readData(client, paths(service).history)) ?? {}).toSorted();
  const gone = known.slice(0, Math.max(0, known.length - KEPT + 1));
  await addToData(client, service, "history", {
    ...Object.fromEntries(gone.map((key) => [key, null])),
    [keyOf(entry.at)]: JSON.stringify(entry),
  });
}

/** The region's record, oldest first. Entries that cannot be read are left out. */
export async function readHistory(client: ClusterClient, service: Service): Promise<HistoryEntry[]> {
  const data = (await readData(client, paths(service).history)) ?? {};
  return Object.keys(data)
    .toSorted()
    .flatMap((key) => {
      try {
        return [JSON.parse(data[key] ?? "") as HistoryEntry];
      } catch {
        return [];
      }
    });
}

/**
 * Latches a digest: the region never lets it run again, whatever config an `up` comes from. What the release gate may have
 * written of it is replaced.
 */
export const deny = (client: ClusterClient, service: Service, digest: string, denial: Denial): Promise<void> =>
  addToData(client, service, "denied", { [digest.replace(/^sha256:/, "")]: JSON.stringify(denial) });

/** Digests that operators or the release gate have latched in the region, with the reason in words. */
export async function readDenied(client: ClusterClient, service: Service): Promise<Record<string, string>> {
  const data = (await readData(client, paths(service).denied)) ?? {};
  return Object.fromEntries(Object.entries(data).map(([hex, reason]) => [`sha256:${hex}`, describeDenial(reason)]));
}

async function readData(client: ClusterClient, path: string): Promise<Record<string, string> | undefined> {
  try {
    return (await client.request<ConfigMap>("GET", path, { timeout: TIMEOUT_MS })).data ?? {};
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Entries in a ConfigMap whose keys are not Pulumi's, and that is made where there is none; null takes one away. */
async function addToData(
  client: ClusterClient,
  service: Service,
  kind: "history" | "denied",
  data: Record<string, string | null>,
): Promise<void> {
  const path = paths(service)[kind];
  const options = { fieldManager: FIELD_MANAGER, timeout: TIMEOUT_MS };
  const { name, namespace } = service;
  for (let attempt = 1; ; attempt++) {
    try {
      await client.merge(path, { data }, options);
      return;
    } catch (error) {
      if (!isNotFound(error) || attempt > 1) throw error;
    }
    const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": FIELD_MANAGER };
    await client
      .request("POST", paths(service).configMaps, {
        query: { fieldManager: FIELD_MANAGER },
        timeout: TIMEOUT_MS,
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${name}-${kind}`, namespace, labels },
        },
      })
      // Somebody else has made it at the same moment: then the next try finds it.
      .catch((error: { code?: number }) => {
        if (error.code !== 409) throw error;
      });
  }
}
