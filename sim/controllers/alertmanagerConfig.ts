import { parse, stringify } from "yaml";
import type { Alertmanager, AlertmanagerConfig, AlertReceiver, AlertRoute } from "./monitoringObjects.ts";

export const ALERTMANAGER_FILE = "alertmanager.yaml";

interface Config {
  route?: { routes?: object[] } & Record<string, unknown>;
  receivers?: object[];
  inhibit_rules?: object[];
}

/** What an Alertmanager has that nobody configured. */
const EMPTY: Config = { route: { receiver: "null" }, receivers: [{ name: "null" }] };

/**
 * Alertmanager's configuration: its own Secret's, and before its routes those of the AlertmanagerConfigs, each for alerts
 * of its own namespace and with receivers under its own name (prometheus-operator, pkg/alertmanager/amcfg.go).
 * @throws Error naming a receiver of a kind that is not simulated
 */
export function alertmanagerConfig(
  { metadata, spec }: Alertmanager,
  base: string | undefined,
  configs: readonly AlertmanagerConfig[],
): string {
  const own = base === undefined ? EMPTY : (parse(base) as Config);
  const strategy = spec.alertmanagerConfigMatcherStrategy?.type ?? "OnNamespace";
  const sorted = [...configs].sort((a, b) => (prefixOf(a) < prefixOf(b) ? -1 : 1));
  const routes = sorted.flatMap((config) => {
    const { namespace } = config.metadata;
    const everywhere =
      strategy === "None" ||
      (strategy === "OnNamespaceExceptForAlertmanagerNamespace" && namespace === metadata.namespace);
    const route = config.spec.route;
    if (route === undefined) return [];
    const { matchers, ...rest } = translated(route, prefixOf(config));
    return [
      {
        ...rest,
        matchers: [...(everywhere ? [] : [`namespace="${namespace}"`]), ...(matchers ?? [])],
        // An alert that one namespace has taken may be meant for others as well.
        continue: true,
      },
    ];
  });
  const receivers = sorted.flatMap((config) =>
    (config.spec.receivers ?? []).map((one) => receiver(one, prefixOf(config))),
  );
  return stringify({
    ...own,
    route: { ...own.route, routes: [...routes, ...(own.route?.routes ?? [])] },
    receivers: [...(own.receivers ?? []), ...receivers],
  });
}

const prefixOf = ({ metadata: { namespace, name } }: AlertmanagerConfig): string => `${namespace}/${name}`;

function translated(route: AlertRoute, prefix: string): { matchers?: string[] } & Record<string, unknown> {
  const { receiver, groupBy, groupWait, groupInterval, repeatInterval, matchers = [], routes = [] } = route;
  return {
    ...(receiver && { receiver: `${prefix}/${receiver}` }),
    ...(groupBy && { group_by: groupBy }),
    ...(groupWait && { group_wait: groupWait }),
    ...(groupInterval && { group_interval: groupInterval }),
    ...(repeatInterval && { repeat_interval: repeatInterval }),
    ...(route.continue && { continue: true }),
    ...(matchers.length > 0 && {
      matchers: matchers.map(
        ({ name, value = "", matchType, regex }) =>
          `${name}${matchType ?? (regex ? "=~" : "=")}${JSON.stringify(value)}`,
      ),
    }),
    ...(routes.length > 0 && { routes: routes.map((inner) => translated(inner, prefix)) }),
  };
}

function receiver({ name, webhookConfigs = [], ...others }: AlertReceiver, prefix: string): object {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new Error(`AlertmanagerConfig ${prefix}: receiver ${name}: ${unknown} is not simulated; webhookConfigs are`);
  return {
    name: `${prefix}/${name}`,
    ...(webhookConfigs.length > 0 && {
      webhook_configs: webhookConfigs.map(({ url, sendResolved, maxAlerts }) => ({
        url,
        ...(sendResolved !== undefined && { send_resolved: sendResolved }),
        ...(maxAlerts !== undefined && { max_alerts: maxAlerts }),
      })),
    }),
  };
}
