import assert from "node:assert/strict";
import { test } from "node:test";
import type { Objective } from "../../k8s/dwcp/analysis.ts";
import { canarySteps } from "../../k8s/dwcp/canarySteps.ts";
import { allButOne } from "../../k8s/dwcp/rolloutSpec.ts";
import { SETTINGS, settings } from "../../k8s/dwcp/settings.ts";
import { type Declared, declaredBy, objectOf } from "./declared.ts";
import { config, declareServices, dwcpArgs, plan } from "./stagingRegion.ts";

const { objects, ignored } = await declaredBy((options) => declareServices(options));
const SERVICES = [
  ["dwcp-v3", "dwcp"],
  ["dwcp-v1", "dwcp"],
  ["pba", "ml"],
] as const;
const canaryOf = (service: string): Declared => objectOf(objects, "Rollout", service).spec.strategy.canary;
const podsOf = ({ spec }: Declared): Declared => spec.template.spec;

test("every release goes through the same gates and weights, and ends in a bake time that is still an abort away", () => {
  const written = canarySteps("dwcp-v3").map((step) =>
    "analysis" in step ? `gate ${step.analysis.args?.[0]?.value}` : "setWeight" in step ? step.setWeight : "pause",
  );
  assert.deepEqual(written, ["gate 10", 10, "gate 50", 50, "gate 100", 100, "gate done"]);
  // Judged from the moment that it gets requests, not before: then no data would fail it.
  assert.equal(canaryOf("dwcp-v3").analysis.startingStep, written.indexOf(10) + 1);
});

test("an `up` in the middle of a canary moves no request: weights and selectors are Argo's and the operators'", () => {
  for (const [service] of SERVICES) {
    assert.deepEqual(ignored.get(`TraefikService/${service}`), ["spec.weighted.services"]);
    for (const version of ["stable", "canary"]) {
      assert.deepEqual(ignored.get(`Service/${service}-${version}`), ["spec.selector"]);
    }
    // The autoscaler's; Pulumi would take added pods away again.
    assert.equal(objectOf(objects, "Rollout", service).spec.replicas, undefined);
    assert.equal(objectOf(objects, "HorizontalPodAutoscaler", service).spec.minReplicas, 3);
  }
  assert.deepEqual(ignored.get("TraefikService/dwcp"), ["spec.weighted.services"]);
  assert.deepEqual(ignored.get("Service/dwcp-v3-previous"), ["spec.selector"]);
  assert.equal(ignored.size, 3 * SERVICES.length + 2);
});

test("going back is a change of weights at every moment: stable is whole, and the version before stays for an hour", () => {
  for (const [service] of SERVICES) {
    const { spec } = objectOf(objects, "Rollout", service);
    const canary = canaryOf(service);
    assert.notEqual(canary.dynamicStableScale, true);
    assert.ok(canary.scaleDownDelaySeconds >= 3600);
    assert.equal(canary.scaleDownDelayRevisionLimit, 1);
    // 0 would be for good; while it stays, Argo writes the canary's Service again and again.
    assert.equal(canary.abortScaleDownDelaySeconds, 1);
    // Releases that failed in between count too: nothing that is kept may be outside of the window.
    assert.ok(spec.rollbackWindow.revisions > spec.revisionHistoryLimit);
    assert.ok(spec.revisionHistoryLimit > 1);
    assert.ok(spec.progressDeadlineSeconds > spec.minReadySeconds);
  }
});

test("one dead pod of stable does not hold up an abort, and half of them missing lets no release go on", () => {
  for (const replicas of [2, 3, 4, 6, 10, 64]) {
    const threshold = allButOne(replicas);
    assert.ok((100 * (replicas - 1)) / replicas >= threshold, `${replicas}: one dead pod blocks`);
    assert.ok(replicas <= 2 || (100 * (replicas - 2)) / replicas < threshold, `${replicas}: two dead pods pass`);
  }
  assert.deepEqual(canaryOf("pba").replicaProgressThreshold, { type: "Percent", value: 66 });
});

