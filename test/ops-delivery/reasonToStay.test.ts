import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonToStay } from "../../ops/delivery/reasonToStay.ts";
import type { RegionState } from "../../ops/delivery/region.ts";
import { digest } from "./service.ts";

const [before, released] = [digest("a"), digest("b")];
const entry = { at: "2026-01-01T00:00:00Z", who: "a@b", service: "dwcp-v3", outcome: "", from: before };

/** A region that runs one digest alone after a release of `released`. */
const region = (runs: string, denied: Record<string, string> = {}) =>
  ({
    phase: "stable",
    digest: runs,
    stable: runs,
    denied,
    ceiling: undefined,
    history: [{ ...entry, action: "release", digest: released, to: released }],
  }) as unknown as RegionState;

test("a region at what was released goes back; one that the release never reached stays", () => {
  const done = region(released);
  assert.equal(reasonToStay(done, released, [done]), undefined);
  assert.match(reasonToStay(region(before), before, [done]) ?? "", /the release never came here/);
});

test("a rollback that was cut off before its record is known by what it denied: another does not go back one version more", () => {
  const back = region(before, { [released]: "timeouts" });
  assert.match(reasonToStay(back, before, [back]) ?? "", /is back at a+, and b+ is denied/);
  // Taken back in some other way, such as by the config: then it is this one that is to go.
  assert.equal(reasonToStay(region(before), before, [region(before)]), undefined);
});
