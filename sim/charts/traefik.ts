import type { Chart, Manifest, Placement } from "./chart.ts";
import { accountName, budget, deployment, identity, type Program, program, READ, type Rule } from "./manifests.ts";
import { traefikArguments } from "./traefikArguments.ts";
import { type EntryPoint, type TraefikValues, traefikValues } from "./traefikValues.ts";

/** Traefik, the gateway: entry points, middlewares and weighted services from custom resources. */
export const traefik: Chart<TraefikValues> = {
  name: "traefik",
  repository: "https://traefik.github.io/charts",
  versions: { "39.0.0": "v3.6.7" },
  values: traefikValues.superRefine((values, context) => {
    const points = entryPoints(values);
    for (const [name, { http }] of points) {
      const to = http?.redirections?.entryPoint.to;
      if (to === undefined || points.has(to)) continue;
      context.addIssue({
        code: "custom",
        path: ["ports", name, "http", "redirections", "entryPoint", "to"],
        message: `there is no entry point '${to}', only ${[...points.keys()].join(", ")}`,
      });
    }
  }),
  bringsCrds: () => true,
  objects: (values, placement) => {
    const of = program(placement, "traefik");
    const account = { create: true, ...values.serviceAccount, annotations: values.serviceAccountAnnotations };
    return [
      ...identity(of, account, rules(values)),
      ...(values.ingressClass.enabled ? [ingressClass(of, values)] : []),
      ...budget(of, values.podDisruptionBudget),
      ...(values.service.enabled ? [gatewayService(of, values)] : []),
      gateway(of, values, placement, accountName(of, account)),
    ];
  },
};

/** In the order of their names, as Helm ranges over them. */
function entryPoints({ ports }: TraefikValues): Map<string, EntryPoint> {
  const names = Object.keys(ports).sort();
  return new Map(names.flatMap((name) => (ports[name] ? [[name, ports[name]] as const] : [])));
}

/** Reading only, except for the address that an Ingress reports. */
function rules({ providers }: TraefikValues): Rule[] {
  const ingress = providers.kubernetesIngress.enabled;
  return [
    { apiGroups: [""], resources: ["configmaps", "nodes", "services", "secrets"], verbs: READ },
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ...(ingress
      ? [
          { apiGroups: ["extensions", "networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: READ },
          { apiGroups: ["extensions", "networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
        ]
      : []),
    ...(providers.kubernetesCRD.enabled
      ? [
          {
            apiGroups: ["traefik.io"],
            resources: [
              "ingressroutes",
              "ingressroutetcps",
              "ingressrouteudps",
              "middlewares",
              "middlewaretcps",
              "serverstransports",
              "serverstransporttcps",
              "tlsoptions",
              "tlsstores",
              "traefikservices",
            ],
            verbs: READ,
          },
        ]
      : []),
  ];
}

function ingressClass({ name, labels }: Program, { ingressClass }: TraefikValues): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: {
      name: ingressClass.name || name,
      labels,
      annotations: { "ingressclass.kubernetes.io/is-default-class": String(ingressClass.isDefaultClass) },
    },
    spec: { controller: "traefik.io/ingress-controller" },
  };
}

function gatewayService(of: Program, values: TraefikValues): Manifest {
  const { type, annotations, labels, spec } = values.service;
  const exposed = [...entryPoints(values)].filter(([, { expose }]) => expose.default);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: of.name, namespace: of.namespace, labels: { ...of.labels, ...labels }, annotations },
    spec: {
      type,
      ...spec,
      selector: of.selector,
      ports: exposed.map(([name, { port, exposedPort, nodePort, appProtocol }]) => ({
        name,
        port: exposedPort ?? port,
        targetPort: name,
        protocol: "TCP",
        ...(nodePort !== undefined && { nodePort }),
        ...(appProtocol !== undefined && { appProtocol }),
      })),
    },
  };
}

function gateway(of: Program, values: TraefikValues, { appVersion }: Placement, serviceAccountName: string): Manifest {
  const points = entryPoints(values);
  const { replicas, podLabels, podAnnotations, terminationGracePeriodSeconds, minReadySeconds } = values.deployment;
  const ping = { httpGet: { path: "/ping", port: "traefik" } };
  const manifest = deployment({
    of,
    serviceAccountName,
    replicas,
    strategy: values.updateStrategy,
    podLabels,
    podAnnotations,
    scheduling: values,
    container: {
      image: `docker.io/traefik:${appVersion}`,
      args: traefikArguments(values, points),
      ports: [...points].map(([name, { port }]) => ({ name, containerPort: port, protocol: "TCP" })),
      readinessProbe: {
        ...ping,
        failureThreshold: 1,
        initialDelaySeconds: 2,
        periodSeconds: 10,
        timeoutSeconds: 2,
        ...values.readinessProbe,
      },
      livenessProbe: {
        ...ping,
        failureThreshold: 3,
        initialDelaySeconds: 2,
        periodSeconds: 10,
        timeoutSeconds: 2,
        ...values.livenessProbe,
      },
      resources: values.resources,
      ...(values.deployment.lifecycle && { lifecycle: values.deployment.lifecycle }),
      volumeMounts: [
        { name: "data", mountPath: "/data" },
        { name: "tmp", mountPath: "/tmp" },
      ],
    },
    pod: {
      terminationGracePeriodSeconds,
      volumes: [
        { name: "data", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
      ],
    },
  });
  return { ...manifest, spec: { ...(manifest.spec as object), minReadySeconds } };
}
