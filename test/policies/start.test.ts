import assert from "node:assert/strict";
import { test } from "node:test";
import { over } from "../../bench/figures.ts";
import { EMPTY_PACK, LIMITS, PACK, startPack } from "../../bench/packStart.ts";

test("every `up` and `preview` pays for the start of the pack: it costs little more than a pack without rules", async (t) => {
  const [pack, empty] = [await startPack(PACK), await startPack(EMPTY_PACK)];
  const ratios = { processor: pack.ticks / empty.ticks, memory: pack.megabytes / empty.megabytes };
  t.diagnostic(`${pack.megabytes.toFixed(0)} MiB; to an empty pack: ${JSON.stringify(ratios)}`);
  assert.ok(empty.ticks > 0 && empty.megabytes > 0);
  assert.ok(pack.megabytes <= LIMITS.rss_mb, `${pack.megabytes} MiB`);
  assert.ok(ratios.memory <= LIMITS.rss_ratio, `${ratios.memory} times the memory`);
  // How long it takes says the machine; how much it computes, the pack. `npm run -s bench -- policies` measures the time.
  assert.ok(ratios.processor <= LIMITS.processor_ratio, `${ratios.processor} times the processor`);
});

test("a benchmark fails by each figure above its limit, and by one that it did not measure", () => {
  assert.deepEqual(over({ start_s: 1.6, rss_mb: 150 }, { start_s: 1.5, rss_mb: 200 }), [
    "start_s is 1.6, must be at most 1.5",
  ]);
  assert.throws(() => over({ rss_mb: 150 }, { start_s: 1.5 }), /start_s has a limit and was not measured/);
});
