import type { Command } from "../command.ts";
import { affected } from "./affected.ts";
import { comment } from "./comment.ts";
import { diff } from "./diff.ts";
import { drift } from "./drift.ts";
import { env } from "./env.ts";
import { history } from "./history.ts";
import { destroy, preview, refresh, up } from "./lifecycle.ts";
import { logs } from "./logs.ts";
import { mesh } from "./mesh.ts";
import { explain, policies } from "./policies.ts";
import { pause, promote, release, resume } from "./release.ts";
import { killSwitch, rollback } from "./rollback.ts";
import { simulatorCommands } from "./sim.ts";
import { stateScan } from "./stateScan.ts";
import { status } from "./status.ts";
import { token } from "./token.ts";
import { topology } from "./topology.ts";

/** Every command of novactl, in the order of its help. */
export const commands: readonly Command[] = [
  up,
  preview,
  diff,
  refresh,
  destroy,
  status,
  release,
  promote,
  pause,
  resume,
  rollback,
  killSwitch,
  history,
  logs,
  token,
  mesh,
  drift,
  policies,
  explain,
  env,
  topology,
  stateScan,
  comment,
  affected,
  ...simulatorCommands,
];
