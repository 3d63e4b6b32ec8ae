import { Counter, type Registry } from "prom-client";
import { METRICS } from "../k8s/contract.ts";
import { sendRequest } from "./request.ts";

/** What DWCP waits for inference: a prediction that comes later is of no use to the transfer that asks. */
export const INFERENCE_TIMEOUT_MS = 50;

/** Predictions are renewed this often; DWCP's own update interval of 30 s would hide a loss for as long. */
const INTERVAL_MS = 1_000;

/** Weight of the newest sample; about ten samples count. */
export const EWMA_WEIGHT = 0.2;

export interface Prediction {
  mbps: number;
  source: "pba" | "ewma";
}

/** Exponentially weighted moving average. */
export const ewma = (average: number, sample: number): number => average + EWMA_WEIGHT * (sample - average);

/** Bandwidth as inference predicts it; where that is slow or gone, the moving average of what was measured. */
export class Predictor {
  readonly #url: string | undefined;
  readonly #fallbacks: Counter<"reason">;
  readonly #timer: NodeJS.Timeout;
  #average = 100;
  #prediction: Prediction = { mbps: this.#average, source: "ewma" };

  constructor(url: string | undefined, registry: Registry) {
    this.#url = url;
    this.#fallbacks = new Counter({
      name: METRICS.fallbacks,
      help: "Predictions that DWCP made itself",
      labelNames: ["reason"],
      registers: [registry],
    });
    this.#timer = setInterval(() => void this.renew(), INTERVAL_MS);
    this.#timer.unref();
  }

  current(): Prediction {
    return this.#prediction;
  }

  /** A measured bandwidth. */
  observe(mbps: number): void {
    this.#average = ewma(this.#average, mbps);
  }

  async renew(): Promise<void> {
    try {
      this.#prediction = { mbps: await this.#infer(), source: "pba" };
    } catch (error) {
      const slow = error instanceof Error && error.name === "TimeoutError";
      this.#fallbacks.inc({ reason: slow ? "slow" : "gone" });
      this.#prediction = { mbps: this.#average, source: "ewma" };
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #infer(): Promise<number> {
    if (this.#url === undefined) throw new Error("no inference is configured");
    const text = await sendRequest(`${this.#url}/v2/models/bandwidth/infer`, {
      method: "POST",
      body: { inputs: [{ name: "mbps", datatype: "FP32", shape: [1], data: [this.#average] }] },
      signal: AbortSignal.timeout(INFERENCE_TIMEOUT_MS),
    });
    const { outputs } = JSON.parse(text) as { outputs?: { data?: unknown[] }[] };
    const mbps = outputs?.[0]?.data?.[0];
    if (typeof mbps !== "number") throw new Error("inference answered without a number");
    return mbps;
  }
}
