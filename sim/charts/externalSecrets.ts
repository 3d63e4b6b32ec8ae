import { z } from "zod";
import type { Chart } from "./chart.ts";
import { accountName, budget, deployment, identity, namespacedRights, program, READ, type Rule } from "./manifests.ts";
import { absent, disruptionBudget, resources, scheduling, serviceAccount, texts } from "./podValues.ts";

const values = z.strictObject({
  installCRDs: z.boolean().default(true),
  crds: z
    .strictObject({
      createClusterExternalSecret: z.boolean().optional(),
      createClusterSecretStore: z.boolean().optional(),
      createClusterGenerator: z.boolean().optional(),
      createClusterPushSecret: z.boolean().optional(),
      createPushSecret: z.boolean().optional(),
    })
    .optional(),
  replicaCount: z.int().positive().default(1),
  leaderElect: z.boolean().default(false),
  concurrent: z.int().positive().default(1),
  resources: resources.default({}),
  podDisruptionBudget: disruptionBudget,
  podLabels: texts.default({}),
  podAnnotations: texts.optional(),
  serviceAccount,
  /** Here the API server checks by the schemas of the definitions alone. */
  webhook: absent("create"),
  certController: absent("create"),
  serviceMonitor: absent("enabled"),
  processClusterExternalSecret: z.boolean().optional(),
  processPushSecret: z.boolean().optional(),
  ...scheduling,
});

type Values = z.infer<typeof values>;

/** The controller's rights (external-secrets, deploy/charts/external-secrets/templates/rbac.yaml). */
const RULES: readonly Rule[] = [
  {
    apiGroups: ["external-secrets.io"],
    resources: ["secretstores", "clustersecretstores", "externalsecrets", "clusterexternalsecrets", "pushsecrets"],
    verbs: READ,
  },
  {
    apiGroups: ["external-secrets.io"],
    resources: [
      "externalsecrets",
      "externalsecrets/status",
      "externalsecrets/finalizers",
      "secretstores",
      "secretstores/status",
      "secretstores/finalizers",
      "clustersecretstores",
      "clustersecretstores/status",
      "clustersecretstores/finalizers",
    ],
    verbs: ["get", "update", "patch"],
  },
  { apiGroups: [""], resources: ["serviceaccounts", "namespaces"], verbs: READ },
  { apiGroups: [""], resources: ["configmaps"], verbs: READ },
  { apiGroups: [""], resources: ["secrets"], verbs: [...READ, "create", "update", "delete", "patch"] },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

const LEADER: readonly Rule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "patch"] },
];

/** External Secrets: its definitions and controller; no webhook and no certificate controller, which have no program here. */
export const externalSecrets: Chart<Values> = {
  name: "external-secrets",
  repository: "https://charts.external-secrets.io",
  versions: { "1.3.2": "v1.3.2" },
  values,
  bringsCrds: ({ installCRDs }) => installCRDs,
  objects: (values, placement) => {
    const of = program(placement, "external-secrets");
    return [
      ...identity(of, values.serviceAccount, RULES),
      ...namespacedRights(of, values.serviceAccount, LEADER),
      ...budget(of, values.podDisruptionBudget),
      deployment({
        of,
        serviceAccountName: accountName(of, values.serviceAccount),
        replicas: values.replicaCount,
        podLabels: values.podLabels,
        ...(values.podAnnotations && { podAnnotations: values.podAnnotations }),
        scheduling: values,
        container: {
          image: `ghcr.io/external-secrets/external-secrets:${placement.appVersion}`,
          args: [
            ...(values.leaderElect ? ["--enable-leader-election=true"] : []),
            `--concurrent=${values.concurrent}`,
            "--metrics-addr=$(POD_IP):8080",
            "--loglevel=info",
            "--zap-time-encoding=epoch",
          ],
          ports: [{ name: "metrics", containerPort: 8080 }],
          resources: values.resources,
        },
      }),
    ];
  },
};
