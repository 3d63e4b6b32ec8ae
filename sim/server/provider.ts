import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import grpc from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import type { SimulatedCloud } from "../cloud.ts";
import type { Facts } from "../facts/facts.ts";
import { packageFile } from "../facts/packages.ts";
import type { Properties } from "../service.ts";
import { diffInputs } from "./diff.ts";
import { initializationFailed } from "./partial.ts";
import { type Caller, ProviderError, type Simulator, serviceOf } from "./simulator.ts";
import { conceal, DEFAULTS, decode, encode, isObject, isUnknown, reveal, secretKeys } from "./values.ts";

const MAXIMUM_MESSAGE = 400 * 2 ** 20;

export interface ProviderServerOptions {
  cloud: SimulatedCloud;
  simulator: Simulator;
  facts: Facts;
}

export interface ProviderServer {
  port: number;
  close: () => void;
}

/**
 * Serves Pulumi's provider protocol for one simulated cloud on a loopback port. The engine attaches to it through
 * PULUMI_DEBUG_PROVIDERS; it opens a connection for each provider instance, so the peer tells the instances apart.
 */
export async function serveProvider(options: ProviderServerOptions): Promise<ProviderServer> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAXIMUM_MESSAGE,
    "grpc.max_send_message_length": MAXIMUM_MESSAGE,
  });
  server.addService(services.ResourceProviderService, implementation(options));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

type Call<Request> = ServerUnaryCall<Request, unknown>;

function implementation({ cloud, simulator, facts }: ProviderServerOptions): UntypedServiceImplementation {
  const { version } = JSON.parse(readFileSync(packageFile(cloud.package, "package.json"), "utf8")) as {
    version: string;
  };
  /** Configuration by connection. */
  const configurations = new Map<string, Properties>();
  const caller = (call: Call<unknown>): Caller => ({ cloud, config: configurations.get(call.getPeer()) ?? {} });

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

    checkConfig: unary((call: Call<messages.CheckRequest>) => {
      const config = providerConfig(reveal(decode(call.request.getNews())));
      const response = new pb.CheckResponse();
      response.setInputs(call.request.getNews());
      response.setFailuresList(cloud.checkConfig(config).map(failure));
      return response;
    }),
    diffConfig: unary((call: Call<messages.DiffRequest>) =>
      difference(
        reveal(decode(call.request.getOldInputs() ?? call.request.getOlds())),
        reveal(decode(call.request.getNews())),
        [],
      ),
    ),
    configure: unary((call: Call<messages.ConfigureRequest>) => {
      configurations.set(call.getPeer(), providerConfig(reveal(decode(call.request.getArgs()))));
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),

    check: unary((call: Call<messages.CheckRequest>) => {
      const urn = call.request.getUrn();
      const news = decode(call.request.getNews());
      const { inputs, problems } = simulator.check(
        caller(call),
        { urn, type: typeOf(urn) },
        reveal(decode(call.request.getOlds())),
        reveal(news),
        seededHex(call.request.getRandomseed_asU8()),
      );
      const response = new pb.CheckResponse();
      response.setInputs(encode({ ...inputs, ...news }));
      response.setFailuresList(problems.map(failure));
      return response;
    }),
    diff: unary((call: Call<messages.DiffRequest>) => {
      const type = typeOf(call.request.getUrn());
      const { behaviour } = serviceOf(cloud, type);
      const before = reveal(decode(call.request.getOldInputs() ?? call.request.getOlds()));
      const after = reveal(decode(call.request.getNews()));
      const response = difference(before, after, behaviour.replaceOn);
      // A name that the program chose cannot exist twice, so the old resource has to go first.
      const name = behaviour.naming?.property;
      const automatic = name !== undefined && [after[DEFAULTS]].flat().includes(name);
      const keepsName = name !== undefined && !automatic && before[name] === after[name];
      response.setDeletebeforereplace(keepsName && response.getReplacesList().length > 0);
      return response;
    }),
    create: unary(async (call: Call<messages.CreateRequest>) => {
      const urn = call.request.getUrn();
      const properties = decode(call.request.getProperties());
      const response = new pb.CreateResponse();
      if (call.request.getPreview()) {
        serviceOf(cloud, typeOf(urn));
        response.setProperties(encode(properties));
        return response;
      }
      const answer = await simulator.create(caller(call), { urn, type: typeOf(urn) }, reveal(properties));
      const state = conceal(answer.state, secretsOf(urn, properties));
      if (answer.failure !== undefined) throw initializationFailed(answer.id, state, properties, answer.failure);
      response.setId(answer.id);
      response.setProperties(encode(state));
      return response;
    }),
    update: unary(async (call: Call<messages.UpdateRequest>) => {
      const urn = call.request.getUrn();
      const properties = decode(call.request.getNews());
      const response = new pb.UpdateResponse();
      if (call.request.getPreview()) {
        response.setProperties(encode({ ...decode(call.request.getOlds()), ...properties }));
        return response;
      }
      const answer = await simulator.update(
        caller(call),
        { urn, type: typeOf(urn), id: call.request.getId() },
        reveal(properties),
      );
      const state = conceal(answer.state, secretsOf(urn, properties));
      if (answer.failure !== undefined) throw initializationFailed(answer.id, state, properties, answer.failure);
      response.setProperties(encode(state));
      return response;
    }),
    read: unary(async (call: Call<messages.ReadRequest>) => {
      const urn = call.request.getUrn();
      const response = new pb.ReadResponse();
      const answer = await simulator.read(caller(call), {
        urn,
        type: typeOf(urn),
        id: call.request.getId(),
      });
      if (answer === undefined) return response;
      const oldInputs = decode(call.request.getInputs());
      const oldState = decode(call.request.getProperties());
      const secrets = [...secretsOf(urn, oldInputs), ...secretKeys(oldState)];
      response.setId(answer.id);
      // What the API never gives back is kept as the program said it.
      response.setInputs(
        encode(conceal({ ...writeOnly(oldInputs, answer.inputs, typeOf(urn)), ...answer.inputs }, secrets)),
      );
      response.setProperties(
        encode(conceal({ ...writeOnly(oldState, answer.state, typeOf(urn)), ...answer.state }, secrets)),
      );
      return response;
    }),
    delete: unary(async (call: Call<messages.DeleteRequest>) => {
      const urn = call.request.getUrn();
      await simulator.remove(caller(call), { urn, type: typeOf(urn), id: call.request.getId() });
      return new empties.Empty();
    }),
    invoke: unary((call: Call<messages.InvokeRequest>) => {
      const { result, secrets } = simulator.invoke(
        caller(call),
        call.request.getTok(),
        reveal(decode(call.request.getArgs())),
      );
      const response = new pb.InvokeResponse();
      response.setReturn(encode(conceal(result, secrets)));
      return response;
    }),
  };

  function secretsOf(urn: string, inputs: Properties): string[] {
    return [...secretKeys(inputs), ...facts.resource(typeOf(urn)).secretOutputs];
  }

  function writeOnly(old: Properties, current: Properties, type: string): Properties {
    const hidden = serviceOf(cloud, type).behaviour.writeOnly ?? [];
    return reveal(Object.fromEntries(Object.entries(old).filter(([key]) => hidden.includes(key) && !(key in current))));
  }
}

