import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wanRange } from "../../infra/plan/addresses.ts";
import { planEnvironment } from "../../infra/plan/environment.ts";
import { addressAt, contains } from "../../infra/plan/ipv4.ts";
import { type Allowance, type NetworkPolicyPlan, planNetworkPolicies } from "../../infra/plan/networkPolicies.ts";
import type { RegionPlan } from "../../infra/plan/topology.ts";
import { NAMESPACES } from "../../k8s/platform/names.ts";
import { configOf, regions } from "./arbitraries.ts";

interface Pod {
  namespace: string;
  name: string;
}

const NAMES = ["dwcp-v3", "dwcp-v1", "dwcp-state", "gate", "auth", "load", "pba", "traefik", "alertmanager", "other"];
const PORTS = [53, 80, 443, 988, 3000, 6443, 8000, 8080, 8081, 8090, 8443, 8444, 9090, 9093, 9100, 9876, 10_250];
const pod = fc.record({
  namespace: fc.constantFrom<string>(...Object.values(NAMESPACES)),
  name: fc.constantFrom(...NAMES),
});
const port = fc.constantFrom(...PORTS);

/** Regions of a stack of one to five. */
const stacks = regions(1, 5).map((list) => planEnvironment(configOf(list), "test").regions);
const region = stacks.chain((list) => fc.constantFrom(...list));

const selected = (policy: NetworkPolicyPlan, { namespace, name }: Pod): boolean =>
  policy.namespace === namespace && (policy.pods === undefined || policy.pods.includes(name));

function admits({ peers, ports }: Allowance, other: Pod | string, wanted: number): boolean {
  return (
    ports.some((port) => (typeof port === "number" ? port : port.port) === wanted) &&
    peers.some((peer) =>
      "cidr" in peer
        ? typeof other === "string" &&
          contains(peer.cidr, `${other}/32`) &&
          !peer.except?.some((range) => contains(range, `${other}/32`))
        : typeof other !== "string" &&
          peer.namespace === other.namespace &&
          (peer.pods === undefined || peer.pods.includes(other.name)),
    )
  );
}

/** As Kubernetes decides it: policies only add up, and a pod that none selects in a direction is open in it. */
function allowed(
  policies: readonly NetworkPolicyPlan[],
  direction: "ingress" | "egress",
  pod: Pod,
  other: Pod | string,
  port: number,
): boolean {
  const relevant = policies.filter((policy) => policy[direction] !== undefined && selected(policy, pod));
  return (
    relevant.length === 0 ||
    relevant.some((policy) => policy[direction]?.some((allowance) => admits(allowance, other, port)))
  );
}

const flows = (policies: readonly NetworkPolicyPlan[], from: Pod, to: Pod, port: number): boolean =>
  allowed(policies, "egress", from, to, port) && allowed(policies, "ingress", to, from, port);

test("from the internet nothing is reached but the two public entry points", () => {
  fc.assert(
    fc.property(region, pod, port, (facts, target, port) => {
      const open = allowed(planNetworkPolicies(facts), "ingress", target, "203.0.113.9", port);
      assert.equal(open, target.namespace === "traefik" && (port === 8000 || port === 8443));
    }),
  );
});

test("another region reaches the WAN entry point beside what is public, and nothing more", () => {
  fc.assert(
    fc.property(region, pod, port, fc.nat(100_000), (facts, target, port, offset) => {
      for (const peer of facts.peers) {
        const open = allowed(planNetworkPolicies(facts), "ingress", target, addressAt(peer.cidr, offset), port);
        const gateway = target.namespace === "traefik" && [8000, 8443, 8444].includes(port);
        assert.equal(open, gateway, `${target.namespace}/${target.name}:${port}`);
      }
    }),
  );
});

test("of another region only DWCP v3 reaches anything, and that is the WAN entry", () => {
  fc.assert(
    fc.property(region, pod, port, fc.nat(100_000), (facts, from, port, offset) => {
      for (const { cidr } of facts.peers) {
        const policies = planNetworkPolicies(facts);
        const isDwcp = from.namespace === "dwcp" && from.name === "dwcp-v3";
        for (const address of [addressAt(cidr, offset), addressAt(wanRange(cidr), 10)]) {
          const isEntry = contains(wanRange(cidr), `${address}/32`);
          assert.equal(allowed(policies, "egress", from, address, port), isDwcp && isEntry && port === 8443, address);
        }
      }
    }),
  );
});

