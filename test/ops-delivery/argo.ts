import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient, KubernetesObject, ObjectList } from "../../client/client.ts";
import { ApiServer } from "../apiServer.ts";

/** An API server that knows the kinds that releases need. */
export async function startApiServer(): Promise<ApiServer> {
  const server = await ApiServer.start();
  await server.define("argo-rollouts", /rollouts|analysis|experiments/);
  await server.define("traefik", /traefikservices/);
  return server;
}

/** The real controller, beside those of Kubernetes. */
export const startArgo = (server: ApiServer): ChildProcess =>
  server.start("rollouts-controller", [
    "--kubeconfig=kubeconfig",
    "--traefik-api-group=traefik.io",
    "--traefik-api-version=traefik.io/v1alpha1",
    "--leader-elect=false",
    "--metricsport=0",
    "--healthzPort=0",
  ]);

interface Pod extends KubernetesObject {
  status: { phase?: string };
}

const NODE = "node-1";

/** Stands in for scheduler and kubelet: every pod is ready at once, on a node that Services' endpoints need. */
export async function startPods(client: ClusterClient): Promise<{ stop: () => Promise<void> }> {
  await client.create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
  const ending = new AbortController();
  const path = "/api/v1/namespaces/dwcp/pods";
  let next = 1;
  const look = async ({ metadata, status }: Pod): Promise<void> => {
    const of = `${path}/${metadata.name}`;
    if (metadata.deletionTimestamp !== undefined) {
      await client.remove(of, { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 });
    } else if (status.phase !== "Running") {
      await client.create(`${of}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: metadata.name },
        target: { apiVersion: "v1", kind: "Node", name: NODE },
      } as KubernetesObject);
      const lastTransitionTime = new Date().toISOString();
      const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: "True", lastTransitionTime }));
      const podIP = `10.244.0.${next++}`;
      await client.merge(`${of}/status`, {
        status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions },
      });
    }
  };
  const running = (async () => {
    while (!ending.signal.aborted) {
      const { items } = await client.get<ObjectList<Pod>>(path).catch(() => ({ items: [] as Pod[] }));
      // A pod that has gone meanwhile needs nothing.
      for (const pod of items) await look(pod).catch(() => {});
      await sleep(100);
    }
  })();
  return {
    stop: () => {
      ending.abort();
      return running;
    },
  };
}
