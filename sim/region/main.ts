/**
 * Supervisor of one simulated region, PID 1 of its own namespaces. Alone, without the simulator's daemon:
 *
 *     mkdir -p DIR/region && cp spec.json DIR/region/          # a RegionSpec, see spec.ts
 *     unshare --net --pid --mount --fork --kill-child=KILL -- \
 *       node sim/region/main.ts --folder DIR/region --tools TOOLS &
 *     curl --unix-socket DIR/region/region.sock http://region/status
 *
 * (not as root: `unshare --user --map-root-user …`). Without `--outside` there is no cloud that knows tokens, addresses
 * or secrets; the token in `DIR/region/pki/admin.token` always works. `POST /stop` on the socket ends it in order.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RegionContext } from "./context.ts";
import { adminClient } from "./credentials.ts";
import { enterNetwork } from "./namespace.ts";
import { outsideClient } from "./outside.ts";
import { prepareRegion } from "./pki.ts";
import { Processes } from "./processes.ts";
import { Region } from "./region.ts";
import { REGION_FILES, type RegionSpec } from "./spec.ts";

const USAGE = "usage: main.ts --folder DIR --tools DIR [--outside SOCKET]   DIR/spec.json says what the region is";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { folder: { type: "string" }, tools: { type: "string" }, outside: { type: "string" } },
  });
  if (values.folder === undefined || values.tools === undefined) throw new Error(USAGE);
  process.umask(0o077);
  const [folder, tools] = [resolve(values.folder), resolve(values.tools)];
  let spec = JSON.parse(readFileSync(join(folder, REGION_FILES.spec), "utf8")) as RegionSpec;
  await prepareRegion(folder, spec);
  await enterNetwork(folder, spec);
  const logFile = join(folder, REGION_FILES.logs, "supervisor.log");
  const log = (line: string) => appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`);
  const context: RegionContext = {
    get spec() {
      return spec;
    },
    client: adminClient(folder),
    folder,
    tools,
    outside: outsideClient(values.outside && resolve(values.outside), spec.cluster),
    log,
    processes: new Processes(folder, log),
  };
  const region = new Region(context, (wanted) => {
    spec = wanted;
  });
  const stop = () => void region.stop().then(() => process.exit(0));
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await region.start();
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  });
}
