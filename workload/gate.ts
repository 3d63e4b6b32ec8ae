import { readFileSync } from "node:fs";
import { Gauge, Registry } from "prom-client";
import { ClusterClient, type KubernetesObject } from "../client/client.ts";
import { Informer } from "../client/informer.ts";
import { type ReleaseCeiling, STAGES, type Stage } from "../infra/plan/release.ts";
import { ENVIRONMENT, METRICS, ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import { type ConfigMap, denyAborted, type Rollout } from "./abortedReleases.ts";
import type { Role, RoleContext } from "./role.ts";
import { serveRole } from "./server.ts";
import { type ServiceRelease, verdict } from "./verdict.ts";

/** Where Kubernetes puts the service account of a pod. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Tells Argo and people how far a digest may go: watches the ConfigMaps `<service>-release` and `<service>-denied` and
 * exports the verdict for the released digest at every stage as a metric. A digest without a series is not allowed.
 * Watches Rollouts too, and denies what Argo has aborted.
 *
 * `GET /v1/verdicts?service=&digest=&stage=` → {allow, reason, evidence}, 200 for yes and for no.
 */
export const gate: Role = async (context) => {
  const namespaces = (context.env[ROLE_ENVIRONMENT.gate.namespaces] ?? context.env[ENVIRONMENT.namespace] ?? "")
    .split(",")
    .filter(Boolean);
  const client = inCluster(context);
  const follow = <Item extends KubernetesObject>(api: string, kind: string): Informer<Item>[] =>
    namespaces.map(
      (namespace) =>
        new Informer<Item>({
          client,
          path: `${api}/namespaces/${namespace}/${kind}`,
          onError: (error) => context.log(`${kind} of ${namespace}: ${error.message}`),
        }),
    );
  const configMaps = follow<ConfigMap>("/api/v1", "configmaps");
  const rollouts = follow<Rollout>("/apis/argoproj.io/v1alpha1", "rollouts");
  let ready = false;
  void Promise.all(configMaps.map((informer) => informer.start())).then(() => {
    ready = true;
  });
  // Verdicts do without them.
  for (const informer of rollouts) void informer.start();
  const find = (name: string): ConfigMap | undefined =>
    configMaps.flatMap((informer) => informer.all()).find(({ metadata }) => metadata.name === name);
  const deniedOf = (service: string) => find(`${service}-denied`)?.data ?? {};
  const releaseOf = (service: string): ServiceRelease => ({
    ceiling: ceilingOf(find(`${service}-release`)),
    denied: deniedOf(service),
  });
  const ending = new AbortController();
  const denying = denyAborted(
    {
      client,
      rollouts: () => rollouts.flatMap((informer) => informer.all()),
      denied: deniedOf,
      log: context.log,
    },
    ending.signal,
  );

  const registry = new Registry();
  new Gauge({
    name: METRICS.allowed,
    help: "Whether a digest of a service may run at a stage: 1 or 0",
    labelNames: ["service", "digest", "stage"],
    registers: [registry],
    collect() {
      this.reset();
      const services = configMaps
        .flatMap((informer) => informer.all())
        .flatMap(({ metadata }) => /^(.+)-release$/.exec(metadata.name)?.[1] ?? []);
      for (const service of services) {
        const release = releaseOf(service);
        const digest = release.ceiling?.digest;
        if (digest === undefined) continue;
        for (const stage of STAGES.slice(1))
          this.set({ service, digest, stage }, verdict(release, digest, stage).allow ? 1 : 0);
      }
    },
  });

  return serveRole(context, {
    registry,
    ready: () => ready,
    handle: (_, { pathname, searchParams }) => {
      if (pathname !== "/v1/verdicts") return { status: 404, body: { error: "only /v1/verdicts is here" } };
      const [service, digest, stage] = ["service", "digest", "stage"].map((name) => searchParams.get(name));
      if (!service || !digest || !stage)
        return { status: 400, body: { error: "service, digest and stage are needed" } };
      return { status: 200, body: verdict(releaseOf(service), digest, stage) };
    },
    onStop: async () => {
      ending.abort();
      await Promise.all([denying, ...[...configMaps, ...rollouts].map((informer) => informer.stop())]);
    },
  });
};

/** A ConfigMap that is not what it should be is none: the gate stays closed. */
function ceilingOf(map: ConfigMap | undefined): ReleaseCeiling | undefined {
  const { digest, stage, denied = "" } = map?.data ?? {};
  if (digest === undefined || !STAGES.includes(stage as Stage)) return undefined;
  return { digest, stage: stage as Stage, denied: denied.split(" ").filter(Boolean) };
}

/** The API server as a pod reaches it, with the pod's service account. */
export function inCluster({ env, file }: RoleContext): ClusterClient {
  const read = (name: string): string => readFileSync(file(`${ACCOUNT}/${name}`), "utf8");
  return new ClusterClient({
    server: `https://${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT}`,
    certificateAuthority: read("ca.crt"),
    // Read each time: the kubelet renews it.
    token: async () => read("token").trim(),
  });
}
