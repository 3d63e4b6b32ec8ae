import assert from "node:assert/strict";
import { test } from "node:test";
import { type Output, output } from "@pulumi/pulumi";
import { build } from "./mockedRegion.ts";

const settled = <T>(value: Output<T>) =>
  new Promise<T>((resolve) => output(value).apply(resolve as (value: unknown) => void));

test("other regions come in at fixed private addresses, over a load balancer that only its own controller can make", async () => {
  const built = await build();
  const { wanLoadBalancer } = built.region.annotations;
  const asked = await settled(output(wanLoadBalancer));
  const of = (name: string) => asked[`service.beta.kubernetes.io/aws-load-balancer-${name}`];
  assert.deepEqual([of("type"), of("scheme")], ["external", "internal"]);
  assert.equal(of("private-ipv4-addresses"), "10.0.194.10,10.0.194.26,10.0.194.42");
  assert.equal(of("subnets"), ["a", "b", "c"].map((zone) => `aws-use1-network-wan-us-east-1${zone}-id`).join(","));
  const [release] = built.resources.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  assert.equal(release?.inputs.namespace, "kube-system");
  // Else every Service of the cluster would get a load balancer of another kind.
  assert.equal((release?.inputs.values as Record<string, unknown> | undefined)?.enableServiceMutatorWebhook, false);
});
