import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { OBJECTIVE, objectiveTemplate } from "../../k8s/dwcp/analysis.ts";
import { RECORDING_RULES } from "../../k8s/monitoring/recordingRules.ts";
import { setUpTools } from "../../tools/setup.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "novacron-objective-"));
const tools = process.env.NOVACRON_TOOLS;
const promtool = tools === undefined ? (await setUpTools(["promtool"])).promtool : join(tools, "promtool");

/** What a version answers: requests a second, failed ones among them, and seconds that nearly all of them take. */
interface Behaviour {
  perSecond: number;
  failed: number;
  seconds: number;
  /** Requests that take longer: their share of all, and their seconds. */
  paused?: { share: number; seconds: number };
}

const GOOD: Behaviour = { perSecond: 20, failed: 0, seconds: 0.005 };

/** Seconds at which buckets end, as the image contract has them. */
const BUCKETS = Array.from({ length: 15 }, (_, power) => 0.001 * 2 ** power);

/** How a version behaves, always or by the second. */
type Course = Behaviour | ((second: number) => Behaviour);

/** Counters of one version as a scrape every two seconds reads them, for a minute. */
function series(version: string, course: Course) {
  const labels = `service="dwcp-v3",pod_template_hash="${version}"`;
  const behaviours = Array.from({ length: 30 }, (_, step) =>
    typeof course === "function" ? course(2 * step) : course,
  );
  const counter = (name: string, rate: (behaviour: Behaviour) => number) => {
    let count = 0;
    return { series: name, values: [0, ...behaviours.map((behaviour) => (count += 2 * rate(behaviour)))].join(" ") };
  };
  return [
    counter(`dwcp_http_requests_total{${labels},code="200"}`, ({ perSecond, failed }) => perSecond - failed),
    ...(behaviours.some(({ failed }) => failed > 0)
      ? [counter(`dwcp_http_requests_total{${labels},code="500"}`, ({ failed }) => failed)]
      : []),
    // Answer times spread from half of the given time up to it.
    ...[...BUCKETS, Number.POSITIVE_INFINITY].map((end) => {
      const within = (seconds: number) => Math.min(1, Math.max(0, (end - seconds / 2) / (seconds / 2)));
      const le = Number.isFinite(end) ? String(end) : "+Inf";
      const name = `dwcp_http_request_duration_seconds_bucket{${labels},le="${le}"}`;
      return counter(
        name,
        ({ perSecond, seconds, paused: { share, seconds: pause } = { share: 0, seconds } }) =>
          perSecond * ((1 - share) * within(seconds) + share * within(pause)),
      );
    }),
  ];
}

/** Which of the objective's metrics hold after half a minute, by the real rules and the real expressions. */
async function judge(versions: { canary?: Course; stable?: Course }): Promise<Record<string, boolean>> {
  const metrics = objectiveTemplate("dwcp-v3").metrics;
  const rules = join(folder, "rules.json");
  writeFileSync(rules, JSON.stringify({ groups: [{ name: "canary", interval: "2s", rules: RECORDING_RULES }] }));
  const results = metrics.map(async ({ name, provider, successCondition = "" }): Promise<[string, boolean]> => {
    const [, operator, limit] = /result\[0\] ([<>]=) ([\d.]+)$/.exec(successCondition) ?? [];
    assert.ok(operator && limit, `${successCondition} is not understood here`);
    const query = provider.prometheus.query.replaceAll("{{args.canary}}", "new").replaceAll("{{args.stable}}", "old");
    const file = join(folder, `${name}.json`);
    const holds = {
      rule_files: [rules],
      evaluation_interval: "2s",
      tests: [
        {
          interval: "2s",
          input_series: [
            ...(versions.canary ? series("new", versions.canary) : []),
            ...(versions.stable ? series("old", versions.stable) : []),
          ],
          promql_expr_test: [
            // An empty result is not equal to one either: no data is a failure.
            {
              expr: `(${query}) ${operator} bool ${limit}`,
              eval_time: "30s",
              exp_samples: [{ labels: "{}", value: 1 }],
            },
          ],
        },
      ],
    };
    writeFileSync(file, JSON.stringify(holds));
    const passed = await run(promtool, ["test", "rules", file]).then(
      () => true,
      (error: { stdout: string; stderr: string }) => {
        // Only a different value is an answer; a query that Prometheus does not understand is none.
        assert.match(`${error.stdout}${error.stderr}`, /got:/);
        return false;
      },
    );
    return [name, passed];
  });
  return Object.fromEntries(await Promise.all(results));
}

const ALL_HOLD = { requests: true, errors: true, latency: true, tail: true };

describe("the objective, asked of a real Prometheus", { concurrency: 1 }, () => {
  after(() => rmSync(folder, { recursive: true }));

  test("a canary like stable passes, at a tenth of the requests and once stable has none", async () => {
    assert.deepEqual(await judge({ canary: { ...GOOD, perSecond: 2 }, stable: GOOD }), ALL_HOLD);
    assert.deepEqual(await judge({ canary: GOOD, stable: { ...GOOD, perSecond: 0 } }), ALL_HOLD);
    assert.deepEqual(await judge({ canary: GOOD }), ALL_HOLD);
  });

  test("5 % of failed requests fail a canary, but not when stable fails as often", async () => {
    const failing = { ...GOOD, failed: 1 };
    assert.equal((await judge({ canary: failing, stable: GOOD })).errors, false);
    assert.equal((await judge({ canary: failing })).errors, false);
    assert.deepEqual(await judge({ canary: failing, stable: failing }), ALL_HOLD);
  });

  test("three times stable's p95 fails a canary, wherever it lies among the buckets, and a tenth more does not", async () => {
    for (const seconds of [0.012, 0.02, 0.03, 0.05, 0.08]) {
      const stable = { ...GOOD, seconds };
      assert.equal((await judge({ canary: { ...GOOD, seconds: 3 * seconds }, stable })).latency, false, `${seconds} s`);
      assert.equal(
        (await judge({ canary: { ...GOOD, seconds: 1.1 * seconds }, stable })).latency,
        true,
        `${seconds} s`,
      );
    }
  });

  test("pauses of the machine that chance gives to one version more than to the other fail none", async () => {
    const paused = (share: number, seconds = 0.04) => ({ ...GOOD, paused: { share, seconds } });
    assert.deepEqual(await judge({ canary: paused(0.07), stable: paused(0.035) }), ALL_HOLD);
    assert.deepEqual(await judge({ canary: paused(0.07), stable: paused(0.01) }), ALL_HOLD);
    assert.deepEqual(await judge({ canary: paused(0.07, 0.2), stable: paused(0.035) }), { ...ALL_HOLD, tail: false });
    assert.equal((await judge({ canary: paused(0.12), stable: paused(0.035) })).latency, false);
  });

  test("a canary that is slow for twelve seconds is let off, one that is slow for half a minute is not", async () => {
    const slowFrom = (start: number) => (second: number) => (second < start ? GOOD : { ...GOOD, seconds: 0.04 });
    assert.equal((await judge({ canary: slowFrom(18), stable: GOOD })).latency, true);
    assert.equal((await judge({ canary: slowFrom(2), stable: GOOD })).latency, false);
  });

  test("no series, or fewer requests than can tell anything, fail a canary", async () => {
    assert.deepEqual(await judge({ stable: GOOD }), { requests: false, errors: false, latency: false, tail: false });
    const quiet = { ...GOOD, perSecond: OBJECTIVE.leastRequestRate / 2 };
    assert.equal((await judge({ canary: quiet, stable: GOOD })).requests, false);
  });
});