test("a gate waits for yes and for nothing else: no failure, no error and no number of tries ends it", () => {
  for (const [service, namespace] of SERVICES) {
    const [metric, ...others] = objectOf(objects, "AnalysisTemplate", `${service}-gate`, namespace).spec.metrics;
    assert.equal(others.length, 0);
    assert.equal(metric.failureLimit, -1);
    assert.equal(metric.consecutiveSuccessLimit, 1);
    assert.equal(metric.successCondition, "len(result) > 0 && result[0] == 1");
    assert.ok(metric.count >= 1e9 && metric.consecutiveErrorLimit >= 1e9);
    assert.match(metric.provider.prometheus.query, new RegExp(`service="${service}"`));
  }
});

test("no data fails a canary, at once", () => {
  for (const [service, namespace] of SERVICES) {
    const { metrics } = objectOf(objects, "AnalysisTemplate", `${service}-slo`, namespace).spec;
    assert.deepEqual(
      metrics.map(({ name }: { name: keyof Objective }) => name),
      ["requests", "errors", "latency", "tail"],
    );
    for (const metric of metrics) {
      assert.equal(metric.failureLimit, 0);
      assert.ok(metric.consecutiveErrorLimit <= 1);
      assert.match(metric.successCondition, /^len\(result\) > 0 && result\[0\] [<>]= /);
      // Two scrapes of two seconds.
      assert.ok(Number.parseInt(metric.initialDelay, 10) >= 4);
    }
  }
});

test("a version without requests is not judged by them: a release of the one kept warm would always fail", async () => {
  assert.ok(canaryOf("dwcp-v3").analysis);
  assert.equal(canaryOf("dwcp-v1").analysis, undefined);
  const switched = await declaredBy((options) => declareServices(options, { features: { dwcpV3: false } }));
  const judged = (service: string) => objectOf(switched.objects, "Rollout", service).spec.strategy.canary.analysis;
  assert.equal(judged("dwcp-v3"), undefined);
  assert.ok(judged("dwcp-v1"));
  const weights = objectOf(switched.objects, "TraefikService", "dwcp").spec.weighted.services;
  assert.deepEqual(
    weights.map(({ name, weight }: { name: string; weight: number }) => [name, weight]),
    [
      ["dwcp-v3", 0],
      ["dwcp-v1", 100],
      ["dwcp-v3-previous", 0],
    ],
  );
});

test("ceiling, annotation, image and environment name one digest, so that a gate asks about what really runs", () => {
  for (const [service, image] of [
    ["dwcp-v3", config.images.dwcpV3],
    ["dwcp-v1", config.images.dwcpV1],
    ["pba", config.images.pba],
  ] as const) {
    const [, digest] = image.split("@");
    const rollout = objectOf(objects, "Rollout", service);
    const [container] = podsOf(rollout).containers;
    assert.equal(rollout.metadata.annotations?.["novacron.io/digest"], digest);
    const ceiling = objectOf(objects, "ConfigMap", `${service}-release`);
    assert.equal(ceiling.data.digest, digest);
    // The region is in the first wave of each release.
    assert.equal(ceiling.metadata.annotations?.["novacron.io/wave"], "1");
    assert.equal(container.image, image);
    assert.equal(container.env.find(({ name }: { name: string }) => name === "IMAGE_DIGEST").value, digest);
  }
});

test("every pod is admitted by Pod Security `restricted`, spread over zones, and has what it needs set aside", () => {
  const owners = objects.filter(({ kind }) => ["Rollout", "Deployment", "StatefulSet"].includes(kind));
  assert.equal(owners.length, 7);
  for (const owner of owners) {
    const pods = podsOf(owner);
    assert.equal(pods.securityContext.runAsNonRoot, true);
    assert.equal(pods.securityContext.seccompProfile.type, "RuntimeDefault");
    assert.deepEqual(
      pods.topologySpreadConstraints.map(({ topologyKey }: { topologyKey: string }) => topologyKey),
      ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
    );
    // Only the gate has business with the API server.
    assert.equal(pods.automountServiceAccountToken, owner.metadata.name === "gate");
    for (const container of pods.containers) {
      assert.match(container.image, /@sha256:[0-9a-f]{64}$/);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities.drop, ["ALL"]);
      assert.ok(container.resources.requests.cpu && container.resources.limits.memory);
    }
  }
});

