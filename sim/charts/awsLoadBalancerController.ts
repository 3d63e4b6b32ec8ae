import { z } from "zod";
import type { Chart } from "./chart.ts";
import { accountName, budget, deployment, identity, namespacedRights, program, READ, type Rule } from "./manifests.ts";
import { disruptionBudget, resources, scheduling, serviceAccount, texts } from "./podValues.ts";

const values = z.strictObject({
  clusterName: z.string().min(1),
  region: z.string().optional(),
  vpcId: z.string().optional(),
  replicaCount: z.int().positive().default(2),
  serviceAccount,
  /** Without it the webhook would make the controller the default for every Service, which nothing here does. */
  enableServiceMutatorWebhook: z.literal(false),
  enableShield: z.boolean().optional(),
  enableWaf: z.boolean().optional(),
  enableWafv2: z.boolean().optional(),
  /** Here there are no Ingresses: Traefik has custom resources of its own. */
  createIngressClassResource: z.literal(false),
  ingressClassParams: z.strictObject({ create: z.literal(false) }),
  controllerConfig: z.strictObject({ featureGates: z.record(z.string(), z.boolean()) }).optional(),
  podDisruptionBudget: z.strictObject({ maxUnavailable: z.union([z.int(), z.string()]).optional() }).prefault({}),
  podLabels: texts.default({}),
  resources: resources.default({}),
  ...scheduling,
});

type Values = z.infer<typeof values>;

/** The controller's rights, as far as Services go (eks-charts, stable/aws-load-balancer-controller/templates/rbac.yaml). */
const RULES: readonly Rule[] = [
  { apiGroups: [""], resources: ["nodes", "namespaces", "endpoints", "pods"], verbs: READ },
  { apiGroups: [""], resources: ["services"], verbs: [...READ, "patch", "update"] },
  { apiGroups: [""], resources: ["services/status"], verbs: ["update", "patch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
];

const LEADER: readonly Rule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "patch"] },
];

/** AWS Load Balancer Controller, without its webhooks and definitions: for Services of type LoadBalancer alone. */
export const awsLoadBalancerController: Chart<Values> = {
  name: "aws-load-balancer-controller",
  repository: "https://aws.github.io/eks-charts",
  versions: { "1.14.0": "v2.14.0" },
  values,
  bringsCrds: () => false,
  objects: (values, placement) => {
    const of = program(placement, "aws-load-balancer-controller");
    const { featureGates = {} } = values.controllerConfig ?? {};
    const { maxUnavailable } = values.podDisruptionBudget;
    const gates = Object.entries(featureGates).map(([name, isOn]) => `${name}=${isOn}`);
    return [
      ...identity(of, values.serviceAccount, RULES),
      ...namespacedRights(of, values.serviceAccount, LEADER),
      ...(maxUnavailable === undefined ? [] : budget(of, disruptionBudget.parse({ enabled: true, maxUnavailable }))),
      deployment({
        of,
        serviceAccountName: accountName(of, values.serviceAccount),
        replicas: values.replicaCount,
        podLabels: values.podLabels,
        scheduling: { priorityClassName: "system-cluster-critical", ...values },
        container: {
          image: `public.ecr.aws/eks/aws-load-balancer-controller:${placement.appVersion}`,
          args: [
            `--cluster-name=${values.clusterName}`,
            ...(values.region === undefined ? [] : [`--aws-region=${values.region}`]),
            ...(values.vpcId === undefined ? [] : [`--aws-vpc-id=${values.vpcId}`]),
            ...(gates.length === 0 ? [] : [`--feature-gates=${gates.join(",")}`]),
          ],
          resources: values.resources,
        },
      }),
    ];
  },
};
