import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARTS } from "../../k8s/charts.ts";
import { METRICS } from "../../k8s/contract.ts";
import { CANARY_PANELS } from "../../k8s/monitoring/canaryDashboard.ts";
import { RECORDED } from "../../k8s/monitoring/recordingRules.ts";
import { NAMESPACES } from "../../k8s/platform/names.ts";
import { type Declared, declaredBy, objectOf } from "./declared.ts";
import { declareEdge, declarePlatform } from "./stagingPlatform.ts";
import { declareServices } from "./stagingRegion.ts";

const { objects } = await declaredBy((options) => {
  declarePlatform("aws-use1", options);
  declareEdge("aws-use1", options);
  declareServices(options);
});
const ofKind = (kind: string): Declared[] => objects.filter((object) => object.kind === kind);
const releaseOf = (chart: string): Declared => {
  const found = objects.find((object) => object.chart === chart);
  if (found === undefined) throw new Error(`no release of ${chart}`);
  return found;
};

test("no namespace admits a pod that is not restricted, runs without a quota, or is open to the network", () => {
  for (const namespace of Object.values(NAMESPACES)) {
    const { labels } = objectOf(objects, "Namespace", namespace).metadata;
    assert.equal(labels?.["pod-security.kubernetes.io/enforce"], "restricted", namespace);
    assert.ok(objectOf(objects, "ResourceQuota", "quota", namespace).spec.hard["requests.memory"], namespace);
    const { spec } = objectOf(objects, "NetworkPolicy", "default-deny", namespace);
    assert.deepEqual(spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] });
  }
});

test("a quota has room for both versions of every service at its largest", () => {
  for (const namespace of ["dwcp", "ml"]) {
    const rollouts = ofKind("Rollout").filter(({ metadata }) => metadata.namespace === namespace);
    const most = rollouts.map(({ metadata }) => {
      const { spec } = objectOf(objects, "HorizontalPodAutoscaler", metadata.name, namespace);
      return 2 * Number(spec.maxReplicas);
    });
    const others = ofKind("Deployment").concat(ofKind("StatefulSet"));
    const fixed = others.filter(({ metadata }) => metadata.namespace === namespace);
    const needed = [...most, ...fixed.map(({ spec }) => Number(spec.replicas))].reduce((sum, pods) => sum + pods, 0);
    assert.ok(needed > 0 && Number(objectOf(objects, "ResourceQuota", "quota", namespace).spec.hard.pods) >= needed);
  }
});

test("every object lies in a namespace that is declared", () => {
  const declared = new Set(ofKind("Namespace").map(({ metadata }) => metadata.name));
  for (const { kind, metadata, namespace } of objects.map((object) => ({ ...object, namespace: object.namespace }))) {
    const place = metadata?.namespace ?? namespace;
    if (place !== undefined) assert.ok(declared.has(String(place)), `${kind} in ${place}`);
  }
});

test("every chart is pinned, and a release that fails takes itself back", () => {
  // What AWS needs for its load balancers is installed with the cluster.
  const { awsLoadBalancerController: _, ...everywhere } = CHARTS;
  for (const { chart, version, repositoryOpts } of Object.values(everywhere)) {
    const release = releaseOf(chart);
    assert.deepEqual([release.version, release.repositoryOpts, release.atomic], [version, repositoryOpts, true]);
  }
});

test("a canary without endpoints, a slow gateway or a lost pod takes no request of stable with it", () => {
  const { values } = releaseOf("traefik");
  assert.equal(values.providers.kubernetesCRD.allowEmptyServices, true);
  assert.ok(values.additionalArguments.includes("--providers.providersThrottleDuration=200ms"));
  assert.ok(values.additionalArguments.includes("--serversTransport.forwardingTimeouts.dialTimeout=1s"));
  assert.ok(values.deployment.replicas >= 2);
  assert.equal(objectOf(objects, "Middleware", "retry", "dwcp").spec.retry.attempts, 3);
});

test("only web and websecure are on the public load balancer, which has the region's addresses", () => {
  const { ports, service } = releaseOf("traefik").values;
  const exposed = Object.entries<{ expose: { default: boolean }; exposedPort: number }>(ports)
    .filter(([, { expose }]) => expose.default)
    .map(([name, { exposedPort }]) => [name, exposedPort]);
  assert.deepEqual(Object.fromEntries(exposed), { web: 80, websecure: 443 });
  assert.equal(ports.web.http.redirections.entryPoint.to, "websecure");
  assert.equal(service.annotations["example.com/address"], "reserved");
});

test("other regions come in over an internal load balancer of their own, to the entry point that asks for TLS", () => {
  const { metadata, spec } = objectOf(objects, "Service", "traefik-wan", "traefik");
  assert.equal(metadata.annotations?.["example.com/internal"], "true");
  assert.deepEqual(
    [spec.type, spec.externalTrafficPolicy, spec.ports],
    ["LoadBalancer", "Local", [{ name: "wan", port: 8443, targetPort: "wan" }]],
  );
  assert.equal(releaseOf("traefik").values.ports.wan.http.tls.enabled, true);
});

test("Argo moves the weights of the Traefik that is installed", () => {
  const { extraArgs } = releaseOf("argo-rollouts").values.controller;
  assert.deepEqual(extraArgs, ["--traefik-api-group=traefik.io", "--traefik-api-version=traefik.io/v1alpha1"]);
});

