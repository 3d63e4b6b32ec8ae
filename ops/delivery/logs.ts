import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import { ApiError } from "../../client/problem.ts";
import { nearest } from "../../infra/config/spelling.ts";
import { chosen, openClusters } from "../clusters.ts";
import { OperatorError } from "../operatorError.ts";
import { findProject } from "../project.ts";
import { styled } from "../table.ts";
import { TIMEOUT_MS } from "./edit.ts";

interface Pod extends KubernetesObject {
  spec: { containers: { name: string }[] };
}

export interface LogWish {
  stack: string;
  region: string;
  pod: string;
  simulated: boolean;
  namespace?: string;
  container?: string;
  tail?: string;
  previous?: boolean;
}

/** The logs of all pods whose names begin so, one after another. */
export async function runLogs(wish: LogWish): Promise<number> {
  const { namespace = "dwcp", tail = "50" } = wish;
  if (!/^\d+$/.test(tail)) throw new OperatorError(`--tail '${tail}': give a number of lines`);
  const [cluster] = chosen(await openClusters(findProject(), wish.stack, wish.simulated), [wish.region]);
  if (cluster === undefined) return 2;
  const { client } = cluster;
  try {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = await client.request<ObjectList<Pod>>("GET", path, { timeout: TIMEOUT_MS });
    const found = items.filter(
      ({ metadata }) => metadata.name === wish.pod || metadata.name.startsWith(`${wish.pod}-`),
    );
    if (found.length === 0) throw noPod(wish, namespace, items);
    for (const { metadata, spec } of found) {
      const containers = wish.container === undefined ? spec.containers.map(({ name }) => name) : [wish.container];
      for (const container of containers) {
        console.log(styled("bold", `--- ${metadata.name} ${containers.length > 1 ? container : ""}`.trimEnd()));
        const written = await client.text("GET", `${path}/${metadata.name}/log`, {
          query: { container, tailLines: tail, ...(wish.previous === true ? { previous: true } : {}) },
        });
        process.stdout.write(written === "" || written.endsWith("\n") ? written : `${written}\n`);
      }
    }
    return 0;
  } catch (error) {
    if (error instanceof ApiError) throw new OperatorError(`${wish.region}: ${error.message}`);
    throw error instanceof OperatorError
      ? error
      : new OperatorError(`${wish.region}: ${error instanceof Error ? error.message : error}`);
  }
}

function noPod({ pod, region }: LogWish, namespace: string, items: readonly Pod[]): OperatorError {
  const names = [...new Set(items.map(({ metadata }) => metadata.name))];
  const meant = nearest(pod, names);
  return new OperatorError(
    `${region} has no pod '${pod}' in namespace '${namespace}'; ${meant === undefined ? `it has ${names.slice(0, 12).join(", ") || "none"}` : `did you mean ${meant}?`}`,
  );
}
