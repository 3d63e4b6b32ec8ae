import { z } from "zod";
import { absent, anything, disruptionBudget, resources, scheduling, texts } from "./podValues.ts";

const duration = z.union([z.string(), z.int()]);
const label = z.boolean().optional();

const redirection = z.strictObject({
  to: z.string(),
  scheme: z.string().optional(),
  permanent: z.boolean().optional(),
  priority: z.int().optional(),
});

const trusted = z.strictObject({ trustedIPs: z.array(z.string()).default([]), insecure: z.boolean().default(false) });

const entryPointHttp = z.strictObject({
  redirections: z.strictObject({ entryPoint: redirection }).optional(),
  middlewares: z.array(z.string()).default([]),
  maxHeaderBytes: z.int().optional(),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false),
      options: z.string().default(""),
      certResolver: z.literal("", "certificates come from cert-manager").default(""),
    })
    .optional(),
});

/** One entry point and its port of the Service. */
const entryPoint = z.strictObject({
  port: z.int().positive(),
  exposedPort: z.int().positive().optional(),
  expose: z.strictObject({ default: z.boolean().default(false) }).prefault({}),
  protocol: z.literal("TCP", "only TCP is simulated").default("TCP"),
  asDefault: z.boolean().optional(),
  nodePort: z.int().optional(),
  appProtocol: z.string().optional(),
  http: entryPointHttp.optional(),
  forwardedHeaders: trusted.optional(),
  proxyProtocol: trusted.optional(),
  transport: z
    .strictObject({
      respondingTimeouts: z
        .strictObject({
          readTimeout: duration.optional(),
          writeTimeout: duration.optional(),
          idleTimeout: duration.optional(),
        })
        .optional(),
      lifeCycle: z
        .strictObject({ requestAcceptGraceTimeout: duration.optional(), graceTimeOut: duration.optional() })
        .optional(),
      keepAliveMaxRequests: z.int().optional(),
      keepAliveMaxTime: duration.optional(),
    })
    .optional(),
  observability: z
    .strictObject({
      metrics: z.boolean().optional(),
      accessLogs: z.boolean().optional(),
      tracing: z.boolean().optional(),
    })
    .optional(),
});

const OWN_ENTRY_POINTS = {
  traefik: { port: 8080, exposedPort: 8080 },
  web: { port: 8000, exposedPort: 80, expose: { default: true } },
  websecure: { port: 8443, exposedPort: 443, expose: { default: true }, http: { tls: { enabled: true } } },
  metrics: { port: 9100, exposedPort: 9100 },
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Maps are merged key by key, anything else replaces. */
function overlaid(own: unknown, given: unknown): unknown {
  if (!isMap(own) || !isMap(given)) return given;
  const merged: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(given)) merged[key] = overlaid(own[key], value);
  return merged;
}

const provider = {
  enabled: z.boolean().default(true),
  allowCrossNamespace: z.boolean().default(false),
  allowEmptyServices: z.boolean().default(true),
  allowExternalNameServices: z.boolean().default(false),
  ingressClass: z.string().default(""),
  labelSelector: z.string().default(""),
  namespaces: z.array(z.string()).default([]),
  nativeLBByDefault: z.boolean().default(false),
};

const headers = z.strictObject({
  general: z.strictObject({ defaultmode: z.string().default("keep"), names: texts.default({}) }).prefault({}),
  headers: z.strictObject({ defaultmode: z.string().default("drop"), names: texts.default({}) }).prefault({}),
});

export const traefikValues = z.strictObject({
  deployment: z
    .strictObject({
      enabled: z.literal(true).optional(),
      kind: z.literal("Deployment", "only a Deployment is simulated").optional(),
      replicas: z.int().positive().default(1),
      terminationGracePeriodSeconds: z.int().default(60),
      minReadySeconds: z.int().default(0),
      podLabels: texts.default({}),
      podAnnotations: texts.default({}),
      lifecycle: anything.optional(),
    })
    .prefault({}),
  updateStrategy: anything.default({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }),
  ingressClass: z
    .strictObject({
      enabled: z.boolean().default(true),
      isDefaultClass: z.boolean().default(true),
      name: z.string().default(""),
    })
    .prefault({}),
  ingressRoute: z.strictObject({ dashboard: absent("enabled"), healthcheck: absent("enabled") }).optional(),
  api: z.strictObject({ dashboard: z.boolean().default(true), insecure: z.literal(false).optional() }).prefault({}),
  global: z
    .strictObject({ checkNewVersion: z.boolean().default(true), sendAnonymousUsage: z.boolean().default(false) })
    .prefault({}),
  /** Laid over the chart's own entry points, as Helm does; null takes one of them away. */
  ports: z.preprocess((ports) => overlaid(OWN_ENTRY_POINTS, ports ?? {}), z.record(z.string(), entryPoint.nullable())),
  providers: z
    .strictObject({
      kubernetesCRD: z.strictObject(provider).prefault({}),
      kubernetesIngress: z
        .strictObject({
          ...provider,
          allowCrossNamespace: z.undefined().optional(),
          publishedService: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  service: z
    .strictObject({
      enabled: z.boolean().default(true),
      type: z.enum(["LoadBalancer", "ClusterIP", "NodePort"]).default("LoadBalancer"),
      annotations: texts.default({}),
      labels: texts.default({}),
      spec: anything.default({}),
    })
    .prefault({}),
  logs: z
    .strictObject({
      general: z
        .strictObject({ level: z.string().default("INFO"), format: z.enum(["common", "json"]).optional() })
        .prefault({}),
      access: z
        .strictObject({
          enabled: z.boolean().default(false),
          format: z.enum(["common", "json"]).optional(),
          fields: headers.prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      prometheus: z
        .strictObject({
          entryPoint: z.string().default("metrics"),
          addEntryPointsLabels: label,
          addRoutersLabels: label,
          addServicesLabels: label,
          buckets: z.string().optional(),
          service: absent("enabled"),
          serviceMonitor: absent("enabled"),
        })
        .nullable()
        .prefault({}),
    })
    .prefault({}),
  additionalArguments: z.array(z.string()).default([]),
  podDisruptionBudget: disruptionBudget,
  resources: resources.default({}),
  rbac: z.strictObject({ enabled: z.literal(true).optional() }).optional(),
  serviceAccount: z.strictObject({ name: z.string().default("") }).prefault({}),
  serviceAccountAnnotations: texts.default({}),
  readinessProbe: anything.default({}),
  livenessProbe: anything.default({}),
  ...scheduling,
});

export type TraefikValues = z.infer<typeof traefikValues>;
export type EntryPoint = z.infer<typeof entryPoint>;