test("the gate reads releases of the namespaces that have them, adds to what is denied, and may do nothing else", () => {
  const roles = objects.filter(({ kind }) => kind === "Role");
  assert.deepEqual(roles.map(({ metadata }) => metadata.namespace).toSorted(), ["dwcp", "ml"]);
  for (const { metadata, rules } of roles) {
    const writing = rules.filter(
      ({ verbs }: { verbs: string[] }) => !verbs.every((verb) => /get|list|watch/.test(verb)),
    );
    const released = SERVICES.filter(([, namespace]) => namespace === metadata.namespace);
    assert.deepEqual(writing, [
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: released.map(([service]) => `${service}-denied`),
        verbs: ["patch"],
      },
    ]);
    const read = rules.flatMap(({ resources }: { resources: string[] }) => resources);
    assert.deepEqual([...new Set(read)], ["configmaps", "rollouts", "replicasets"]);
  }
});

test("Pulumi has no key of what is denied, so that no `up` allows it again", () => {
  for (const [service, namespace] of SERVICES) {
    const denied = objectOf(objects, "ConfigMap", `${service}-denied`, namespace);
    assert.equal("data" in denied, false);
    const { paramRef } = objectOf(objects, "ValidatingAdmissionPolicyBinding", `novacron-denied-${service}`).spec;
    assert.deepEqual([paramRef.name, paramRef.namespace], [denied.metadata.name, namespace]);
  }
});

test("every external route asks for a token, but for the path of health checks, and for that of peers where they come in", () => {
  const routes = objects
    .filter(({ kind, spec }) => kind === "IngressRoute" && !spec.entryPoints.includes("internal"))
    .flatMap(({ spec }) => spec.routes.map((route: object) => ({ entryPoint: spec.entryPoints.join(), ...route })));
  const open = routes.filter(({ middlewares }) => !middlewares.some(({ name }: { name: string }) => name === "jwt"));
  assert.equal(routes.length, 4);
  assert.deepEqual(
    open.map(({ entryPoint, match }) => [entryPoint, /&& Path\(`([^`]+)`\) && Method\(`GET`\)$/.exec(match)?.[1]]),
    [
      ["websecure", "/health"],
      ["wan", "/v1/peer"],
    ],
  );
});

test("each replica of state has a volume that no second pod can ever mount", () => {
  const { spec } = objectOf(objects, "StatefulSet", "dwcp-state");
  const [claim] = spec.volumeClaimTemplates;
  assert.deepEqual(claim.spec.accessModes, ["ReadWriteOncePod"]);
  assert.equal(spec.replicas, 3);
  assert.equal(objectOf(objects, "PodDisruptionBudget", "dwcp-state").spec.maxUnavailable, 1);
});

test("DWCP gets the timeouts that the plan has proven", () => {
  assert.deepEqual(settings(plan.quorum), {
    [SETTINGS.mode]: "internet",
    [SETTINGS.syncInterval]: "1000",
    [SETTINGS.electionTimeout]: "1000",
    [SETTINGS.pbftTimeout]: "5000",
  });
  const near = { ...plan.quorum, sync: { ...plan.quorum.sync, worstStalenessMilliseconds: 1002 } };
  assert.equal(settings(near)[SETTINGS.mode], "datacenter");
});

test("each other region is a peer of its own, so that a new region restarts no pod", () => {
  const slices = objects.filter(({ kind }) => kind === "EndpointSlice");
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints.map(({ hostname, addresses }: Endpoint) => [hostname, ...addresses])),
    dwcpArgs.plan.peers.map(({ region, addresses }) => addresses.map((address) => [region, address])),
  );
  for (const { metadata, ports } of slices) {
    assert.equal(metadata.labels?.["kubernetes.io/service-name"], "dwcp-peers");
    assert.deepEqual(ports, [{ name: "wan", port: 8443, protocol: "TCP" }]);
  }
  const [service] = objects.filter(({ kind, metadata }) => kind === "Service" && metadata.name === "dwcp-peers");
  assert.deepEqual([service?.spec.clusterIP, service?.spec.selector], ["None", undefined]);
  const templates = objects.filter(({ kind }) => kind === "Rollout").map(({ spec }) => JSON.stringify(spec.template));
  for (const template of templates) assert.doesNotMatch(template, /azr-weu|gcp-aso1/);
});

interface Endpoint {
  hostname: string;
  addresses: string[];
}
