/** A thread that does the same piece of work again and again, and tells the microseconds of processor time that it took. */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort } from "node:worker_threads";

/** Some 25 ms of work: what the kernel counts is too coarse for a piece of one millisecond (seen: 0 to 4 ms). */
const ROUNDS = 4_000_000;

let result = 0;
for (;;) {
  const before = process.threadCpuUsage();
  for (let index = 0; index < ROUNDS; index++) result = Math.imul(result + index, 31);
  const { user, system } = process.threadCpuUsage(before);
  parentPort?.postMessage(user + system);
  await sleep(1_000);
}