test("no pod reads the credentials of its machine, but External Secrets where they are its own", () => {
  fc.assert(
    fc.property(region, pod, port, (facts, from, port) => {
      const reads = allowed(planNetworkPolicies(facts), "egress", from, "169.254.169.254", port);
      assert.equal(reads, facts.cloud === "gcp" && from.namespace === "external-secrets" && port === 80);
    }),
  );
});

test("a pod without a policy of its own reaches DNS alone", () => {
  fc.assert(
    fc.property(region, pod, port, (facts, to, port) => {
      const stranger = { namespace: "dwcp", name: "stranger" };
      const policies = planNetworkPolicies(facts);
      assert.equal(allowed(policies, "egress", stranger, to, port), false);
      assert.equal(allowed(policies, "egress", stranger, "203.0.113.9", port), false);
      assert.equal(allowed(policies, "egress", stranger, { namespace: "kube-system", name: "coredns" }, 53), true);
    }),
  );
});

test("what a release and a request need is let through at both ends", () => {
  const needed: [string, string, number][] = [
    ["argo-rollouts/argo-rollouts", "monitoring/prometheus", 9090],
    ["monitoring/prometheus", "dwcp/gate", 9090],
    ["monitoring/prometheus", "ml/pba", 9090],
    ["monitoring/prometheus", "traefik/traefik", 9100],
    ["monitoring/prometheus", "monitoring/alertmanager", 9093],
    ["traefik/traefik", "dwcp/auth", 8080],
    ["traefik/traefik", "dwcp/dwcp-v3", 8080],
    ["traefik/traefik", "dwcp/dwcp-v1", 8080],
    ["traefik/traefik", "ml/pba", 8080],
    ["dwcp/dwcp-v3", "dwcp/dwcp-state", 8080],
    ["dwcp/dwcp-v3", "traefik/traefik", 8081],
    ["dwcp/dwcp-state", "dwcp/dwcp-state", 8080],
    ["dwcp/load", "traefik/traefik", 8081],
    ["dwcp/load", "dwcp/dwcp-v3", 9876],
    ["dwcp/load", "dwcp/dwcp-v1", 9876],
    ["ml/load", "traefik/traefik", 8081],
  ];
  const at = (text: string): Pod => {
    const [namespace = "", name = ""] = text.split("/");
    return { namespace, name };
  };
  fc.assert(
    fc.property(region, (facts) => {
      const policies = planNetworkPolicies(facts);
      for (const [from, to, port] of needed)
        assert.ok(flows(policies, at(from), at(to), port), `${from} → ${to}:${port}`);
      // Operators' calls through the API server, which a rollback is verified by.
      const proxy = { namespace: "kube-system", name: "konnectivity-agent" };
      for (const [to, port] of [
        ["traefik/traefik", 8081],
        ["dwcp/gate", 8080],
        ["monitoring/prometheus", 9090],
      ] as const) {
        assert.ok(allowed(policies, "ingress", at(to), proxy, port), to);
        assert.ok(allowed(policies, "ingress", at(to), addressAt(facts.addresses.intra.range, 9), port), to);
      }
      for (const from of [
        "argo-rollouts/x",
        "traefik/x",
        "dwcp/gate",
        "external-secrets/x",
        "cert-manager/x",
        "monitoring/x",
      ])
        assert.ok(allowed(policies, "egress", at(from), addressAt(facts.addresses.services, 1), 443), from);
    }),
    { numRuns: 30 },
  );
});

test("a new region changes no policy that is there", () => {
  const keyed = (facts: RegionPlan) =>
    new Map(planNetworkPolicies(facts).map((policy) => [`${policy.namespace}/${policy.name}`, policy]));
  fc.assert(
    fc.property(
      regions(2, 5).map((list) => [list, list.slice(0, -1)] as const),
      ([all, fewer]) => {
        const after = planEnvironment(configOf(all), "test").regions;
        for (const region of planEnvironment(configOf(fewer), "test").regions) {
          const grown = after.find(({ name }) => name === region.name);
          assert.ok(grown);
          const policies = keyed(grown);
          assert.equal(policies.size, planNetworkPolicies(grown).length, "a name is used once");
          for (const [key, policy] of keyed(region)) assert.deepEqual(policies.get(key), policy);
        }
      },
    ),
  );
});
