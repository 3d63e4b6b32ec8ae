import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import grpc from "@grpc/grpc-js";
import { ApiError } from "../../client/problem.ts";
import { ProviderError } from "../server/simulator.ts";
import { isObject } from "../server/values.ts";
import { RemovalError } from "./await/index.ts";
import { UnreachableCluster } from "./cluster.ts";

export type Call<Request> = ServerUnaryCall<Request, unknown>;

/** Says of a cluster that cannot be asked what that means for the state and what to do. */
export function unreachable(error: unknown): unknown {
  if (!(error instanceof UnreachableCluster)) return error;
  return new ProviderError(
    `${error.message}. Its resources stay in the state as they are, for nothing is known of them. To do: bring the cluster back ` +
      "or leave its region out of the run; if the cluster is gone for good, set deleteUnreachable on its provider (PULUMI_K8S_DELETE_UNREACHABLE=true), update without a refresh, and refresh",
  );
}

/** Wraps a handler: what it returns is the answer, what it throws the error that the engine prints. */
export function unary<Request, Response>(handler: (call: Call<Request>) => Response | Promise<Response>) {
  return async (call: Call<Request>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await handler(call));
    } catch (error) {
      if (isExpected(error)) callback({ code: grpc.status.UNKNOWN, message: error.message });
      else if (isObject(error) && "metadata" in error) callback(error as Parameters<typeof callback>[0]);
      else {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        callback({ code: grpc.status.INTERNAL, message: `fault in the simulator: ${message}` });
      }
    }
  };
}

const isExpected = (error: unknown): error is Error =>
  [ProviderError, ApiError, UnreachableCluster, RemovalError].some((type) => error instanceof type);
