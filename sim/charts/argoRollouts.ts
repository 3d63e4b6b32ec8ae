import { z } from "zod";
import { PROVIDERS, providerRules, RULES } from "./argoRolloutsRules.ts";
import type { Chart, Manifest, Placement } from "./chart.ts";
import { accountName, budget, deployment, identity, type Program, program, service } from "./manifests.ts";
import { absent, disruptionBudget, resources, scheduling, serviceAccount, texts } from "./podValues.ts";

/**
 * The controller listens on every address of the region, whose pods share one network namespace: the chart's own 8090 and
 * 8080 would take the ports of the services themselves.
 */
const METRICS_PORT = 18090;
const HEALTH_PORT = 18080;

const values = z.strictObject({
  installCRDs: z.boolean().default(true),
  keepCRDs: z.boolean().optional(),
  clusterInstall: z.literal(true, "only an installation for the whole cluster is simulated").optional(),
  controller: z
    .strictObject({
      /** More than one stand by for each other through a lease; see `--leader-elect`. */
      replicas: z.int().positive().default(2),
      extraArgs: z.array(z.string()).default([]),
      resources: resources.default({}),
      metrics: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
      logging: z
        .strictObject({
          level: z.enum(["debug", "info", "warn", "error"]).default("info"),
          format: z.enum(["text", "json"]).default("text"),
          kloglevel: z.union([z.string(), z.int()]).default("0"),
        })
        .prefault({}),
      containerPorts: z
        .strictObject({
          metrics: z.int().default(METRICS_PORT),
          healthz: z.int().default(HEALTH_PORT),
        })
        .prefault({}),
      pdb: disruptionBudget,
      podLabels: texts.default({}),
      podAnnotations: texts.optional(),
      ...scheduling,
    })
    .prefault({}),
  providerRBAC: z
    .strictObject({
      enabled: z.boolean().default(true),
      providers: z
        .strictObject(
          Object.fromEntries(PROVIDERS.map((name) => [name, z.boolean().default(true)])) as Record<
            (typeof PROVIDERS)[number],
            z.ZodDefault<z.ZodBoolean>
          >,
        )
        .prefault({}),
    })
    .prefault({}),
  serviceAccount,
  dashboard: absent("enabled"),
  notifications: absent("enabled"),
});

type Values = z.infer<typeof values>;

/** Argo Rollouts: the controller that moves canaries from step to step. */
export const argoRollouts: Chart<Values> = {
  name: "argo-rollouts",
  repository: "https://argoproj.github.io/argo-helm",
  versions: { "2.41.1": "v1.9.1" },
  values,
  bringsCrds: ({ installCRDs }) => installCRDs,
  objects: (values, placement) => {
    const of = program(placement, "argo-rollouts", { component: "rollouts-controller" });
    const { controller, providerRBAC } = values;
    const providers = PROVIDERS.filter((name) => providerRBAC.enabled && providerRBAC.providers[name]);
    return [
      ...identity(of, values.serviceAccount, [...RULES, ...providers.flatMap((name) => providerRules[name])]),
      ...budget(of, controller.pdb),
      ...(controller.metrics.enabled
        ? [service(of, [{ name: "metrics", port: 8090, targetPort: "metrics" }], `${of.name}-metrics`)]
        : []),
      controllerDeployment(of, values, placement),
    ];
  },
};

function controllerDeployment(of: Program, values: Values, { appVersion }: Placement): Manifest {
  const { controller } = values;
  const { containerPorts: ports, logging, replicas } = controller;
  return deployment({
    of,
    serviceAccountName: accountName(of, values.serviceAccount),
    replicas,
    strategy: { type: "RollingUpdate" },
    podLabels: controller.podLabels,
    ...(controller.podAnnotations && { podAnnotations: controller.podAnnotations }),
    scheduling: controller,
    container: {
      image: `quay.io/argoproj/argo-rollouts:${appVersion}`,
      args: [
        `--healthzPort=${ports.healthz}`,
        `--metricsport=${ports.metrics}`,
        `--loglevel=${logging.level}`,
        `--logformat=${logging.format}`,
        `--kloglevel=${logging.kloglevel}`,
        ...(replicas > 1 ? ["--leader-elect"] : []),
        ...controller.extraArgs,
      ],
      ports: [
        { name: "metrics", containerPort: ports.metrics },
        { name: "healthz", containerPort: ports.healthz },
      ],
      livenessProbe: {
        httpGet: { path: "/healthz", port: "healthz" },
        initialDelaySeconds: 30,
        periodSeconds: 20,
        timeoutSeconds: 10,
      },
      readinessProbe: {
        httpGet: { path: "/metrics", port: "metrics" },
        initialDelaySeconds: 1,
        periodSeconds: 5,
        timeoutSeconds: 4,
      },
      resources: controller.resources,
      volumeMounts: [
        { name: "plugin-bin", mountPath: "/home/argo-rollouts/plugin-bin" },
        { name: "tmp", mountPath: "/tmp" },
      ],
    },
    pod: {
      volumes: [
        { name: "plugin-bin", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
      ],
    },
  });
}
