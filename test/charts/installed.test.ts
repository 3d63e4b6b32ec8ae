import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../client/client.ts";
import { loadBalancerControllerValues } from "../../infra/aws/loadBalancerController.ts";
import { CHARTS } from "../../k8s/charts.ts";
import { monitoringValues } from "../../k8s/monitoring/values.ts";
import { argoRolloutsValues, certManagerValues, externalSecretsValues } from "../../k8s/platform/controllers.ts";
import { traefikValues } from "../../k8s/platform/gateway.ts";
import { renderChart } from "../../sim/charts/index.ts";
import { NAMESPACES, type Resource } from "../../sim/controllers/paths.ts";
import { toolsFolder } from "../apiServer.ts";
import { Cluster } from "../controllers/cluster.ts";

/** The program's own releases: what a stack installs is what must work. */
const RELEASES = [
  { pin: CHARTS.argoRollouts, values: argoRolloutsValues },
  { pin: CHARTS.traefik, values: traefikValues(2, {}) },
  { pin: CHARTS.certManager, values: certManagerValues },
  { pin: CHARTS.externalSecrets, values: externalSecretsValues({}) },
  {
    pin: CHARTS.awsLoadBalancerController,
    values: loadBalancerControllerValues({ clusterName: "aws-use1", region: "us-east-1", vpcId: "vpc-1" }),
  },
  { pin: CHARTS.kubePrometheusStack, values: monitoringValues("aws-use1") },
];

const PLURALS: Record<string, string> = {
  Prometheus: "prometheuses",
  PodDisruptionBudget: "poddisruptionbudgets",
  IngressClass: "ingressclasses",
};

let cluster: Cluster;
let tools: string;

before(async () => {
  tools = await toolsFolder();
  cluster = await Cluster.start("kube-prometheus-stack");
});

after(() => cluster.stop());

for (const { pin, values } of RELEASES)
  test(`${pin.chart}: what the stack installs is taken by a real API server, and its pods by Pod Security "restricted"`, async () => {
    const namespace = pin.chart;
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await cluster.create(NAMESPACES, { metadata: { name: namespace, labels } });
    const { objects, crds, problems } = renderChart(
      {
        chart: pin.chart,
        repository: pin.repositoryOpts.repo,
        version: pin.version,
        namespace,
        releaseName: pin.chart,
        values: { ...values },
      },
      tools,
    );
    assert.deepEqual(problems, []);
    // Its definitions are for what no one here makes.
    assert.equal(crds.length > 0, pin !== CHARTS.awsLoadBalancerController);
    for (const { metadata, spec } of crds as unknown as Definition[])
      assert.ok(
        spec.versions.every(({ served, storage }) => served || storage),
        metadata.name,
      );
    for (const object of objects) {
      const { apiVersion, kind, metadata } = object;
      const of: Resource = { apiVersion, kind, plural: PLURALS[kind] ?? `${kind.toLowerCase()}s` };
      await cluster.create(of, object, metadata.namespace);
      if (kind === "Deployment") await takesPod(object as unknown as Workload);
    }
  });

interface Definition extends KubernetesObject {
  spec: { versions: { served: boolean; storage: boolean }[] };
}

interface Workload extends KubernetesObject {
  spec: { template: { metadata: object; spec: { priorityClassName?: string } } };
}

/** Has the server check a pod of a workload, and make none. */
async function takesPod({ metadata, spec: { template } }: Workload): Promise<void> {
  const { priorityClassName, ...spec } = template.spec;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...template.metadata, name: metadata.name }, spec };
  await cluster.client.create(`/api/v1/namespaces/${metadata.namespace}/pods`, pod, { dryRun: "All" });
}
