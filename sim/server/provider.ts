import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import type { SimulatedCloud } from "../cloud.ts";
import type { Facts } from "../facts/facts.ts";
import type { Properties } from "../service.ts";
import { diffInputs } from "./diff.ts";
import { initializationFailed } from "./partial.ts";
import {
  type Call,
  checkFailure,
  configured,
  diffResponse,
  type ProviderServer,
  seededHex,
  serveProtocol,
  typeOf,
  unary,
} from "./protocol.ts";
import { overlay } from "./requestWorld.ts";
import { type Caller, type Simulator, serviceOf } from "./simulator.ts";
import { conceal, DEFAULTS, decode, encode, isUnknown, reveal, secretKeys, withoutDefaults } from "./values.ts";

export interface ProviderServerOptions {
  cloud: SimulatedCloud;
  simulator: Simulator;
  facts: Facts;
}

/** Serves Pulumi's provider protocol for one simulated cloud. */
export const serveProvider = (options: ProviderServerOptions): Promise<ProviderServer> =>
  serveProtocol(options.cloud.package, implementation(options));

function implementation({ cloud, simulator, facts }: ProviderServerOptions): UntypedServiceImplementation {
  /** Configuration by connection. */
  const configurations = new Map<string, Properties>();
  const caller = (call: Call<unknown>): Caller => ({ cloud, config: configurations.get(call.getPeer()) ?? {} });

  return {
    checkConfig: unary((call: Call<messages.CheckRequest>) => {
      const config = providerConfig(reveal(decode(call.request.getNews())));
      const response = new pb.CheckResponse();
      response.setInputs(call.request.getNews());
      response.setFailuresList(cloud.checkConfig(config).map(checkFailure));
      return response;
    }),
    diffConfig: unary((call: Call<messages.DiffRequest>) =>
      diffResponse(
        diffInputs(
          reveal(decode(call.request.getOldInputs() ?? call.request.getOlds())),
          reveal(decode(call.request.getNews())),
          [],
        ),
      ),
    ),
    configure: unary((call: Call<messages.ConfigureRequest>) => {
      configurations.set(call.getPeer(), providerConfig(reveal(decode(call.request.getArgs()))));
      return configured();
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
      response.setFailuresList(problems.map(checkFailure));
      return response;
    }),
    diff: unary((call: Call<messages.DiffRequest>) => {
      const type = typeOf(call.request.getUrn());
      const { behaviour } = serviceOf(cloud, type);
      const before = reveal(decode(call.request.getOldInputs() ?? call.request.getOlds()));
      const after = reveal(decode(call.request.getNews()));
      const response = diffResponse(diffInputs(before, after, behaviour.replaceOn));
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
        // What the API computed stays known, inside of nested objects too: what is made from it is not touched.
        const before = decode(call.request.getOldInputs());
        const expected = overlay(decode(call.request.getOlds()), withoutDefaults(before), withoutDefaults(properties));
        response.setProperties(encode(expected));
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