/** Wraps a handler: what it returns is the answer, what it throws the error that the engine prints. */
function unary<Request, Response>(handler: (call: Call<Request>) => Response | Promise<Response>) {
  return async (call: Call<Request>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await handler(call));
    } catch (error) {
      if (error instanceof ProviderError) callback({ code: grpc.status.UNKNOWN, message: error.message });
      else if (isObject(error) && "metadata" in error) callback(error as Parameters<typeof callback>[0]);
      else {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        callback({ code: grpc.status.INTERNAL, message: `fault in the simulator: ${message}` });
      }
    }
  };
}

function difference(before: Properties, after: Properties, replaceOn: readonly string[]): messages.DiffResponse {
  const { Kind } = pb.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const changes = diffInputs(before, after, replaceOn);
  const response = new pb.DiffResponse();
  response.setChanges(
    changes.length === 0 ? pb.DiffResponse.DiffChanges.DIFF_NONE : pb.DiffResponse.DiffChanges.DIFF_SOME,
  );
  response.setHasdetaileddiff(true);
  const topLevel = (path: string) => /^[^.[]+/.exec(path)?.[0] ?? path;
  response.setDiffsList([...new Set(changes.map((change) => topLevel(change.path)))]);
  response.setReplacesList([
    ...new Set(changes.filter((change) => change.replace).map((change) => topLevel(change.path))),
  ]);
  for (const change of changes) {
    const detail = new pb.PropertyDiff();
    detail.setKind(kinds[change.kind][change.replace ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

function failure([property, reason]: [property: string, reason: string]): messages.CheckFailure {
  const result = new pb.CheckFailure();
  result.setProperty(property);
  result.setReason(reason);
  return result;
}

/** Provider arguments that are not strings come as JSON text. */
const providerConfig = (config: Properties): Properties =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (typeof value !== "string" || isUnknown(value) || !/^[[{"]|^(true|false)$/.test(value)) return [key, value];
      try {
        return [key, JSON.parse(value)];
      } catch {
        return [key, value];
      }
    }),
  );

/** `urn:pulumi:stack::project::parent$type::name` → type. */
function typeOf(urn: string): string {
  const qualified = urn.split("::")[2] ?? "";
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}

/** Hex digits that are the same for the same seed, so that preview and update agree on automatic names. */
function seededHex(seed: Uint8Array): (digits: number) => string {
  const source = seed.length > 0 ? seed : randomBytes(32);
  return (digits) => createHash("sha256").update(source).digest("hex").slice(0, digits);
}
