import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { entropy, looksRandom } from "../../policies/secrets/randomness.ts";

const BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

test("nine in ten keys that a machine drew are known as such, whatever stands around them", () => {
  const key = fc.string({ unit: fc.constantFrom(...BASE62), minLength: 40, maxLength: 40 });
  const drawn = fc.sample(key, { seed: 5, numRuns: 1000 });
  const found = drawn.filter((each) => looksRandom(`{"settings": "value=${each};"}`)).length;
  assert.ok(found >= 900, `${found} of 1000`);
});

test("digests, ids, paths and names are not taken for keys", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 40, maxLength: 64 });
  fc.assert(fc.property(hex, (digest) => !looksRandom(`sha256:${digest}`)));
  fc.assert(fc.property(fc.uuid(), (id) => !looksRandom(`/subscriptions/${id}/providers/Microsoft.KeyVault/vaults`)));
  for (const text of [
    "arn:aws:iam::000000000000:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
    "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled",
    "projects/novacron-staging/locations/asia-south1/keyRings/gcp-aso1-keys/cryptoKeys/gcp-aso1-keys-cluster",
    "ValidatingAdmissionPolicyBinding",
  ]) {
    assert.ok(!looksRandom(text), text);
  }
});

test("a text of one character tells nothing, and one of two equal halves a bit for each", () => {
  assert.equal(entropy("aaaa"), 0);
  assert.equal(entropy("abab"), 1);
});
