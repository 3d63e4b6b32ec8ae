import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { IPSEC_PROPOSAL, preSharedKey } from "../../infra/plan/ipsec.ts";

const secret = fc.string({ minLength: 32, maxLength: 64 });
const tunnel = fc.stringMatching(/^aws-[a-z0-9]{1,8}--azr-[a-z0-9]{1,8}-[0-3]$/);
const epoch = fc.integer({ min: 1, max: 1000 });

test("every key is one that all three clouds accept", () => {
  fc.assert(
    fc.property(secret, tunnel, epoch, (...of) => {
      assert.match(preSharedKey(...of), /^[A-Za-z][A-Za-z0-9]{47}$/);
    }),
  );
});

test("a key stays the same for ever, so no update cuts a tunnel", () => {
  const stackSecret = "0123456789abcdef0123456789abcdef";
  // Derived here from RFC 5869 by hand, since a changed derivation would silently rotate the keys of every running stack.
  const extract = createHmac("sha256", "novacron mesh").update(stackSecret).digest();
  const info = Buffer.from("aws-use1--azr-weu-0 epoch 1");
  const first = createHmac("sha256", extract)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest();
  const second = createHmac("sha256", extract)
    .update(Buffer.concat([first, info, Buffer.from([2])]))
    .digest();
  let rest = BigInt(`0x${Buffer.concat([first, second]).toString("hex")}`);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const characters = Array.from({ length: 48 }, (_, index) => {
    const base = index === 0 ? 52n : 62n;
    const character = alphabet[Number(rest % base)];
    rest /= base;
    return character;
  });
  assert.equal(preSharedKey(stackSecret, "aws-use1--azr-weu-0", 1), characters.join(""));
});

test("keys differ by tunnel, by epoch and by stack, so one that leaks opens one tunnel until the next epoch", () => {
  fc.assert(
    fc.property(secret, secret, tunnel, tunnel, epoch, epoch, (s1, s2, t1, t2, e1, e2) => {
      const same = s1 === s2 && t1 === t2 && e1 === e2;
      assert.equal(preSharedKey(s1, t1, e1) === preSharedKey(s2, t2, e2), same);
      assert.notEqual(preSharedKey(s1, t1, e1), preSharedKey(s1, t1, e1 + 1));
      assert.notEqual(preSharedKey(s1, t1, e1), preSharedKey(s1, `${t1}0`, e1));
    }),
  );
});

test("the proposal is one set for both phases, so no negotiation ends with a weaker one", () => {
  assert.equal(IPSEC_PROPOSAL.ikeVersion, 2);
  assert.equal(IPSEC_PROPOSAL.phase1.diffieHellmanGroup, IPSEC_PROPOSAL.phase2.perfectForwardSecrecyGroup);
  assert.ok(IPSEC_PROPOSAL.phase2.lifetimeSeconds < IPSEC_PROPOSAL.phase1.lifetimeSeconds);
});
