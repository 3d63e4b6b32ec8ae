import { setTimeout as sleep } from "node:timers/promises";
import { styled, table } from "../table.ts";
import type { Indicators } from "./metrics.ts";
import { short } from "./objects.ts";
import { type Delivery, gateText, type RegionDelivery, readDelivery, type Watched } from "./status.ts";

/** The delivery screen: a line for each region, then whatever needs words. */
export function describeDelivery(delivery: Delivery): string[] {
  const { service, image, stage, wave, waves, paused, regions } = delivery;
  const digest = image.slice(image.indexOf("@") + 1);
  const state =
    stage === "done" && wave === waves.length
      ? "released everywhere"
      : `wave ${wave} of ${waves.length}, up to ${stage}`;
  const rows = regions.map((region) => {
    const { weight, canary, stableIndicators } = region;
    if (region.error !== undefined)
      return [
        region.region,
        String(region.wave),
        { text: "cannot be asked", style: "red" as const },
        "",
        "",
        "",
        "",
        "",
        "",
        "",
      ];
    return [
      region.region,
      String(region.wave),
      phaseCell(region),
      region.ceiling ?? "",
      `${weight?.declared ?? 0} %`,
      weight?.measured === null || weight === undefined ? "–" : `${weight.measured.toFixed(1)} %`,
      region.phase === "stable" ? "" : indicatorText(canary),
      indicatorText(stableIndicators),
      age(region.age),
      gateText(region),
    ];
  });
  const notes = regions.flatMap(({ region, error, notes: said, serving, phase, digest: runs, stable, denied }) => [
    ...(error === undefined ? [] : [styled("red", `${region}: ${error}`)]),
    ...said.map((note) => styled("yellow", `${region}: ${note}`)),
    ...(serving === undefined || serving === "v3"
      ? []
      : [styled("yellow", `${region}: the kill switch serves ${serving}`)]),
    ...(phase === "aborted" ? [styled("red", `${region}: ${short(runs)} was aborted; ${short(stable)} serves`)] : []),
    ...(denied === undefined ? [] : [styled("red", `${region}: ${short(runs)} is denied: ${denied}`)]),
    ...(error === undefined && runs !== undefined && runs !== digest
      ? [styled("yellow", `${region}: runs ${short(runs)}, the config says ${short(digest)}`)]
      : []),
  ]);
  return [
    `${styled("bold", service)} ${short(digest)}: ${state}${paused === undefined ? "" : styled("yellow", `, paused by ${paused}`)}`,
    "",
    ...table(
      ["region", "wave", "stage", "ceiling", "weight", "measured", "canary", "stable", "since", "next gate"],
      rows,
    ),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ];
}

function phaseCell({ phase, stage }: RegionDelivery) {
  if (phase === "stable") return { text: "done", style: "green" as const };
  if (phase === "aborted") return { text: "aborted", style: "red" as const };
  return phase === "pending" ? { text: "pending", style: "yellow" as const } : `${stage}`;
}

/** Requests per second, failed share, p95. */
function indicatorText(indicators: Indicators | null | undefined): string {
  if (indicators === null || indicators === undefined) return "–";
  const { rate, errors, p95 } = indicators;
  const failed = errors === undefined ? "–" : `${(errors * 100).toFixed(1)} %`;
  const latency = p95 === undefined ? "–" : `${Math.round(p95 * 10_000) / 10} ms`;
  return `${rate.toFixed(1)}/s ${failed} ${latency}`;
}

function age(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

const REFRESH_MS = 2_000;

/** From the top of the screen, and nothing of the last picture left below. */
const HOME = "\u001B[H";
const CLEAR_LINE = "\u001B[K";
const CLEAR_BELOW = "\u001B[J";

/** Shows the screen until Ctrl-C: in place on a terminal, one after another elsewhere, as a line of JSON each with `asJson`. */
export async function watchDelivery(watched: Watched, asJson: boolean): Promise<number> {
  const ending = new AbortController();
  process.once("SIGINT", () => ending.abort());
  process.once("SIGTERM", () => ending.abort());
  const inPlace = process.stdout.isTTY && !asJson;
  if (inPlace) process.stdout.write("\u001B[2J");
  while (!ending.signal.aborted) {
    const delivery = await readDelivery(watched);
    const at = new Date().toISOString();
    if (asJson) console.log(JSON.stringify({ at, ...delivery }));
    else {
      const lines = [...describeDelivery(delivery), "", `${at.slice(11, 19)} UTC, Ctrl-C ends`];
      if (inPlace)
        process.stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`);
      else console.log(`${lines.join("\n")}\n`);
    }
    await sleep(REFRESH_MS, undefined, { signal: ending.signal }).catch(() => {});
  }
  return 0;
}
