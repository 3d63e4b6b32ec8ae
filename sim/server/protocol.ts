import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import grpc from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { ApiError } from "../../client/problem.ts";
import { packageFile } from "../facts/packages.ts";
import type { Change } from "./diff.ts";
import { ProviderError } from "./simulator.ts";
import { isObject } from "./values.ts";

const MAXIMUM_MESSAGE = 400 * 2 ** 20;

export type Call<Request> = ServerUnaryCall<Request, unknown>;

export interface ProviderServer {
  port: number;
  close: () => void;
}

/**
 * Serves Pulumi's provider protocol for one package on a loopback port. The engine attaches to it through
 * PULUMI_DEBUG_PROVIDERS; it opens a connection for each provider instance, so the peer tells the instances apart.
 * @param implementation all that {@link everyProvider} does not answer
 */
export async function serveProtocol(
  packageName: string,
  implementation: UntypedServiceImplementation,
): Promise<ProviderServer> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAXIMUM_MESSAGE,
    "grpc.max_send_message_length": MAXIMUM_MESSAGE,
  });
  server.addService(services.ResourceProviderService, { ...everyProvider(packageName), ...implementation });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

/** What all providers answer alike: they take secrets, show previews, and have the version of the SDK. */
function everyProvider(packageName: string): UntypedServiceImplementation {
  const { version } = JSON.parse(readFileSync(packageFile(packageName, "package.json"), "utf8")) as { version: string };
  return {
    handshake: unary(() => {
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: unary(() => new empties.Empty()),
    cancel: unary(() => new empties.Empty()),
    getPluginInfo: unary(() => {
      const response = new plugins.PluginInfo();
      response.setVersion(version);
      return response;
    }),
    getMapping: unary(() => new pb.GetMappingResponse()),
    getMappings: unary(() => new pb.GetMappingsResponse()),
  };
}

/** Wraps a handler: what it returns is the answer, what it throws the error that the engine prints. */
export function unary<Request, Response>(handler: (call: Call<Request>) => Response | Promise<Response>) {
  return async (call: Call<Request>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await handler(call));
    } catch (error) {
      if (error instanceof ProviderError || error instanceof ApiError)
        callback({ code: grpc.status.UNKNOWN, message: error.message });
      else if (isObject(error) && "metadata" in error) callback(error as Parameters<typeof callback>[0]);
      else {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        callback({ code: grpc.status.INTERNAL, message: `fault in the simulator: ${message}` });
      }
    }
  };
}

/** The answer of a provider that has taken its configuration. */
export function configured(): messages.ConfigureResponse {
  const response = new pb.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}

/** Why an input is refused. */
export function checkFailure([property, reason]: [property: string, reason: string]): messages.CheckFailure {
  const result = new pb.CheckFailure();
  result.setProperty(property);
  result.setReason(reason);
  return result;
}

const { Kind } = pb.PropertyDiff;

const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

/**
 * Changes as the engine takes them.
 * @param isOfInputs whether a change is in what the program says. Drift is in the state alone. @default every one is
 */
export function diffResponse(
  changes: readonly Change[],
  isOfInputs: (path: string) => boolean = () => true,
): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const topLevel = (some: readonly Change[]) => [...new Set(some.map(({ path }) => /^[^.[]+/.exec(path)?.[0] ?? path))];
  const response = new pb.DiffResponse();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDiffsList(topLevel(changes));
  response.setReplacesList(topLevel(changes.filter(({ replace }) => replace)));
  for (const { path, kind, replace } of changes) {
    const detail = new pb.PropertyDiff();
    detail.setKind(KINDS[kind][replace ? 1 : 0]);
    detail.setInputdiff(isOfInputs(path));
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** `urn:pulumi:stack::project::parent$type::name` → type. */
export function typeOf(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** Hex digits that are the same for the same seed, so that preview and update agree on automatic names. */
export function seededHex(seed: Uint8Array): (digits: number) => string {
  const source = seed.length > 0 ? seed : randomBytes(32);
  return (digits) => createHash("sha256").update(source).digest("hex").slice(0, digits);
}