test("one TLS option and no more: TLS 1.3, and no handshake for a name without a certificate", () => {
  const [option, ...others] = ofKind("TLSOption");
  assert.deepEqual(others, []);
  assert.equal(option?.metadata.name, "default");
  assert.deepEqual([option?.spec.minVersion, option?.spec.sniStrict], ["VersionTLS13", true]);
});

test("gateways have a certificate to fall back on, so that they make none of their own", () => {
  const [store, ...others] = ofKind("TLSStore");
  assert.deepEqual(others, []);
  const { metadata, spec } = objectOf(objects, "Certificate", "edge", "dwcp");
  assert.deepEqual([store?.metadata.name, store?.metadata.namespace], ["default", metadata.namespace]);
  assert.equal(store?.spec.defaultCertificate.secretName, spec.secretName);
});

test("every external route has a certificate for its names, and a token check that answers while a pod of it is gone", () => {
  const certificate = objectOf(objects, "Certificate", "edge", "dwcp").spec;
  for (const route of ofKind("IngressRoute")) {
    const { entryPoints, tls, routes } = route.spec;
    if (entryPoints.includes("internal")) {
      assert.equal(tls, undefined);
      continue;
    }
    assert.equal(tls.secretName, certificate.secretName, route.metadata.name);
    for (const { match, middlewares } of routes) {
      for (const [, host] of match.matchAll(/Host\(`([^`]+)`\)/g)) assert.ok(certificate.dnsNames.includes(host), host);
      const checked = middlewares.some(({ name }: { name: string }) => name === "jwt");
      // Health checks and, at their own entry, peers carry no token, and may read one path each.
      const open = entryPoints.includes("wan")
        ? /Path\(`\/v1\/peer`\) && Method\(`GET`\)$/
        : /Path\(`\/health`\) && Method\(`GET`\)$/;
      assert.ok(checked || open.test(match), match);
    }
  }
  assert.equal(
    objectOf(objects, "Middleware", "jwt", "dwcp").spec.forwardAuth.address,
    "http://auth.dwcp.svc:8080/verify",
  );
  assert.ok(objectOf(objects, "Deployment", "auth", "dwcp").spec.replicas >= 2);
  assert.equal(objectOf(objects, "PodDisruptionBudget", "auth", "dwcp").spec.minAvailable, 1);
});

test("a route names only middlewares of its own namespace, since Traefik takes no others", () => {
  const there = new Set(ofKind("Middleware").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  for (const { metadata, spec } of ofKind("IngressRoute"))
    for (const { middlewares = [] } of spec.routes)
      for (const { name } of middlewares) assert.ok(there.has(`${metadata.namespace}/${name}`), name);
});

test("volumes are encrypted with the region's key and stay in their pod's zone in every cloud", async () => {
  const provisioners: unknown[] = [];
  for (const region of ["aws-use1", "azr-weu", "gcp-aso1"]) {
    const { objects } = await declaredBy((options) => declarePlatform(region, options));
    const { provisioner, parameters, volumeBindingMode } = objectOf(objects, "StorageClass", "novacron-encrypted");
    provisioners.push(provisioner);
    assert.equal(volumeBindingMode, "WaitForFirstConsumer");
    assert.equal(parameters["example.com/key"], "key-1");
    if (region === "aws-use1") assert.equal(parameters.encrypted, "true");
  }
  assert.deepEqual(provisioners, ["ebs.csi.aws.com", "disk.csi.azure.com", "pd.csi.storage.gke.io"]);
});

test("claims and pods name a storage class and priorities that exist", () => {
  const text = JSON.stringify(objects);
  const declared = (kind: string) => new Set(ofKind(kind).map(({ metadata }) => metadata.name));
  const [classes, priorities] = [declared("StorageClass"), declared("PriorityClass")];
  for (const [, name = ""] of text.matchAll(/"storageClassName":"([^"]+)"/g)) assert.ok(classes.has(name), name);
  for (const [, name = ""] of text.matchAll(/"priorityClassName":"([^"]+)"/g)) assert.ok(priorities.has(name), name);
});

test("the dashboard shows nothing that nothing writes: every metric is of the contract, recorded or the gateway's", () => {
  const known = new Set<string>([...Object.values(METRICS), ...Object.values(RECORDED)]);
  for (const { title, queries } of CANARY_PANELS) {
    for (const { expr } of queries) {
      const names = expr.match(/\b(dwcp|novacron|traefik|argo|rollout)[a-z0-9_:]*(?=[\s{[)(/]|$)/g) ?? [];
      assert.ok(names.length > 0, title);
      for (const name of names) {
        const counter = name.replace(/_bucket$/, "");
        assert.ok(known.has(counter) || counter.startsWith("traefik_"), `${title}: ${name}`);
      }
    }
  }
});

test("verdicts of the gate keep the service that they are about, and versions are told apart", () => {
  const [endpoint] = objectOf(objects, "PodMonitor", "novacron", "monitoring").spec.podMetricsEndpoints;
  assert.equal(endpoint.honorLabels, true);
  assert.deepEqual(
    endpoint.relabelings.map(({ targetLabel }: { targetLabel: string }) => targetLabel),
    ["pod_template_hash", "service"],
  );
});
