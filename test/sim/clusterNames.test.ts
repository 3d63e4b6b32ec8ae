import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveClusterName, type ServiceFacts } from "../../sim/network/cluster/names.ts";

const NAME = "dwcp-peers.dwcp.svc.cluster.local";

/** A headless Service whose endpoints are other regions' addresses. */
const facts: ServiceFacts = {
  get: (namespace, name) =>
    namespace === "dwcp" && name === "dwcp-peers"
      ? {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name, namespace },
          spec: { clusterIP: "None", ports: [{ name: "wan", port: 8443 }] },
        }
      : undefined,
  ready: () =>
    [
      ["aws-use1", "10.0.194.10"],
      ["aws-use1", "10.0.194.26"],
      ["azr-weu", "10.2.194.10"],
    ].map(([hostname = "", address = ""]) => ({ address, hostname, ports: new Map([["wan", 8443]]) })),
};

test("endpoints without pods have the names that their slices give them, with all their addresses", () => {
  assert.deepEqual(resolveClusterName(`aws-use1.${NAME}`, facts).addresses, ["10.0.194.10", "10.0.194.26"]);
  assert.deepEqual(resolveClusterName(`azr-weu.${NAME}`, facts).addresses, ["10.2.194.10"]);
  assert.equal(resolveClusterName(`gcp-aso1.${NAME}`, facts).exists, false);
  const { services } = resolveClusterName(`_wan._tcp.${NAME}`, facts);
  assert.deepEqual(
    [...new Set(services.map(({ target, port }) => `${target}:${port}`))],
    [`aws-use1.${NAME}:8443`, `azr-weu.${NAME}:8443`],
  );
  assert.equal(resolveClusterName(`_http._tcp.${NAME}`, facts).exists, false);
});
