import { Counter, Gauge, type Registry } from "prom-client";
import { METRICS } from "../k8s/contract.ts";
import { RESUMPTIONS, type Resumption, Stream } from "./streamClient.ts";

/** How often each stream sends a number. */
const INTERVAL_MS = 200;

/**
 * How long a stream stays in one session. Streams that stayed for good would all be on the version that was there first; so
 * each version has, after a while, the share of them that it has of the requests.
 */
const SESSION_MS = 10_000;

export interface StreamLoadOptions {
  /** How many streams are held open. */
  count: number;
  /** URL whose POST hands out a session. */
  sessions: string;
  registry: Registry;
  log: (line: string) => void;
}

/** Holds long streams open, all on one timer, and shows what becomes of them as metrics. Returns what ends them. */
export function holdStreams({ count, sessions, registry, log }: StreamLoadOptions): () => void {
  const counter = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const sent = counter(METRICS.streamMessagesSent, "Numbers that streams have sent, each counted once");
  const acknowledged = counter(METRICS.streamMessagesAcknowledged, "Numbers that were acknowledged, each counted once");
  const lost = counter(METRICS.streamMessagesLost, "Numbers that an acknowledgement has passed over");
  const resumptions = counter(METRICS.streamResumptions, "Streams that went on in another session", ["reason"]);
  for (const reason of RESUMPTIONS) resumptions.inc({ reason }, 0);

  const streams = Array.from(
    { length: count },
    () =>
      new Stream(sessions, {
        sent: () => sent.inc(),
        acknowledged: () => acknowledged.inc(),
        lost: (numbers) => lost.inc(numbers),
        resumed: (reason: Resumption) => resumptions.inc({ reason }),
        log,
      }),
  );
  new Gauge({
    name: METRICS.loadStreams,
    help: "Streams that are open, by the version that they are on",
    labelNames: ["digest"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { digest } of streams) if (digest !== undefined) this.inc({ digest });
    },
  });

  // One after another, so that they do not all move at once.
  let renewed = 0;
  let renewAt = performance.now() + SESSION_MS / count;
  const timer = setInterval(() => {
    const now = performance.now();
    for (const stream of streams) stream.tick(now);
    if (now < renewAt) return;
    streams[renewed++ % count]?.renew();
    renewAt = now + SESSION_MS / count;
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    for (const stream of streams) stream.stop();
  };
}
