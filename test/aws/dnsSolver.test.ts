import assert from "node:assert/strict";
import { test } from "node:test";
import { output } from "@pulumi/pulumi";
import { DnsSolver } from "../../infra/dnsSolver.ts";
import { DNS_SOLVER } from "../../k8s/edge/certificates.ts";
import { NAMESPACES } from "../../k8s/platform/names.ts";
import { record, recorded } from "../recorded.ts";

await record({ answer: ({ name }) => ({ arn: `arn:aws:mock:::${name}` }) });

const inputsOf = (kind: string) => recorded.find(({ type }) => type === kind)?.inputs;

const statements = (document: unknown) =>
  (JSON.parse(String(document)) as { Statement: Record<string, unknown>[] }).Statement;

test("a cluster may write proofs of ownership into the public zone, as one service account and nothing else", async () => {
  const { role } = new DnsSolver("azr-weu-dns-solver", {
    oidcIssuer: "https://westeurope.oic.example/tenant/cluster/",
    zoneId: "Z1",
    tags: {},
  });
  assert.equal(
    await new Promise((resolve) => output(role).apply((value) => resolve(value))),
    "arn:aws:mock:::azr-weu-dns-solver-role",
  );
  const [trust, ...others] = statements(inputsOf("aws:iam/role:Role")?.assumeRolePolicy);
  assert.deepEqual(others, []);
  assert.deepEqual(trust?.Condition, {
    StringEquals: {
      "westeurope.oic.example/tenant/cluster/:aud": "sts.amazonaws.com",
      "westeurope.oic.example/tenant/cluster/:sub": `system:serviceaccount:${NAMESPACES.certificates}:${DNS_SOLVER}`,
    },
  });
  const changes = statements(inputsOf("aws:iam/rolePolicy:RolePolicy")?.policy).filter(({ Action }) =>
    String(Action).startsWith("route53:Change"),
  );
  assert.equal(changes.length, 1);
  assert.equal(changes[0]?.Resource, "arn:aws:route53:::hostedzone/Z1");
  assert.match(JSON.stringify(changes[0]?.Condition), /_acme-challenge\.\*.*TXT/);
});
