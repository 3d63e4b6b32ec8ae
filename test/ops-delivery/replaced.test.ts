import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegionState } from "../../ops/delivery/region.ts";
import { failedReleases } from "../../ops/delivery/release.ts";
import { digest } from "./service.ts";

const [good, bad, next] = [digest("a"), digest("b"), digest("c")];

const region = (name: string, state: Partial<RegionState>) => ({
  region: name,
  milliseconds: 1,
  value: { digest: bad, stable: good, phase: "canary", denied: {}, ...state } as RegionState,
});

// Else an `up` from an old checkout gives it everything at once in the regions where it had only waited.
test("a release that failed in one region is denied everywhere by the next one, and no other is", () => {
  const failed = (...regions: ReturnType<typeof region>[]) => [...failedReleases({ regions }, next).keys()];
  const well = region("azr-weu", {});
  assert.deepEqual(failed(region("aws-use1", { denied: { [bad]: "errors" } }), well), [bad]);
  assert.deepEqual(failed(well, region("aws-use1", { phase: "aborted" })), [bad]);
  assert.deepEqual(failed(well, region("aws-use1", { denied: { [digest("d")]: "errors" } })), []);
  // A setting was aborted, and no image.
  assert.deepEqual(failed(region("aws-use1", { stable: bad, phase: "aborted" }), well), []);
});
