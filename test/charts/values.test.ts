import assert from "node:assert/strict";
import { test } from "node:test";
import { renderChart } from "../../sim/charts/index.ts";
import { toolsFolder } from "../apiServer.ts";

const TRAEFIK = { repository: "https://traefik.github.io/charts", version: "39.0.0" };

async function render(chart: string, settings: object, values: Record<string, unknown>) {
  const release = { chart, repository: undefined, version: undefined, namespace: "n", releaseName: chart, values };
  return renderChart({ ...release, ...settings }, await toolsFolder());
}

const traefikArguments = async (values: Record<string, unknown>): Promise<string[]> => {
  const { objects, problems } = await render("traefik", TRAEFIK, values);
  assert.deepEqual(problems, []);
  const deployment = objects.find(({ kind }) => kind === "Deployment") as unknown as {
    spec: { template: { spec: { containers: { args: string[] }[] } } };
  };
  return deployment.spec.template.spec.containers[0]?.args ?? [];
};

test("a value that the chart does not know is named with the one that was meant, and nothing is made", async () => {
  const values = { ports: { web: { exposePort: 80 } }, deployment: { replicas: "two" }, image: { tag: "v4" } };
  const { objects, crds, problems } = await render("traefik", TRAEFIK, values);
  assert.deepEqual([objects, crds], [[], []]);
  const [misspelt, wrong, unknown] = ["ports.web.exposePort", "deployment.replicas", "'image'"].map((key) =>
    problems.find((problem) => problem.includes(key)),
  );
  assert.match(misspelt ?? "", /at 'ports\.web' it knows port, exposedPort,.*Did you mean 'ports\.web\.exposedPort'\?/);
  assert.match(wrong ?? "", /expected number, received string/);
  assert.match(unknown ?? "", /at 'the top' it knows deployment,/);
  assert.doesNotMatch(unknown ?? "", /Did you mean/);
});

test("a chart, a version or a repository that nobody tried is refused with those that are known", async () => {
  const [chart] = (await render("nginx", {}, {})).problems;
  assert.match(chart ?? "", /'nginx' is not known.*argo-rollouts, traefik, cert-manager, external-secrets/);
  const { problems } = await render("traefik", { repository: "https://example.com", version: "37.4.0" }, {});
  assert.match(
    problems.join("\n"),
    /'https:\/\/example\.com' is not known; its charts come from https:\/\/traefik\.github\.io/,
  );
  assert.match(problems.join("\n"), /'37\.4\.0' is not known.*39\.0\.0 \(traefik v3\.6\.7\)/);
});

test("what would not be there is not promised: exporters and the chart's own rules must be switched off", async () => {
  const stack = { repository: "https://prometheus-community.github.io/helm-charts", version: "88.2.0" };
  const { problems } = await render("kube-prometheus-stack", stack, { nodeExporter: { enabled: true } });
  assert.match(problems.join("\n"), /'nodeExporter\.enabled': the node exporter has no program here: set it to false/);
  assert.match(problems.join("\n"), /'defaultRules'/);
});

test("values are laid over the chart's own, as Helm does, and null takes an entry point away", async () => {
  const args = await traefikArguments({
    ports: {
      web: { http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } } },
      websecure: { http: { maxHeaderBytes: 32_768 }, transport: { respondingTimeouts: { readTimeout: "30s" } } },
      wan: { port: 8444, exposedPort: 8443, expose: { default: true }, http: { tls: { enabled: true } } },
      metrics: null,
    },
    metrics: { prometheus: null },
    additionalArguments: ["--providers.providersThrottleDuration=200ms"],
  });
  const addresses = args.filter((arg) => arg.includes(".address="));
  assert.deepEqual(addresses, [
    "--entryPoints.traefik.address=$(POD_IP):8080/tcp",
    "--entryPoints.wan.address=$(POD_IP):8444/tcp",
    "--entryPoints.web.address=$(POD_IP):8000/tcp",
    "--entryPoints.websecure.address=$(POD_IP):8443/tcp",
  ]);
  for (const expected of [
    "--entryPoints.web.http.redirections.entryPoint.to=:443",
    "--entryPoints.websecure.http.tls=true",
    "--entryPoints.websecure.http.maxHeaderBytes=32768",
    "--entryPoints.websecure.transport.respondingTimeouts.readTimeout=30s",
    "--entryPoints.wan.http.tls=true",
    "--providers.providersThrottleDuration=200ms",
  ])
    assert.ok(args.includes(expected), expected);
  assert.ok(!args.some((arg) => arg.startsWith("--metrics.prometheus")));
});

test("a redirection to an entry point that is not there is refused, not followed into nothing", async () => {
  const web = { http: { redirections: { entryPoint: { to: "secure", scheme: "https" } } } };
  const { problems } = await render("traefik", TRAEFIK, { ports: { web } });
  assert.match(
    problems.join("\n"),
    /entryPoint\.to': there is no entry point 'secure', only metrics, traefik, web, websecure/,
  );
});
