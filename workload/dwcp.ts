import { Counter, Gauge, Registry } from "prom-client";
import { z } from "zod";
import { ENVIRONMENT, METRICS, PEER_PATH, PORTS, ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import { Federation, peersOf } from "./federation.ts";
import { Predictor } from "./predictor.ts";
import type { Role, RunningRole } from "./role.ts";
import { jsonBody, serveRole } from "./server.ts";
import { NoMajorityError, StateClient } from "./stateClient.ts";
import { serveStreams } from "./streams.ts";

const operationSchema = z.strictObject({ id: z.string().min(1).max(128), payload: z.unknown() });

/**
 * DWCP as far as its delivery needs it: takes operations and acknowledges them once its state has them, opens sessions for
 * long streams on this very pod, predicts bandwidth, and keeps an eye on the other regions of its federation.
 *
 * `GET /v1/version`; `GET /v1/peer` → {region, digest}; `POST /v1/operations` {id, payload} → 201; `GET /v1/operations[/<id>]`; `POST /v1/sessions` →
 * {endpoint, digest}; `GET /v1/prediction` → {mbps, source}.
 */
export const dwcp: Role = async (context) => {
  const { env } = context;
  const { stateUrls, inferenceUrl, peerService, peerHost } = ROLE_ENVIRONMENT.dwcp;
  const store = new StateClient((env[stateUrls] ?? "").split(",").filter(Boolean));
  const registry = new Registry();
  const acknowledged = new Counter({
    name: METRICS.operations,
    help: "Operations that a majority of state replicas had on disk when they were acknowledged",
    registers: [registry],
  });
  const open = new Gauge({ name: METRICS.streams, help: "Open streams", registers: [registry] });
  const predictor = new Predictor(env[inferenceUrl], registry);
  const [service, host] = [env[peerService], env[peerHost]];
  const federation =
    service === undefined || host === undefined
      ? undefined
      : new Federation({ peers: peersOf(service), host, registry, log: context.log });
  const streams = await serveStreams(context, (count) => open.set(count));
  const identity = { digest: env[ENVIRONMENT.digest], region: env[ENVIRONMENT.region], pod: env[ENVIRONMENT.podName] };

  const role = await serveRole(context, {
    registry,
    handle: async (request, { pathname }) => {
      const [, , collection, id] = pathname.split("/");
      const wanted = `${request.method} ${collection}`;
      if (request.method === "GET" && pathname === PEER_PATH)
        return { status: 200, body: { region: identity.region, digest: identity.digest } };
      if (wanted === "GET version") return { status: 200, body: identity };
      if (wanted === "GET prediction") return { status: 200, body: predictor.current() };
      if (wanted === "POST sessions")
        return { status: 201, body: { endpoint: `${context.address}:${PORTS.stream}`, digest: identity.digest } };
      if (wanted === "GET operations" && id !== undefined) {
        const operation = await store.get(id);
        return operation === undefined
          ? { status: 404, body: { error: `no operation ${id}` } }
          : { status: 200, body: operation };
      }
      try {
        if (wanted === "GET operations") return { status: 200, body: { ids: await store.ids() } };
        if (wanted !== "POST operations")
          return { status: 404, body: { error: `nothing answers ${request.method} ${pathname}` } };
        const operation = operationSchema.safeParse(await jsonBody(request));
        if (!operation.success) return { status: 400, body: { error: z.prettifyError(operation.error) } };
        await store.put(operation.data);
        acknowledged.inc();
        return { status: 201, body: { id: operation.data.id } };
      } catch (error) {
        if (error instanceof NoMajorityError) return { status: 503, body: { error: error.message } };
        throw error;
      }
    },
    onStop: async () => {
      predictor.stop();
      federation?.stop();
      await streams.drain();
    },
  });
  return withStreams(role, streams.destroy);
};

/** A killed process takes its streams along. */
const withStreams = (role: RunningRole, destroy: () => void): RunningRole => ({
  ...role,
  kill: () => {
    destroy();
    role.kill();
  },
});
