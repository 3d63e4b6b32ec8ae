import { type Entry, type Handshake, openEntries, probeAt, shakeHands } from "../ops/delivery/entries.ts";
import { short } from "../ops/delivery/objects.ts";
import { type Delivery, readDelivery, watched } from "../ops/delivery/status.ts";
import { waitUntil } from "../ops/delivery/waiting.ts";
import { findProject } from "../ops/project.ts";
import { table } from "../ops/table.ts";
import { progress } from "./progress.mjs";

/** Seconds: after an `up` everything is there; this is for a machine that is busy with other things. */
const PATIENCE = 180;

/** How one region answers from outside. */
interface Answer {
  handshake: Handshake;
  /** What the entry says to one who offers TLS 1.2 at most. */
  older: "refused" | "ACCEPTED";
  digest: string;
}

/**
 * Waits until every region's public entry serves and every region runs one version alone, and shows what was seen: the TLS
 * version that a handshake really ended with, and the version of the service that answered.
 * @throws when an entry agrees to less than TLS 1.3, or something does not come in time
 */
export async function showReadiness(stack: string): Promise<void> {
  const entries = await openEntries(findProject(), stack);
  const answers = new Map<string, Answer>();
  let delivery: Delivery | undefined;
  const problems = new Map<string, string>();
  const done = progress("waiting for the public entries and for one version alone in each region");
  await waitUntil(
    "the regions to be ready",
    async () => {
      await Promise.all(
        entries
          .filter(({ region }) => !answers.has(region))
          .map(async (entry) => {
            try {
              answers.set(entry.region, await answerOf(entry, stack));
              problems.delete(entry.region);
            } catch (error) {
              problems.set(entry.region, error instanceof Error ? error.message : String(error));
            }
          }),
      );
      if (problems.size > 0) return false;
      delivery = await readDelivery(await watched(stack, true));
      return delivery.regions.every(({ phase }) => phase === "stable");
    },
    {
      seconds: PATIENCE,
      every: 1000,
      state: () =>
        [
          ...[...problems].map(([region, problem]) => `${region}: ${problem}`),
          ...(delivery?.regions ?? []).map(({ region, phase, error }) => `${region}: ${error ?? phase}`),
        ].join("; "),
    },
  );
  done(`${entries.length} regions are ready`);
  const rows = entries.map(({ region, host }) => {
    const answer = answers.get(region);
    const state = delivery?.regions.find((one) => one.region === region);
    const { handshake, older, digest } = answer ?? {};
    return [
      region,
      `https://${host}`,
      `${handshake?.protocol}, ${handshake?.cipher}`,
      older ?? "",
      handshake?.validTo ?? "",
      `${short(digest)}, ${100 - (state?.weight?.declared ?? 0)} % stable`,
    ];
  });
  console.log(table(["region", "entry", "TLS agreed", "TLS 1.2", "certificate until", "served by"], rows).join("\n"));
  const weak = [...answers].filter(
    ([, { handshake, older }]) => handshake.protocol !== "TLSv1.3" || older !== "refused",
  );
  if (weak.length > 0)
    throw new Error(`${weak.map(([region]) => region).join(" and ")} can be reached by less than TLS 1.3`);
}

async function answerOf(entry: Entry, stack: string): Promise<Answer> {
  const handshake = await shakeHands(entry);
  const older = await shakeHands(entry, "TLSv1.2").then(
    () => "ACCEPTED" as const,
    () => "refused" as const,
  );
  const probe = probeAt(entry, stack, { rate: 1, writeEvery: 0 });
  try {
    return { handshake, older, digest: await probe.once() };
  } finally {
    await probe.stop();
  }
}
