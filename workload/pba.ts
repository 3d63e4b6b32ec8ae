import { setTimeout as sleep } from "node:timers/promises";
import { Histogram, Registry } from "prom-client";
import { z } from "zod";
import { METRICS, ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import { ewma } from "./predictor.ts";
import type { Role } from "./role.ts";
import { jsonBody, serveRole } from "./server.ts";

/** Open Inference Protocol v2, as far as a model with one input of floats needs it. */
const inferSchema = z.object({
  id: z.string().optional(),
  inputs: z
    .array(
      z.object({ name: z.string(), datatype: z.literal("FP32"), shape: z.array(z.int()), data: z.array(z.number()) }),
    )
    .min(1),
});

/** Predictions that a new replica makes for itself before it is ready, so that the first caller meets warm code. */
const WARM_UP = 200;

/** NovaCron's own buckets, in milliseconds. */
const BUCKETS = [1, 2, 5, 10, 20, 50, 100];

/**
 * Bandwidth inference behind the Open Inference Protocol: `POST /v2/models/bandwidth/infer`, `GET /v2/models/bandwidth`,
 * `GET /v2/health/ready`. The predictor is a moving average over the samples given.
 */
export const pba: Role = async (context) => {
  const registry = new Registry();
  const latency = new Histogram({
    name: METRICS.inference,
    help: "Time of one prediction in milliseconds",
    buckets: BUCKETS,
    registers: [registry],
  });
  const model = context.env[ROLE_ENVIRONMENT.pba.model] ?? "";
  let warm = false;
  const role = await serveRole(context, {
    registry,
    ready: () => warm,
    handle: async (request, { pathname }) => {
      if (pathname === "/v2/health/ready") return { status: warm ? 200 : 503 };
      if (pathname === "/v2/models/bandwidth")
        return {
          status: 200,
          body: {
            name: "bandwidth",
            versions: [model],
            platform: "ewma",
            inputs: [{ name: "mbps", datatype: "FP32", shape: [-1] }],
          },
        };
      if (request.method !== "POST" || pathname !== "/v2/models/bandwidth/infer")
        return { status: 404, body: { error: `nothing answers ${request.method} ${pathname}` } };
      const parsed = inferSchema.safeParse(await jsonBody(request));
      if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
      const started = performance.now();
      const mbps = predict(parsed.data.inputs[0]?.data ?? []);
      latency.observe(performance.now() - started);
      return {
        status: 200,
        body: {
          id: parsed.data.id,
          model_name: "bandwidth",
          model_version: model,
          outputs: [{ name: "mbps", datatype: "FP32", shape: [1], data: [mbps] }],
        },
      };
    },
  });
  void (async () => {
    for (let i = 0; i < WARM_UP; i++) predict([i]);
    await sleep(0);
    warm = true;
  })();
  return role;
};

const predict = ([first = 0, ...rest]: readonly number[]): number => rest.reduce(ewma, first);
