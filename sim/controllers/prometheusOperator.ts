import type { KubernetesObject, ObjectMeta } from "../../client/client.ts";
import type { Informer } from "../../client/informer.ts";
import type { RunningRole } from "../../workload/role.ts";
import { decoded, type Secret } from "./certManagerObjects.ts";
import type { ControllerContext } from "./context.ts";
import { Controller } from "./controller.ts";
import type { LabelSelector } from "./externalSecretsObjects.ts";
import { selects } from "./labelSelector.ts";
import { ALERTMANAGER_FILE, alertmanagerApplication, prometheusApplication } from "./monitoringApplications.ts";
import { type InstanceInputs, reconcileInstance, type StatefulSet } from "./monitoringInstance.ts";
import type { Alertmanager, Instance, Monitor, Prometheus, PrometheusRule } from "./monitoringObjects.ts";
import {
  ALERTMANAGERS,
  fromKey,
  keyOf,
  NAMESPACES,
  POD_MONITORS,
  PROMETHEUS_RULES,
  PROMETHEUSES,
  SECRETS,
  SERVICE_MONITORS,
  STATEFUL_SETS,
} from "./paths.ts";
import { prometheusFiles } from "./prometheusConfig.ts";

/**
 * Stands in for prometheus-operator: runs each Prometheus and Alertmanager as a StatefulSet, and writes their configuration
 * from the monitors and rules that they select; an Alertmanager's is its Secret's. Probes, ScrapeConfigs and AlertmanagerConfigs
 * are not simulated. The pod runtime has programs read their files again when these change, as the config-reloader sidecar does.
 */
export async function prometheusOperator(context: ControllerContext): Promise<RunningRole> {
  const controller = new Controller(context);
  const prometheusQueue = controller.reconciles((key) => reconcilePrometheus(key));
  const alertmanagerQueue = controller.reconciles((key) => reconcileAlertmanager(key));
  const prometheuses = controller.watchesOwn<Prometheus>(PROMETHEUSES, prometheusQueue);
  const alertmanagers = controller.watchesOwn<Alertmanager>(ALERTMANAGERS, alertmanagerQueue);
  // Which Prometheus selects an object, now or before it changed, costs more to find out than to look at each.
  const wakePrometheuses = (): void => {
    for (const prometheus of prometheuses.all()) prometheusQueue.add(keyOf(prometheus));
  };
  const podMonitors = controller.watches<Monitor>(POD_MONITORS, wakePrometheuses);
  const serviceMonitors = controller.watches<Monitor>(SERVICE_MONITORS, wakePrometheuses);
  const rules = controller.watches<PrometheusRule>(PROMETHEUS_RULES, wakePrometheuses);
  const namespaces = controller.watches(NAMESPACES, wakePrometheuses);
  const secrets = controller.watches<Secret>(SECRETS, ({ metadata }) => {
    for (const one of alertmanagers.all())
      if (one.metadata.namespace === metadata.namespace && configSecretOf(one) === metadata.name)
        alertmanagerQueue.add(keyOf(one));
    wakeOwners(metadata);
  });
  const wakeOwners = ({ namespace, ownerReferences = [] }: ObjectMeta): void => {
    for (const { kind, name } of ownerReferences) {
      if (kind === "Prometheus") prometheusQueue.add(`${namespace}/${name}`);
      if (kind === "Alertmanager") alertmanagerQueue.add(`${namespace}/${name}`);
    }
  };
  const statefulSets = controller.watches<StatefulSet>(STATEFUL_SETS, ({ metadata }) => wakeOwners(metadata));

  /** Those that an instance selects: by the labels of their namespace, then by their own. */
  const selected = <Item extends KubernetesObject>(
    items: Informer<Item>,
    instance: Instance,
    selector: LabelSelector | null | undefined,
    namespaceSelector: LabelSelector | null | undefined,
  ): Item[] =>
    items.all().filter(({ metadata: { namespace, labels } }) => {
      const inside =
        namespaceSelector === undefined || namespaceSelector === null
          ? namespace === instance.metadata.namespace
          : selects(namespaceSelector, namespaces.get(namespace ?? "")?.metadata.labels);
      return inside && selects(selector, labels);
    });

  const reconcilePrometheus = async (key: string): Promise<undefined> => {
    const { name, namespace } = fromKey(key);
    const prometheus = prometheuses.get(name, namespace);
    if (prometheus === undefined || prometheus.metadata.deletionTimestamp !== undefined) return;
    const { spec } = prometheus;
    await reconcileInstance(context, PROMETHEUSES, {
      instance: prometheus,
      app: prometheusApplication(prometheus),
      statefulSets,
      files: () =>
        prometheusFiles({
          prometheus,
          podMonitors: selected(podMonitors, prometheus, spec.podMonitorSelector, spec.podMonitorNamespaceSelector),
          serviceMonitors: selected(
            serviceMonitors,
            prometheus,
            spec.serviceMonitorSelector,
            spec.serviceMonitorNamespaceSelector,
          ),
          rules: selected(rules, prometheus, spec.ruleSelector, spec.ruleNamespaceSelector),
        }),
    } satisfies InstanceInputs);
  };

  const reconcileAlertmanager = async (key: string): Promise<undefined> => {
    const { name, namespace } = fromKey(key);
    const alertmanager = alertmanagers.get(name, namespace);
    if (alertmanager === undefined || alertmanager.metadata.deletionTimestamp !== undefined) return;
    const config = decoded(secrets.get(configSecretOf(alertmanager), namespace), ALERTMANAGER_FILE);
    await reconcileInstance(context, ALERTMANAGERS, {
      instance: alertmanager,
      app: alertmanagerApplication(alertmanager),
      statefulSets,
      files: () => ({ [ALERTMANAGER_FILE]: config ?? UNCONFIGURED }),
    } satisfies InstanceInputs);
  };
  return controller.run();
}

/** What an Alertmanager has that nobody configured: it tells nobody. */
const UNCONFIGURED = JSON.stringify({ route: { receiver: "null" }, receivers: [{ name: "null" }] });

const configSecretOf = ({ metadata, spec }: Alertmanager): string =>
  spec.configSecret ?? `alertmanager-${metadata.name}`;
