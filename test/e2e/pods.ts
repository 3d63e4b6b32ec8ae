import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import { UnreachableError } from "../../client/problem.ts";
import { type Environment, type RegionName, until } from "./environment.ts";

interface Condition {
  type: string;
  status: string;
}

export interface Pod extends KubernetesObject {
  spec: { nodeName?: string };
  status: { conditions?: Condition[]; containerStatuses?: { restartCount: number }[] };
}

export interface Node extends KubernetesObject {
  status: { conditions: Condition[]; capacity: Record<string, string> };
}

export const has = ({ conditions = [] }: { conditions?: Condition[] }, type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === "True");

/** Pods of a node. */
export async function podsOf(environment: Environment, region: RegionName, node: string): Promise<Pod[]> {
  const cluster = await environment.cluster(region);
  return (await cluster.get<ObjectList<Pod>>("/api/v1/pods", { fieldSelector: `spec.nodeName=${node}` })).items;
}

/** Waits until every pod of a region is ready. */
export async function allReady(environment: Environment, region: RegionName, seconds: number): Promise<void> {
  let waiting: string[] = [];
  await until(
    `all pods of ${region} to be ready`,
    seconds,
    async () => {
      const cluster = await environment.cluster(region);
      const { items } = await cluster.get<ObjectList<Pod>>("/api/v1/pods").catch((error: unknown) => {
        // A region that has just started may be slow to answer.
        if (error instanceof UnreachableError) return { items: [] };
        throw error;
      });
      waiting = items.filter(({ status }) => !has(status, "Ready")).map(({ metadata }) => metadata.name);
      return waiting.length === 0 && items.length > 20;
    },
    () => waiting,
  );
}

/** A pod that the namespaces admit; its image is nobody's. */
export const restrictedPod = (name: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "main",
        image: "registry.example/none@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
});
