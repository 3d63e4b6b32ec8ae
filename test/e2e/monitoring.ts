import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject, ObjectList } from "../../client/client.ts";
import { STAGES } from "../../infra/plan/release.ts";
import { METRICS } from "../../k8s/contract.ts";
import { ALERTS } from "../../k8s/monitoring/alerts.ts";
import { RECORDING_RULES } from "../../k8s/monitoring/recordingRules.ts";
import { INFERENCE_TIMEOUT_MS } from "../../workload/predictor.ts";
import { ask, hostOf } from "./entry.ts";
import { type Environment, REGIONS, type RegionName, until } from "./environment.ts";
import { askPrometheus, complaints, query } from "./prometheus.ts";

/** Where what disturbs is done: the first wave's region is left to releases. */
const REGION: RegionName = "gcp-aso1";

/** Services that always have requests: their own background load. */
const LOADED = ["dwcp-v3", "pba"];

interface History {
  values: [seconds: number, value: string][];
}

interface Target {
  scrapePool: string;
  health: string;
  lastError: string;
  labels: Record<string, string>;
}

interface Rule {
  name: string;
  health: string;
  lastError?: string;
}

interface ConfigMap extends KubernetesObject {
  data: Record<string, string>;
}

interface Dashboard {
  templating: { list: { query: string }[] };
  panels: { title: string; targets: { expr: string }[] }[];
}

interface Pod extends KubernetesObject {
  status: { conditions?: { type: string; status: string }[] };
}

