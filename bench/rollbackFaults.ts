import type { KubernetesObject, ObjectList } from "../client/client.ts";
import type { RegionCluster } from "../ops/clusters.ts";
import { HASH_LABEL } from "../ops/delivery/objects.ts";
import { readRegion } from "../ops/delivery/region.ts";
import { paths, type Service } from "../ops/delivery/services.ts";
import { waitUntil } from "../ops/delivery/waiting.ts";
import { findProject } from "../ops/project.ts";
import { request, runningSimulator } from "../ops/simulator.ts";
import { watchesAgain } from "./watchesAgain.ts";

interface World {
  service: Service;
  clusters: readonly RegionCluster[];
  /** The region of a fault that concerns only one. */
  affected: RegionCluster;
}

interface Trouble {
  begin: () => Promise<void>;
  /** Mends it, also where it began only in part. */
  undo: () => Promise<void>;
  /** Regions in which nothing can be decided meanwhile. */
  unreachable?: readonly string[];
}

/** Something that is broken when the operator decides. */
export interface Fault {
  name: string;
  /** In names of figures. */
  key: string;
  prepare: (world: World) => Promise<Trouble>;
}

const control = async (route: string, body?: unknown): Promise<unknown> =>
  request(await runningSimulator(findProject().home), route, body);

const CONTROLLER = "/apis/apps/v1/namespaces/argo-rollouts/deployments/argo-rollouts";
const CONTROLLER_PODS = "/api/v1/namespaces/argo-rollouts/pods";

type Pod = KubernetesObject & { status?: { conditions?: { type: string; status: string }[] } };

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;

async function controllerDead({ clusters }: World): Promise<Trouble> {
  const before = await Promise.all(
    clusters.map(async ({ client }) => {
      const { spec } = await client.request<{ spec: { replicas?: number } }>("GET", CONTROLLER);
      return { client, replicas: spec.replicas ?? 1 };
    }),
  );
  const scale = (client: RegionCluster["client"], replicas: number) => client.merge(CONTROLLER, { spec: { replicas } });
  const pods = async () =>
    (await Promise.all(clusters.map(({ client }) => client.request<ObjectList<Pod>>("GET", CONTROLLER_PODS)))).map(
      ({ items }) => items,
    );
  return {
    begin: async () => {
      await Promise.all(before.map(({ client }) => scale(client, 0)));
      await waitUntil("Argo's controllers to end", async () => (await pods()).every((items) => items.length === 0), {
        seconds: 90,
      });
    },
    undo: async () => {
      await Promise.all(before.map(({ client, replicas }) => scale(client, replicas)));
      await waitUntil("Argo's controllers", async () => (await pods()).every((items) => items.some(isReady)), {
        seconds: 120,
      });
    },
  };
}

/** Its container ends, and does not become ready again. */
async function stablePodDead({ affected: { region, client }, service }: World): Promise<Trouble> {
  const { rollout } = await readRegion(client, service);
  const stable = async () =>
    (
      await client.request<ObjectList<Pod>>("GET", paths(service).pods, {
        query: { labelSelector: `${HASH_LABEL}=${rollout.status?.stableRS}` },
      })
    ).items;
  const [pod] = await stable();
  if (pod === undefined) throw new Error(`${region} has no pod of stable`);
  const selector = { namespace: service.namespace, pod: pod.metadata.name };
  const isDown = async () => (await stable()).some((one) => one.metadata.name === selector.pod && !isReady(one));
  return {
    begin: async () => {
      await control(`POST /regions/${region}/faults`, { ...selector, faults: { unready: true } });
      await control(`POST /regions/${region}/crash`, selector);
      await waitUntil(`${selector.pod} to be down`, isDown, { seconds: 60 });
    },
    undo: async () => void (await control(`DELETE /regions/${region}/faults`)),
  };
}

async function apiServerGone({ affected }: World): Promise<Trouble> {
  const { region } = affected;
  return {
    unreachable: [region],
    begin: async () => void (await control(`POST /regions/${region}/processes/kube-apiserver/stop`, {})),
    undo: async () => {
      await control(`POST /regions/${region}/processes/kube-apiserver/start`, {});
      await watchesAgain(affected);
    },
  };
}

const nothing = (): Promise<void> => Promise.resolve();

/** In the order in which they are tried. */
export const faults: readonly Fault[] = [
  { name: "nothing broken", key: "no_fault", prepare: async () => ({ begin: nothing, undo: nothing }) },
  { name: "Argo's controllers dead", key: "controller_dead", prepare: controllerDead },
  { name: "a stable pod dead", key: "stable_pod_dead", prepare: stablePodDead },
  { name: "an API server unreachable", key: "api_server_unreachable", prepare: apiServerGone },
];
