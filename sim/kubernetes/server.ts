import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import type { ClusterClient } from "../../client/client.ts";
import { initializationFailed } from "../server/partial.ts";
import {
  type Call,
  checkFailure,
  configured,
  type ProviderServer,
  seededHex,
  serveProtocol,
  typeOf,
  unary,
} from "../server/protocol.ts";
import { ProviderError } from "../server/simulator.ts";
import { decode, encode, reveal } from "../server/values.ts";
import type { Properties } from "../service.ts";
import type { Operation, Outcome } from "./backend.ts";
import { Backends } from "./backends.ts";
import { UnreachableCluster } from "./cluster.ts";
import { configurationProblems, isOtherCluster } from "./configuration.ts";
import { difference } from "./difference.ts";
import { Instances } from "./instances.ts";
import type { ObjectRecord } from "./recorded.ts";
import type { Render } from "./releases.ts";
import { concealLike } from "./secrets.ts";

export interface KubernetesOptions {
  /** A client for a kubeconfig; throws when the kubeconfig is no good. */
  connect: (kubeconfig: string) => ClusterClient;
  /** Where there are no control planes: objects are recorded here, unchecked. */
  record?: ObjectRecord;
  /** Renders charts. @default the stand-ins of `sim/charts`, with the tools that NOVACRON_TOOLS names */
  render?: Render;
}

/**
 * Serves the provider for `kubernetes:` resources, as the official plugin behaves with server-side apply: real API servers
 * check, complete and hold the objects.
 */
export async function serveKubernetes(options: KubernetesOptions): Promise<ProviderServer> {
  const instances = new Instances();
  const server = await serveProtocol("kubernetes", implementation(new Backends(options), instances));
  const close = () => {
    instances.close();
    server.close();
  };
  return { port: server.port, close };
}