/** What people and analyses read of a region, from its own Prometheus. */
export function monitoringTests(environment: () => Environment): void {
  describe("monitoring", () => {
    test("every query of the canary dashboard shows data, for every service that it offers", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        const { items } = await cluster.get<ObjectList<ConfigMap>>("/api/v1/namespaces/monitoring/configmaps", {
          labelSelector: "grafana_dashboard=1",
        });
        const dashboards = items.flatMap(({ data }) =>
          Object.values(data).map((text) => JSON.parse(text) as Dashboard),
        );
        assert.ok(dashboards.length > 0, `${region} has no dashboard`);
        for (const { panels, templating } of dashboards) {
          assert.ok(panels.length > 0);
          const offered = await offeredServices(region, templating.list[0]?.query ?? "");
          for (const service of LOADED) assert.ok(offered.includes(service), `${region} does not offer ${service}`);
          for (const { title, targets } of panels)
            for (const { expr } of targets)
              for (const service of expr.includes("$service") ? offered : [""]) {
                const series = await shown(region, expr.replaceAll("$service", service));
                assert.ok(series.length > 0, `${region}, '${title}' of '${service}' is empty: ${expr}`);
                // A service without a request in the window has a ratio and a percentile that are no numbers.
                if (LOADED.includes(service))
                  assert.ok(
                    series.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value)))),
                    `${region}, '${title}' of '${service}' has no number: ${expr}`,
                  );
              }
        }
      }
    });

    test("recording rules and alerts are all loaded, and none fails", async () => {
      for (const region of REGIONS) {
        const { groups } = await askPrometheus<{ groups: { rules: Rule[] }[] }>(environment(), region, "/rules");
        const rules = groups.flatMap(({ rules: of }) => of);
        const names = [...RECORDING_RULES.map(({ record }) => record), ...ALERTS.map(({ alert }) => alert)];
        assert.deepEqual(
          names.filter((name) => !rules.some((rule) => rule.name === name)),
          [],
          region,
        );
        for (const { name, health, lastError = "" } of rules)
          assert.equal(health, "ok", `${region} ${name}: ${lastError}`);
        for (const { record, expr } of RECORDING_RULES)
          for (const wanted of [record, expr])
            assert.ok((await query(environment(), region, wanted)).length > 0, `${region}: ${wanted} has no series`);
        // Most of the time an alert's expression has nothing to show; it has to be one that Prometheus can answer.
        for (const { expr } of ALERTS) await query(environment(), region, expr);
      }
    });

    test("Prometheus reads every pod that says it has metrics, and all else that is declared", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        const { items } = await cluster.get<ObjectList<Pod>>("/api/v1/pods", {
          labelSelector: "novacron.io/metrics=true",
        });
        const ready = items.filter(({ status }) =>
          status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
        );
        assert.ok(ready.length >= 10, `${region} has ${ready.length} ready pods with metrics`);
        let targets: Target[] = [];
        await until(
          `all targets of ${region} to be up`,
          30,
          async () => {
            targets = (await askPrometheus<{ activeTargets: Target[] }>(environment(), region, "/targets?state=active"))
              .activeTargets;
            return targets.every(({ health }) => health === "up") && missing(ready, targets).length === 0;
          },
          async () => [
            missing(ready, targets),
            targets.map((one) => [one.scrapePool, one.health, one.lastError]),
            await complaints(environment(), region),
          ],
        );
        const unread = ["novacron", "traefik", "argo-rollouts", "alertmanager", "prometheus"].filter(
          (pool) => !targets.some(({ scrapePool }) => scrapePool.includes(pool)),
        );
        if (unread.length > 0)
          assert.fail(
            `${region} reads no ${unread.join(", ")}: ${(await complaints(environment(), region)).join("\n")}`,
          );
      }
    });

    test("an alert reaches Alertmanager, with the region's name", async () => {
      const cluster = await environment().cluster(REGION);
      const path = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheusrules";
      const [alert, name] = ["TrialAlert", "trial-alert"];
      await cluster.remove(`${path}/${name}`).catch(() => undefined);
      await cluster.create(path, {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name },
        spec: {
          groups: [{ name, interval: "1s", rules: [{ alert, expr: "vector(1)", labels: { severity: "critical" } }] }],
        },
      });
      try {
        const alerts = () =>
          cluster.get<{ labels: Record<string, string>; receivers: { name: string }[] }[]>(
            "/api/v1/namespaces/monitoring/services/alertmanager-operated:9093/proxy/api/v2/alerts",
          );
        let found: Awaited<ReturnType<typeof alerts>>[number] | undefined;
        await until("the alert at Alertmanager", 90, async () => {
          found = (await alerts()).find(({ labels }) => labels.alertname === alert);
          return found !== undefined;
        });
        assert.equal(found?.labels.region, REGION);
        assert.deepEqual(
          found?.receivers.map(({ name: receiver }) => receiver),
          ["operators"],
        );
      } finally {
        await cluster.remove(`${path}/${name}`);
      }
    });

    test("the verdicts that Argo reads are those that the gate tells people", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        for (const [service, namespace] of [
          ["dwcp-v3", "dwcp"],
          ["dwcp-v1", "dwcp"],
          ["pba", "ml"],
        ] as const) {
          const path = `/api/v1/namespaces/${namespace}/configmaps/${service}-release`;
          const { data } = await cluster.get<ConfigMap>(path);
          for (const stage of STAGES.slice(1)) {
            const verdicts = async (): Promise<[metric: string | undefined, answer: string]> => {
              const [series] = await query(
                environment(),
                region,
                `max(${METRICS.allowed}{service="${service}",digest="${data.digest}",stage="${stage}"})`,
              );
              const { allow } = await cluster.get<{ allow: boolean }>(
                "/api/v1/namespaces/dwcp/services/gate:8080/proxy/v1/verdicts",
                { service, digest: data.digest, stage },
              );
              return [series?.value[1], allow ? "1" : "0"];
            };
            // A release may be under way: the metric follows with the next scrape.
            await until(
              `one verdict in ${region} on ${service} at ${stage}`,
              10,
              async () => {
                const [metric, answer] = await verdicts();
                return metric === answer;
              },
              verdicts,
            );
          }
        }
      }
    });

    test("inference answers the Open Inference Protocol through its route", async () => {
      for (const region of REGIONS) {
        const cluster = await environment().cluster(region);
        const base = "/api/v1/namespaces/traefik/services/traefik-internal:8000/proxy/pba/v2";
        await cluster.text("GET", `${base}/health/ready`);
        const model = await cluster.get<{ name: string; versions: string[] }>(`${base}/models/bandwidth`);
        assert.equal(model.name, "bandwidth");
        assert.match(model.versions[0] ?? "", /^sha256:[0-9a-f]{64}$/);
        const answer = await cluster.request<{ id: string; model_version: string; outputs: { data: number[] }[] }>(
          "POST",
          `${base}/models/bandwidth/infer`,
          { body: { id: "1", inputs: [{ name: "mbps", datatype: "FP32", shape: [3], data: [10, 20, 20] }] } },
        );
        // A fifth of the way to each new sample: 10, 12, 13.6.
        assert.deepEqual([answer.id, answer.model_version], ["1", model.versions[0]]);
        assert.ok(Math.abs((answer.outputs[0]?.data[0] ?? 0) - 13.6) < 1e-6);
      }
    });

    test("DWCP predicts by itself while inference is slow or gone, answers all along, and goes back to it", async () => {
      const token = await environment().token();
      const source = async () => {
        const { status, body } = await ask(environment(), hostOf(REGION), "/v1/prediction", { token });
        assert.equal(status, 200, body);
        return (JSON.parse(body) as { source: string }).source;
      };
      const faults = { slow: { delayMilliseconds: 4 * INFERENCE_TIMEOUT_MS }, gone: { unready: true } };
      for (const [reason, fault] of Object.entries(faults)) {
        const before = await fallbacks(reason);
        await environment().fault(REGION, { service: "pba" }, fault);
        try {
          await until(`fallbacks because it is ${reason}`, 30, async () => (await fallbacks(reason)) >= before + 10);
          assert.equal(await source(), "ewma");
        } finally {
          await environment().fault(REGION, { service: "pba" }, {});
        }
        await until("predictions of inference again", 30, async () => (await source()) === "pba");
        let last = await fallbacks(reason);
        await until(
          `no more fallbacks because it is ${reason}`,
          40,
          async () => {
            const [then, now] = [last, await afterScrapes(() => fallbacks(reason))];
            last = now;
            return now === then;
          },
          () => last,
        );
      }
    });
  });

  /** What a panel shows of the last ten minutes, as Grafana asks for it. */
  const shown = async (region: RegionName, expression: string): Promise<History[]> => {
    const wanted = new URLSearchParams({ query: expression, ...lastMinutes(), step: "10" });
    return (await askPrometheus<{ result: History[] }>(environment(), region, `/query_range?${wanted}`)).result;
  };

  /** @param variable `label_values(<series>, <label>)`, which is Grafana's own */
  async function offeredServices(region: RegionName, variable: string): Promise<string[]> {
    const [, series = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(variable) ?? [];
    const wanted = new URLSearchParams({ "match[]": series, ...lastMinutes() });
    return askPrometheus<string[]>(environment(), region, `/label/${label}/values?${wanted}`);
  }

  /** Predictions that DWCP made itself so far, over all its pods. */
  async function fallbacks(reason: string): Promise<number> {
    const [series] = await query(
      environment(),
      REGION,
      `sum(${METRICS.fallbacks}{reason="${reason}",service="dwcp-v3"})`,
    );
    return Number(series?.value[1] ?? 0);
  }
}

const lastMinutes = (now = Date.now() / 1000) => ({ start: `${now - 600}`, end: `${now}` });

/** Pods that are ready and not among the targets. */
const missing = (ready: readonly Pod[], targets: readonly Target[]): string[] =>
  ready
    .map(({ metadata }) => metadata.name)
    .filter((pod) => !targets.some(({ labels }) => labels.pod === pod && labels.endpoint === "metrics"));

/** After Prometheus has read every pod at least twice more. */
async function afterScrapes<Value>(read: () => Promise<Value>): Promise<Value> {
  await sleep(5_000);
  return read();
}
