import { Agent, request } from "node:http";
import { Counter, Registry } from "prom-client";
import { ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import type { Role } from "./role.ts";
import { serveRole } from "./server.ts";
import { holdStreams } from "./streamLoad.ts";

/** Long streams that are held open where sessions can be had, unless it is said how many. */
const STREAMS = 4;

/**
 * A small constant load from inside, so that a canary is judged by requests even when nobody else sends any: analysis takes
 * no data for a failure. Requests leave at a fixed rate, whether or not earlier ones were answered. Where it is told how
 * sessions are opened, it holds a few long streams too, by which one sees that a rollback moves them and loses nothing.
 */
export const load: Role = async (context) => {
  const { rate, url, sessions, streams } = ROLE_ENVIRONMENT.load;
  const perSecond = Number(context.env[rate] ?? "10");
  const target = context.env[url];
  if (target === undefined || !(perSecond > 0))
    throw new Error(`${url} and ${rate}, a number of requests per second above 0, are needed`);
  const count = Number(context.env[streams] ?? STREAMS);
  if (!Number.isInteger(count) || count < 0) throw new Error(`${streams} must be a number of streams, 0 for none`);
  const registry = new Registry();
  const sent = new Counter({
    name: "dwcp_load_requests_total",
    help: "Requests sent",
    labelNames: ["code"],
    registers: [registry],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const timer = setInterval(() => {
    const call = request(target, { agent, timeout: 5_000 }, (response) => {
      response.resume();
      sent.inc({ code: String(response.statusCode) });
    });
    call.once("error", () => sent.inc({ code: "error" }));
    call.once("timeout", () => call.destroy());
    call.end();
  }, 1000 / perSecond);
  const from = context.env[sessions];
  const endStreams =
    from === undefined || count === 0 ? undefined : holdStreams({ count, sessions: from, registry, log: context.log });
  return serveRole(context, {
    registry,
    handle: () => ({ status: 404, body: { error: "nothing is here but probes and metrics" } }),
    onStop: () => {
      clearInterval(timer);
      endStreams?.();
      agent.destroy();
    },
  });
};
