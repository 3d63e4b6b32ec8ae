import { z } from "zod";
import type { Chart } from "./chart.ts";
import { accountName, budget, deployment, identity, namespacedRights, program, READ, type Rule } from "./manifests.ts";
import { absent, disruptionBudget, resources, scheduling, serviceAccount, texts } from "./podValues.ts";

const values = z.strictObject({
  crds: z.strictObject({ enabled: z.boolean().default(false), keep: z.boolean().optional() }).prefault({}),
  installCRDs: z.boolean().default(false),
  global: z
    .strictObject({
      priorityClassName: z.string().optional(),
      logLevel: z.int().default(2),
      leaderElection: z.strictObject({ namespace: z.string().optional() }).prefault({}),
    })
    .prefault({}),
  replicaCount: z.int().positive().default(1),
  resources: resources.default({}),
  extraArgs: z.array(z.string()).default([]),
  enableCertificateOwnerRef: z.boolean().default(false),
  dns01RecursiveNameservers: z.string().optional(),
  dns01RecursiveNameserversOnly: z.boolean().optional(),
  podDisruptionBudget: disruptionBudget,
  podLabels: texts.default({}),
  podAnnotations: texts.optional(),
  serviceAccount,
  /** Here the API server checks by the schemas of the definitions alone, and nothing else needs certificates injected. */
  webhook: absent("enabled"),
  cainjector: absent("enabled"),
  startupapicheck: absent("enabled"),
  prometheus: absent("enabled"),
  ...scheduling,
});

type Values = z.infer<typeof values>;

const OWN = ["create", "delete", ...READ, "patch", "update"];

/** The controllers' rights for issuers and certificates (cert-manager, deploy/charts/cert-manager/templates/rbac.yaml). */
const RULES: readonly Rule[] = [
  { apiGroups: ["cert-manager.io"], resources: ["issuers", "clusterissuers", "certificates"], verbs: READ },
  {
    apiGroups: ["cert-manager.io"],
    resources: [
      "issuers/status",
      "clusterissuers/status",
      "certificates/status",
      "certificates/finalizers",
      "certificaterequests/status",
      "certificaterequests/finalizers",
    ],
    verbs: ["update", "patch"],
  },
  { apiGroups: ["cert-manager.io"], resources: ["certificaterequests"], verbs: OWN },
  { apiGroups: ["acme.cert-manager.io"], resources: ["orders", "challenges"], verbs: OWN },
  { apiGroups: [""], resources: ["secrets"], verbs: OWN },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

const LEADER: readonly Rule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "patch"] },
];

/** cert-manager: its definitions and controller; no webhook and no injector, which have no program here. */
export const certManager: Chart<Values> = {
  name: "cert-manager",
  repository: "https://charts.jetstack.io",
  versions: { "v1.21.2": "v1.21.2" },
  values,
  bringsCrds: ({ crds, installCRDs }) => crds.enabled || installCRDs,
  objects: (values, placement) => {
    const of = program(placement, "cert-manager", { component: "controller" });
    const { global, serviceAccount } = values;
    return [
      ...identity(of, serviceAccount, RULES),
      ...namespacedRights(of, serviceAccount, LEADER),
      ...budget(of, values.podDisruptionBudget),
      deployment({
        of,
        serviceAccountName: accountName(of, serviceAccount),
        replicas: values.replicaCount,
        podLabels: values.podLabels,
        ...(values.podAnnotations && { podAnnotations: values.podAnnotations }),
        scheduling: { priorityClassName: global.priorityClassName, ...values },
        container: {
          image: `quay.io/jetstack/cert-manager-controller:${placement.appVersion}`,
          args: [
            `--v=${global.logLevel}`,
            "--cluster-resource-namespace=$(POD_NAMESPACE)",
            `--leader-election-namespace=${global.leaderElection.namespace ?? placement.namespace}`,
            ...(values.enableCertificateOwnerRef ? ["--enable-certificate-owner-ref=true"] : []),
            ...(values.dns01RecursiveNameserversOnly ? ["--dns01-recursive-nameservers-only=true"] : []),
            ...(values.dns01RecursiveNameservers
              ? [`--dns01-recursive-nameservers=${values.dns01RecursiveNameservers}`]
              : []),
            ...values.extraArgs,
          ],
          ports: [{ name: "http-healthz", containerPort: 9403 }],
          // No probe: the stand-in serves nothing, and ends with the process that it is part of.
          resources: values.resources,
        },
      }),
    ];
  },
};
