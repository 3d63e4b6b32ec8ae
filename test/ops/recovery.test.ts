import assert from "node:assert/strict";
import { test } from "node:test";
import { adopt, isAdoptable } from "../../ops/recovery.ts";
import { type Deployment, placeOf, plain, type StateResource } from "../../ops/state.ts";

const resource = (name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: `urn:pulumi:staging::novacron::aws:ec2/eip:Eip::${name}`,
  type: "aws:ec2/eip:Eip",
  custom: true,
  id: `eipalloc-${name}`,
  ...more,
});

const stateOf = (...resources: StateResource[]): Deployment => ({ version: 3, deployment: { resources } });
const ids = ({ deployment }: Deployment) => deployment.resources?.map(({ id }) => id);

test("an adopted resource comes last, behind all that it depends on", () => {
  const state = stateOf(resource("a"), resource("b"));
  adopt(state, resource("c"), "eipalloc-new");
  assert.deepEqual(ids(state), ["eipalloc-a", "eipalloc-b", "eipalloc-new"]);
});

test("one that was deleted to be replaced keeps its place, before its dependents", () => {
  const state = stateOf(resource("a", { pendingReplacement: true }), resource("b"));
  assert.ok(isAdoptable(resource("a"), state.deployment.resources ?? []));
  adopt(state, resource("a"), "eipalloc-new");
  assert.deepEqual(ids(state), ["eipalloc-new", "eipalloc-b"]);
  assert.equal(state.deployment.resources?.[0]?.pendingReplacement, undefined);
});

test("a replacement whose original is in the state is not adopted beside it: the engine would refuse the state", () => {
  assert.equal(isAdoptable(resource("a"), [resource("a")]), false);
  assert.equal(isAdoptable(resource("a"), [resource("a", { delete: true })]), true);
  assert.equal(isAdoptable(resource("a"), [resource("b")]), true);
});

test("inputs are compared as the cloud got them: secrets opened at any depth", () => {
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  });
  assert.deepEqual(plain({ a: secret("x"), b: [{ c: secret({ d: 1 }) }], e: null, f: 2 }), {
    a: "x",
    b: [{ c: { d: 1 } }],
    e: null,
    f: 2,
  });
});

for (const [type, name, cloud, region] of [
  ["aws:ec2/vpc:Vpc", "aws-use1-network-vpc", "AWS", "aws-use1"],
  ["azure-native:network:VirtualNetwork", "azr-weu-network", "Azure", "azr-weu"],
  ["azure-native:network:LocalNetworkGateway", "aws-use1--azr-weu-0", "Azure", "azr-weu"],
  ["gcp:compute/vPNTunnel:VPNTunnel", "aws-use1--gcp-aso1-3", "Google Cloud", "gcp-aso1"],
  ["aws:route53/record:Record", "entry-azr-weu-name", "AWS", "global"],
  ["aws:route53/zone:Zone", "entry-zone", "AWS", "global"],
  ["random:index/randomId:RandomId", "aws-use1", "other", "aws-use1"],
] as const) {
  test(`${name} (${type}) counts for ${cloud}, ${region}`, () => {
    assert.deepEqual(placeOf({ urn: `urn:pulumi:s::p::x:y:Z$${type}::${name}`, type }), { cloud, region });
  });
}
