import { Agent, request } from "node:http";
import { Counter, Registry } from "prom-client";
import { ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import type { Role } from "./role.ts";
import { serveRole } from "./server.ts";

/**
 * A small constant load from inside, so that a canary is judged by requests even when nobody else sends any: analysis takes
 * no data for a failure. Requests leave at a fixed rate, whether or not earlier ones were answered.
 */
export const load: Role = async (context) => {
  const { rate, url } = ROLE_ENVIRONMENT.load;
  const perSecond = Number(context.env[rate] ?? "10");
  const target = context.env[url];
  if (target === undefined || !(perSecond > 0))
    throw new Error(`${url} and ${rate}, a number of requests per second above 0, are needed`);
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
  return serveRole(context, {
    registry,
    handle: () => ({ status: 404, body: { error: "nothing is here but probes and metrics" } }),
    onStop: () => {
      clearInterval(timer);
      agent.destroy();
    },
  });
};
