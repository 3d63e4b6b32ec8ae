import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { log, runtime } from "@pulumi/pulumi";
import { warnWithoutPolicyPack } from "../../infra/warnings.ts";

const VARIABLE = "PULUMI_OPTION_POLICY_PACK";

/** What the program warns of under a value of the variable. */
function warnings(value: string | undefined): string[] {
  const warn = mock.method(log, "warn", async () => {});
  const before = process.env[VARIABLE];
  try {
    if (value === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = value;
    warnWithoutPolicyPack();
    return warn.mock.calls.map(({ arguments: [message] }) => String(message));
  } finally {
    if (before === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before;
    warn.mock.restore();
  }
}

test("plain `pulumi up` without the policy pack is warned of, once, with what to do instead; under the pack nothing is said", async () => {
  await runtime.setMocks({ newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) });
  for (const none of [undefined, ""]) {
    const [message, ...others] = warnings(none);
    assert.match(message ?? "", /names no policy pack.*use `novactl`.*novactl env/);
    assert.deepEqual(others, []);
  }
  assert.deepEqual(warnings("/checkout/policies"), []);
});
