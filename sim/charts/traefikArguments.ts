import type { EntryPoint, TraefikValues } from "./traefikValues.ts";

/** A setting and its value; undefined is left out. */
type Setting = readonly [name: string, value: string | number | boolean | undefined];

/** Traefik's command line from the chart's values and its entry points, in the chart's order. */
export function traefikArguments(values: TraefikValues, entryPoints: ReadonlyMap<string, EntryPoint>): string[] {
  const { global, api, metrics, logs } = values;
  return [
    ...(global.checkNewVersion ? [] : ["--global.checkNewVersion=false"]),
    ...(global.sendAnonymousUsage ? ["--global.sendAnonymousUsage"] : []),
    // The pod's own address, because all pods of a region share one network namespace; the chart leaves it out.
    ...[...entryPoints].map(([name, { port }]) => `--entryPoints.${name}.address=$(POD_IP):${port}/tcp`),
    ...[...entryPoints].flatMap(([name, entryPoint]) => flags(`entryPoints.${name}`, general(entryPoint))),
    ...(api.dashboard ? ["--api.dashboard=true"] : []),
    "--ping=true",
    ...prometheus(metrics.prometheus),
    ...providers(values),
    ...[...entryPoints].flatMap(([name, entryPoint]) => flags(`entryPoints.${name}`, http(entryPoint, entryPoints))),
    ...flags("log", [
      ["format", logs.general.format],
      ["level", logs.general.level.toUpperCase()],
    ]),
    ...accessLog(logs.access),
    ...values.additionalArguments,
  ];
}

function flags(prefix: string, settings: readonly Setting[]): string[] {
  return settings
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `--${prefix}${name === "" ? "" : "."}${name}=${value}`);
}

function general({ asDefault, observability }: EntryPoint): Setting[] {
  return [
    ["asDefault", asDefault || undefined],
    ["observability.accessLogs", observability?.accessLogs],
    ["observability.metrics", observability?.metrics],
    ["observability.tracing", observability?.tracing],
  ];
}

function http(entryPoint: EntryPoint, all: ReadonlyMap<string, EntryPoint>): Setting[] {
  const { forwardedHeaders, proxyProtocol, transport } = entryPoint;
  const { redirections, middlewares = [], tls, maxHeaderBytes } = entryPoint.http ?? {};
  const redirection = redirections?.entryPoint;
  const target = redirection && all.get(redirection.to);
  const timeouts = transport?.respondingTimeouts;
  return [
    ["http.redirections.entryPoint.to", target && `:${target.exposedPort ?? target.port}`],
    ["http.redirections.entryPoint.scheme", redirection?.scheme],
    ["http.redirections.entryPoint.priority", redirection?.priority],
    ["http.redirections.entryPoint.permanent", redirection?.permanent],
    ["http.middlewares", middlewares.join(",")],
    ["http.maxHeaderBytes", maxHeaderBytes],
    ["http.tls", tls?.enabled || undefined],
    ["http.tls.options", tls?.enabled ? tls.options : undefined],
    ["forwardedHeaders.trustedIPs", forwardedHeaders?.trustedIPs.join(",")],
    ["forwardedHeaders.insecure", forwardedHeaders?.insecure || undefined],
    ["proxyProtocol.trustedIPs", proxyProtocol?.trustedIPs.join(",")],
    ["proxyProtocol.insecure", proxyProtocol?.insecure || undefined],
    ["transport.respondingTimeouts.readTimeout", timeouts?.readTimeout],
    ["transport.respondingTimeouts.writeTimeout", timeouts?.writeTimeout],
    ["transport.respondingTimeouts.idleTimeout", timeouts?.idleTimeout],
    ["transport.lifeCycle.requestAcceptGraceTimeout", transport?.lifeCycle?.requestAcceptGraceTimeout],
    ["transport.lifeCycle.graceTimeOut", transport?.lifeCycle?.graceTimeOut],
    ["transport.keepAliveMaxRequests", transport?.keepAliveMaxRequests],
    ["transport.keepAliveMaxTime", transport?.keepAliveMaxTime],
  ];
}

function prometheus(settings: TraefikValues["metrics"]["prometheus"]): string[] {
  if (settings === null) return [];
  return flags("metrics.prometheus", [
    ["", true],
    ["entrypoint", settings.entryPoint],
    ["addRoutersLabels", settings.addRoutersLabels],
    ["addEntryPointsLabels", settings.addEntryPointsLabels],
    ["addServicesLabels", settings.addServicesLabels],
    ["buckets", settings.buckets],
  ]);
}

function providers({ providers: { kubernetesCRD: crd, kubernetesIngress: ingress } }: TraefikValues): string[] {
  const common = (of: typeof crd | typeof ingress): Setting[] => [
    ["allowExternalNameServices", of.allowExternalNameServices || undefined],
    ["allowEmptyServices", of.allowEmptyServices],
    ["labelSelector", of.labelSelector],
    ["ingressClass", of.ingressClass],
    ["nativeLBByDefault", of.nativeLBByDefault || undefined],
    ["namespaces", of.namespaces.join(",")],
  ];
  return [
    ...(crd.enabled
      ? [
          "--providers.kubernetescrd",
          ...flags("providers.kubernetescrd", [
            ["allowCrossNamespace", crd.allowCrossNamespace || undefined],
            ...common(crd),
          ]),
        ]
      : []),
    ...(ingress.enabled
      ? ["--providers.kubernetesingress", ...flags("providers.kubernetesingress", common(ingress))]
      : []),
  ];
}

function accessLog({ enabled, format, fields }: TraefikValues["logs"]["access"]): string[] {
  if (!enabled) return [];
  const names = (names: Record<string, string>, prefix: string): Setting[] =>
    Object.entries(names).map(([name, action]) => [`${prefix}.${name}`, action]);
  return flags("accesslog", [
    ["", true],
    ["format", format],
    ["fields.defaultmode", fields.general.defaultmode],
    ...names(fields.general.names, "fields.names"),
    ["fields.headers.defaultmode", fields.headers.defaultmode],
    ...names(fields.headers.names, "fields.headers.names"),
  ]);
}
