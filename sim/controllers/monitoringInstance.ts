import type { KubernetesObject } from "../../client/client.ts";
import type { Informer } from "../../client/informer.ts";
import { type Condition, type ConditionInput, withCondition } from "./conditions.ts";
import type { ControllerContext } from "./context.ts";
import type { Instance } from "./monitoringObjects.ts";
import {
  type Application,
  configSecret,
  governingService,
  objectName,
  selectorOf,
  statefulSet,
} from "./monitoringWorkload.ts";
import { objectPath, type Resource, SECRETS, SERVICES, STATEFUL_SETS } from "./paths.ts";
import { updateStatus } from "./status.ts";

const MANAGER = "prometheus-operator";

export interface StatefulSet extends KubernetesObject {
  spec: { replicas?: number };
  status?: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; availableReplicas?: number };
}

export interface InstanceInputs {
  instance: Instance;
  app: Application;
  statefulSets: Informer<StatefulSet>;
  /** Its configuration. @throws Error naming what makes it impossible */
  files: () => Record<string, string>;
}

/** Brings an instance's configuration, Service and StatefulSet to what it asks for, and reports on it. */
export async function reconcileInstance(
  context: ControllerContext,
  of: Resource,
  inputs: InstanceInputs,
): Promise<void> {
  const { instance, app, statefulSets } = inputs;
  const name = objectName(app.name, instance);
  let problem: string | undefined;
  if (!instance.spec.paused) {
    try {
      await applyAll(context, inputs);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  await report(context, of, instance, app, statefulSets.get(name, instance.metadata.namespace), problem);
  // After reporting: what the API server refused is tried again.
  if (problem !== undefined) throw new Error(problem);
}

/** Applies whatever it was before: the server changes nothing that is right already, and puts back what others changed. */
async function applyAll({ client }: ControllerContext, { instance, app, files }: InstanceInputs): Promise<void> {
  const objects: [Resource, { metadata: { name: string } }][] = [
    [SECRETS, configSecret(app, instance, files())],
    [SERVICES, governingService(app, instance)],
    [STATEFUL_SETS, statefulSet(app, instance)],
  ];
  for (const [of, object] of objects) {
    const path = objectPath(of, object.metadata.name, instance.metadata.namespace);
    await client.apply(path, object, { fieldManager: MANAGER, force: true });
  }
}

async function report(
  { client }: ControllerContext,
  of: Resource,
  instance: Instance,
  app: Application,
  set: StatefulSet | undefined,
  problem: string | undefined,
): Promise<void> {
  const { generation: observedGeneration = 0 } = instance.metadata;
  const wanted = instance.spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = set?.status ?? {};
  const available: Pick<ConditionInput, "status" | "reason" | "message"> =
    availableReplicas >= wanted
      ? { status: "True", reason: "", message: "" }
      : {
          status: "False",
          reason: availableReplicas === 0 ? "NoPodReady" : "SomePodsNotReady",
          message: `${availableReplicas} of ${wanted} pods are ready`,
        };
  const reconciled: typeof available =
    problem === undefined
      ? { status: "True", reason: "", message: "" }
      : { status: "False", reason: "ReconciliationFailed", message: problem };
  const conditions: Condition[] = withCondition(
    withCondition(instance.status?.conditions, { type: "Available", observedGeneration, ...available }),
    { type: "Reconciled", observedGeneration, ...reconciled },
  );
  await updateStatus(client, of, instance, {
    conditions,
    paused: instance.spec.paused ?? false,
    replicas,
    updatedReplicas,
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
    selector: Object.entries(selectorOf(app.name, instance))
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
  });
}
