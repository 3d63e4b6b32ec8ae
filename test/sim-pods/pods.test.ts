import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { apply, configMap, container, DIGESTS, deployment, job, pathOf, readerOfPods, service } from "./objects.ts";
import { echo, once } from "./programs.ts";
import { get, isInside, isReady, runInside, startRegion, stateOf, until } from "./region.ts";

if (isInside) await runTests();
else runInside(import.meta.url);

async function runTests(): Promise<void> {
  const region = await startRegion({ roles: { echo, once }, controllers: {} });
  const { kubelet, podsOf, ready, remove } = region;
  const { client, processes } = region.context;
  after(() => region.stop());
  await apply(client, service("echo"));
  await apply(client, deployment("echo", 3, { containers: [container(["echo"])] }));

  test("a pod is ready when its probe says so, and soon after", async () => {
    kubelet.setFaults({ service: "probed" }, { unready: true });
    await apply(client, deployment("probed", 1, { containers: [container(["echo"])] }));
    const pod = await until("the pod runs", () => podsOf("probed").find((found) => stateOf(found)?.state.running));
    await sleep(1_500);
    assert.equal(isReady(podsOf("probed")[0] ?? pod), false);
    kubelet.clearFaults();
    const cleared = Date.now();
    await ready("probed", 1);
    assert.ok(Date.now() - cleared < 3_000, `ready ${Date.now() - cleared} ms after, with a probe each second`);
  });

  test("a pod that somebody else marked as not ready says that it is", async () => {
    const [pod] = await ready("probed", 1);
    const conditions = [{ type: "Ready", status: "False", reason: "NodeNotReady" }];
    const contentType = "application/strategic-merge-patch+json";
    const path = `${pathOf("Pod", pod?.metadata.name ?? "")}/status`;
    await client.request("PATCH", path, { body: { status: { conditions } }, contentType });
    const version = pod?.metadata.resourceVersion;
    await until("its own word again", () =>
      podsOf("probed").some((found) => isReady(found) && found.metadata.resourceVersion !== version),
    );
  });

  test("a container that crashed is started again, later each time, and says how it ended", async () => {
    assert.equal(kubelet.crash({ service: "probed" }).length, 1);
    await until("the pod is not ready any more", () => podsOf("probed").every((pod) => !isReady(pod)));
    const [pod] = await ready("probed", 1);
    assert.equal(stateOf(pod)?.restartCount, 1);
    assert.equal(stateOf(pod)?.lastState.terminated?.exitCode, 137);
    await apply(client, deployment("broken", 1, { containers: [container(["echo", "broken"])] }));
    const loops = await until("two restarts", () =>
      podsOf("broken").find((found) => (stateOf(found)?.restartCount ?? 0) >= 2),
    );
    assert.equal(stateOf(loops)?.state.waiting?.reason, "CrashLoopBackOff");
    assert.match(await client.text("GET", `${pathOf("Pod", loops.metadata.name)}/log`), /this version is broken/);
    await remove("Deployment", "broken");
    await remove("Deployment", "probed");
  });

  test("an image that nothing stands for says so, and what is known", async () => {
    const unknown = container([], { image: "docker.io/library/postgres:17" });
    await apply(client, deployment("unknown", 1, { containers: [unknown] }));
    const waiting = await until("the reason", () => {
      const found = stateOf(podsOf("unknown")[0])?.state.waiting ?? undefined;
      return found?.reason === "ErrImagePull" && found;
    });
    assert.match(waiting.message ?? "", /no program for image 'docker.io\/postgres'.*ghcr\.io\/novacron\/dwcp-v3/);
    await remove("Deployment", "unknown");
  });

  test("faults are for the version that is meant, in pods of later too", async () => {
    kubelet.setFaults({ digest: DIGESTS.two }, { unready: true });
    const second = container(["echo"], { image: `ghcr.io/novacron/environment:2@${DIGESTS.two}` });
    await apply(client, deployment("second", 1, { containers: [second] }));
    await ready("echo", 3);
    await until("the second version runs", () => podsOf("second").find((pod) => stateOf(pod)?.state.running));
    await sleep(300);
    assert.deepEqual(podsOf("second").map(isReady), [false]);
    assert.deepEqual(podsOf("echo").map(isReady), [true, true, true]);
    kubelet.clearFaults();
    await ready("second", 1);
    await remove("Deployment", "second");
  });

  test("files of a ConfigMap follow it at once", async () => {
    await apply(client, configMap("settings", { colour: "blue" }));
    const reader = container(["echo"], { volumeMounts: [{ name: "settings", mountPath: "/etc/settings" }] });
    const volumes = [{ name: "settings", configMap: { name: "settings" } }];
    await apply(client, deployment("reader", 1, { containers: [reader], volumes }));
    const [pod] = await ready("reader", 1);
    const url = (path: string) => `http://${pod?.status.podIP}:8080/file?${path}`;
    assert.equal(await get(url("/etc/settings/colour")), "blue");
    assert.match(await get(url("/var/run/secrets/kubernetes.io/serviceaccount/token")), /^[\w-]+\.[\w-]+\.[\w-]+$/);
    await apply(client, configMap("settings", { colour: "red" }));
    await until("the new value", async () => (await get(url("/etc/settings/colour"))) === "red", 3);
    await remove("Deployment", "reader");
  });

  test("a real program finds its mounted files and the API server, and takes up new settings", async () => {
    const settings = (job: string): Record<string, string> => ({
      "prometheus.yml": JSON.stringify({
        rule_files: ["/etc/prometheus/rules.yml"],
        scrape_configs: [
          {
            job_name: job,
            kubernetes_sd_configs: [
              {
                role: "pod",
                kubeconfig_file: "/var/run/secrets/novacron/kubeconfig",
                namespaces: { names: ["default"] },
              },
            ],
          },
        ],
      }),
      "rules.yml": JSON.stringify({ groups: [{ name: "own", rules: [{ record: "one", expr: "vector(1)" }] }] }),
    });
    await apply(client, configMap("prometheus", settings("first")));
    await apply(client, readerOfPods);
    const program = container(
      [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
        "--web.listen-address=$(POD_IP):9090",
      ],
      {
        image: "quay.io/prometheus/prometheus:v3.12.0",
        ports: [{ name: "web", containerPort: 9090 }],
        readinessProbe: { httpGet: { path: "/-/ready", port: "web" }, periodSeconds: 1 },
        volumeMounts: [
          { name: "config", mountPath: "/etc/prometheus" },
          { name: "data", mountPath: "/prometheus" },
        ],
      },
    );
    const volumes = [
      { name: "config", configMap: { name: "prometheus" } },
      { name: "data", emptyDir: {} },
    ];
    await apply(client, deployment("prometheus", 1, { containers: [program], volumes }));
    const [pod] = await ready("prometheus", 1);
    const url = `http://${pod?.status.podIP}:9090/api/v1`;
    assert.match(await get(`${url}/rules`), /"name":"one"/);
    // Dropped targets too: what service discovery found at all.
    await until("pods are found", async () => /__meta_kubernetes_pod_name/.test(await get(`${url}/targets`)));
    await apply(client, configMap("prometheus", settings("second")));
    await until("the new settings", async () => /second/.test(await get(`${url}/status/config`)), 5);
    await remove("Deployment", "prometheus");
  });

  test("jobs end as their programs do", async () => {
    for (const [name, code] of [
      ["fine", "0"],
      ["failing", "3"],
    ] as const) {
      const { readinessProbe, ...rest } = container(["once", "", code]);
      await apply(client, job(name, { containers: [rest] }));
      const wanted = code === "0" ? "succeeded" : "failed";
      type Ended = { status: { succeeded?: number; failed?: number } };
      await until(
        `job ${name} has ${wanted}`,
        async () => (await client.get<Ended>(pathOf("Job", name))).status[wanted] === 1,
      );
    }
  });

  test("a node that loses its power ends its pods at once, and runs them again when it is back", async () => {
    const pod = (await ready("echo", 3))[0];
    const node = pod?.spec.nodeName ?? "";
    const path = `/api/v1/nodes/${node}`;
    const url = `http://${pod?.status.podIP}:8080/`;
    await client.merge(path, { metadata: { labels: { "sim.novacron.io/power": null } } });
    await until(
      "its pod is gone",
      () =>
        get(url).then(
          () => false,
          () => true,
        ),
      2,
    );
    assert.ok(
      podsOf("echo").some(({ metadata }) => metadata.name === pod?.metadata.name),
      "only the cluster forgets pods",
    );
    await client.merge(path, { metadata: { labels: { "sim.novacron.io/power": "on" } } });
    await until("its pod is back", () => get(url).catch(() => undefined));
    await ready("echo", 3);
  });

  test("kubectl logs shows what a container wrote", async () => {
    const [pod] = await ready("echo", 3);
    const path = `${pathOf("Pod", pod?.metadata.name ?? "")}/log`;
    assert.match(await client.text("GET", path, { query: { tailLines: 1 } }), /^started as echo-\S+ with \n$/);
  });

  test("pods go on while the API server is away, and follow it when it is back", async () => {
    const [pod] = await ready("echo", 3);
    const name = pod?.metadata.name ?? "";
    const restarts = stateOf(pod)?.restartCount ?? 0;
    await processes.get("kube-apiserver")?.stop();
    assert.match(await get("http://echo.default.svc/"), /^echo-/);
    assert.equal(kubelet.crash({ pod: name }).length, 1);
    processes.get("kube-apiserver")?.start();
    await processes.get("kube-apiserver")?.ready();
    await until("the crash is told", () =>
      podsOf("echo").some((found) => found.metadata.name === name && stateOf(found)?.restartCount === restarts + 1),
    );
    await client.merge(pathOf("Deployment", "echo"), { spec: { replicas: 4 } });
    await ready("echo", 4);
  });

  test("pods run again after a restart of the region", async () => {
    const [pod] = await ready("echo", 4);
    const name = pod?.metadata.name ?? "";
    const restarts = stateOf(pod)?.restartCount ?? 0;
    await region.restartKubelet();
    await until("the restart is told", () =>
      podsOf("echo").some((found) => found.metadata.name === name && stateOf(found)?.restartCount === restarts + 1),
    );
    await ready("echo", 4);
    // Until each pod has said that it is not ready yet, the cluster still takes it for what it was.
    assert.match(await until("an answer", () => get("http://echo.default.svc/").catch(() => undefined)), /^echo-/);
  });
}