function implementation(backends: Backends, instances: Instances): UntypedServiceImplementation {
  const operation = (call: Call<{ getUrn(): string }>, timeout = 0): Operation => {
    const urn = call.request.getUrn();
    const { config, signal, engine } = instances.of(call.getPeer());
    return {
      urn,
      type: typeOf(urn),
      config,
      signal,
      progress: (message) => engine?.progress(urn, message),
      ...(timeout > 0 ? { timeout } : {}),
    };
  };
  const warn = (call: Call<{ getUrn(): string }>, message: string) =>
    instances.of(call.getPeer()).engine?.warn(call.request.getUrn(), message);

  return {
    handshake: unary((call: Call<messages.ProviderHandshakeRequest>) => {
      instances.attach(call.getPeer(), call.request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: unary((call: Call<plugins.PluginAttach>) => {
      instances.attach(call.getPeer(), call.request.getAddress());
      return new empties.Empty();
    }),
    cancel: unary((call: Call<empties.Empty>) => {
      instances.cancel(call.getPeer());
      return new empties.Empty();
    }),
    invoke: unary((call: Call<messages.InvokeRequest>) => {
      throw new ProviderError(`the simulated Kubernetes provider has no function ${call.request.getTok()}`);
    }),

    checkConfig: unary((call: Call<messages.CheckRequest>) => {
      const response = new pb.CheckResponse();
      response.setInputs(call.request.getNews());
      response.setFailuresList(configurationProblems(reveal(decode(call.request.getNews()))).map(checkFailure));
      return response;
    }),
    diffConfig: unary((call: Call<messages.DiffRequest>) => {
      const before = reveal(decode(call.request.getOldInputs() ?? call.request.getOlds()));
      const after = reveal(decode(call.request.getNews()));
      const response = difference.ofInputs(before, after);
      response.setReplacesList(isOtherCluster(before, after) ? ["clusterIdentifier"] : []);
      return response;
    }),
    configure: unary((call: Call<messages.ConfigureRequest>) => {
      instances.configure(call.getPeer(), reveal(decode(call.request.getArgs())));
      return configured();
    }),

    check: unary(async (call: Call<messages.CheckRequest>) => {
      const asked = operation(call);
      const news = decode(call.request.getNews());
      const { inputs, problems } = await backends
        .of(asked)
        .check(
          asked,
          reveal(decode(call.request.getOlds())),
          reveal(news),
          seededHex(call.request.getRandomseed_asU8()),
        );
      const response = new pb.CheckResponse();
      response.setInputs(encode(concealLike(inputs, news)));
      response.setFailuresList(problems.map(checkFailure));
      return response;
    }),
    diff: unary(async (call: Call<messages.DiffRequest>) => {
      const asked = operation(call);
      const inputs = reveal(decode(call.request.getNews()));
      const old = oldOf(call.request);
      try {
        const changes = await backends.of(asked).diff(asked, old, inputs, call.request.getIgnorechangesList());
        return difference.ofResource(changes, old.inputs, inputs);
      } catch (error) {
        if (!(error instanceof UnreachableCluster)) throw error;
        // The program alone is compared, so that a run can set this option, and the next refresh follow it.
        if (asked.config.deleteUnreachable) return difference.ofInputs(old.inputs, inputs);
        if (!asked.config.skipUpdateUnreachable) throw unreachable(error);
        warn(call, `${error.message}; the update is skipped (skipUpdateUnreachable)`);
        return difference.ofResource([], {}, {});
      }
    }),
    create: unary(async (call: Call<messages.CreateRequest>) => {
      const asked = operation(call, call.request.getTimeout());
      const marked = decode(call.request.getProperties());
      const response = new pb.CreateResponse();
      if (call.request.getPreview()) {
        const state = await backends.of(asked).previewCreate(asked, reveal(marked));
        response.setProperties(encode(concealLike(state, marked)));
        return response;
      }
      const outcome = await backends.of(asked).create(asked, reveal(marked)).catch(rethrowUnreachable);
      response.setId(outcome.id);
      response.setProperties(encode(stateOf(outcome, marked, marked)));
      return response;
    }),
    update: unary(async (call: Call<messages.UpdateRequest>) => {
      const asked = operation(call, call.request.getTimeout());
      const marked = decode(call.request.getNews());
      const ignored = call.request.getIgnorechangesList();
      const [old, inputs] = [oldOf(call.request), reveal(marked)];
      const response = new pb.UpdateResponse();
      const backend = backends.of(asked);
      try {
        if (call.request.getPreview()) {
          const state = await backend.previewUpdate(asked, old, inputs, ignored);
          response.setProperties(encode(concealLike(state, marked, decode(call.request.getOlds()))));
        } else {
          const outcome = await backend.update(asked, old, inputs, ignored);
          response.setProperties(encode(stateOf(outcome, marked, marked)));
        }
      } catch (error) {
        if (!(error instanceof UnreachableCluster) || !asked.config.skipUpdateUnreachable) throw unreachable(error);
        warn(call, `${error.message}; the update is skipped (skipUpdateUnreachable)`);
        response.setProperties(call.request.getOlds());
      }
      return response;
    }),
    read: unary(async (call: Call<messages.ReadRequest>) => {
      const asked = operation(call);
      const { deleteUnreachable, skipUpdateUnreachable } = asked.config;
      const [markedInputs, markedState] = [decode(call.request.getInputs()), decode(call.request.getProperties())];
      const old = { id: call.request.getId(), inputs: reveal(markedInputs), state: reveal(markedState) };
      const response = new pb.ReadResponse();
      try {
        const outcome = await backends.of(asked).read(asked, old);
        if (outcome === undefined) return response;
        const inputs = concealLike(outcome.inputs ?? {}, markedInputs);
        response.setProperties(encode(stateOf(outcome, inputs, markedInputs, markedState)));
        response.setInputs(encode(inputs));
        response.setId(outcome.id);
        return response;
      } catch (error) {
        if (!(error instanceof UnreachableCluster) || !(deleteUnreachable || skipUpdateUnreachable))
          throw unreachable(error);
        if (deleteUnreachable) {
          warn(call, `${error.message}; the resource is dropped from the state (deleteUnreachable)`);
          return response;
        }
        warn(call, `${error.message}; the state may not be what the cluster holds (skipUpdateUnreachable)`);
        response.setId(old.id);
        response.setInputs(call.request.getInputs());
        response.setProperties(call.request.getProperties());
        return response;
      }
    }),
    delete: unary(async (call: Call<messages.DeleteRequest>) => {
      const asked = operation(call, call.request.getTimeout());
      const old = {
        id: call.request.getId(),
        inputs: reveal(decode(call.request.getOldInputs())),
        state: reveal(decode(call.request.getProperties())),
      };
      try {
        await backends.of(asked).remove(asked, old);
      } catch (error) {
        if (!(error instanceof UnreachableCluster) || !asked.config.deleteUnreachable) throw unreachable(error);
        warn(call, `${error.message}; the resource is dropped from the state (deleteUnreachable)`);
      }
      return new empties.Empty();
    }),
  };
}

/** What the state keeps; throws what the engine takes for "exists, but is not ready". */
function stateOf(outcome: Outcome, inputs: Properties, ...examples: Properties[]): Properties {
  const state = concealLike(outcome.state, ...examples);
  if (outcome.failure !== undefined) throw initializationFailed(outcome.id, state, inputs, outcome.failure);
  return state;
}

const oldOf = (request: messages.DiffRequest | messages.UpdateRequest) => {
  const state = reveal(decode(request.getOlds()));
  return {
    id: request.getId(),
    state,
    inputs: request.hasOldInputs() ? reveal(decode(request.getOldInputs())) : state,
  };
};

/** Says of a cluster that cannot be asked what that means for the state and what to do. */
function unreachable(error: unknown): unknown {
  if (!(error instanceof UnreachableCluster)) return error;
  return new ProviderError(
    `${error.message}. Its resources stay in the state as they are, for nothing is known of them. To do: bring the cluster back ` +
      "or leave its region out of the run; if the cluster is gone for good, set deleteUnreachable on its provider (PULUMI_K8S_DELETE_UNREACHABLE=true), update without a refresh, and refresh",
  );
}

const rethrowUnreachable = (error: unknown): never => {
  throw unreachable(error);
};
