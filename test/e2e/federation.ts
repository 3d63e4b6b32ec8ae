import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { METRICS } from "../../k8s/contract.ts";
import type { InventoryEntry } from "../../sim/control.ts";
import { type Environment, REGIONS, type RegionName, until } from "./environment.ts";
import { query } from "./prometheus.ts";

/** Five seconds between two rounds of questions, three until one is given up, and Prometheus reads what came out. */
const SEEN_SECONDS = 40;

/** Whose tunnels are cut. Each has a BGP session on Google's side, which can be switched off. */
const CUT = ["aws-use1", "gcp-aso1"] as const;

/** Whether regions reach each other, as DWCP sees it: over WAN entry points and through the mesh. */
export function federationTests(environment: () => Environment): void {
  describe("federation", () => {
    test("every region's DWCP reaches every other, and no longer those to which all tunnels are cut", async () => {
      const all = REGIONS.flatMap((from) => REGIONS.filter((to) => to !== from).map((to) => `${from} ${to}`));
      await sees("all regions", all, []);
      const sessions = (await environment().control<InventoryEntry[]>("GET /inventory")).filter(
        ({ type, urn }) => type === "gcp:compute/routerPeer:RouterPeer" && urn.includes("::gcp-aso1-gateway-aws-use1-"),
      );
      assert.equal(sessions.length, 4);
      const pair = [CUT.join(" "), CUT.toReversed().join(" ")];
      const enable = async (value: boolean) => {
        for (const { package: pack, type, id } of sessions)
          await environment().control("POST /change", { package: pack, type, id, property: "enable", value });
      };
      await enable(false);
      try {
        const others = all.filter((way) => !pair.includes(way));
        await sees("the pair apart and all others as before", others, pair);
      } finally {
        await enable(true);
      }
      await sees("all regions again", all, []);
    });
  });

  /** Waits until exactly these ways, as `<from> <to>`, are up and down in the regions' Prometheus. */
  async function sees(what: string, up: readonly string[], down: readonly string[]): Promise<void> {
    let seen: Record<string, number> = {};
    const wanted = Object.fromEntries([...up.map((way) => [way, 1]), ...down.map((way) => [way, 0])]);
    const sorted = (ways: Record<string, number>) => JSON.stringify(Object.entries(ways).toSorted());
    await until(
      what,
      SEEN_SECONDS,
      async () => {
        seen = Object.assign({}, ...(await Promise.all(REGIONS.map(waysFrom))));
        return sorted(seen) === sorted(wanted);
      },
      () => seen,
    );
  }

  /** What the pods of a region agree on; 0.5 where they do not. */
  async function waysFrom(region: RegionName): Promise<Record<string, number>> {
    const series = await query(
      environment(),
      region,
      `(min by (peer) (${METRICS.peerUp}) + max by (peer) (${METRICS.peerUp})) / 2`,
    );
    return Object.fromEntries(series.map(({ metric, value }) => [`${region} ${metric.peer}`, Number(value[1])]));
  }
}
