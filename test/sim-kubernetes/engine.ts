import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import { decode, encode, reveal } from "../../sim/server/values.ts";
import type { Properties } from "../../sim/service.ts";

/** What a stack's state holds of a resource, with the marks of its secrets. */
export interface Resource {
  urn: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** Why it is not ready. */
  initErrors: string[];
}

export interface Difference {
  changes: boolean;
  paths: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

type Client = InstanceType<typeof services.ResourceProviderClient>;

/** Asks a provider as Pulumi's engine does, one resource at a time. */
export class Engine {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  async configure(config: Properties): Promise<void> {
    const request = new pb.ConfigureRequest();
    request.setArgs(encode(config));
    request.setAcceptsecrets(true);
    await this.#call("configure", request);
  }

  async check(urn: string, program: Properties, old: Properties = {}): Promise<Properties> {
    const request = new pb.CheckRequest();
    request.setUrn(urn);
    request.setNews(encode(program));
    request.setOlds(encode(old));
    request.setRandomseed(Buffer.from(urn));
    const response = await this.#call<messages.CheckResponse>("check", request);
    const problems = response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    return decode(response.getInputs());
  }

  async create(urn: string, program: Properties, timeout = 0, preview = false): Promise<Resource> {
    const inputs = await this.check(urn, program);
    const request = new pb.CreateRequest();
    request.setUrn(urn);
    request.setProperties(encode(inputs));
    request.setTimeout(timeout);
    request.setPreview(preview);
    const partial = { urn, inputs };
    return this.#settle<messages.CreateResponse>("create", request, partial, (response) => [
      response.getId(),
      response.getProperties(),
    ]);
  }

  async diff(resource: Resource, program: Properties, ignoreChanges: string[] = []): Promise<Difference> {
    const request = new pb.DiffRequest();
    request.setUrn(resource.urn);
    request.setId(resource.id);
    request.setOlds(encode(resource.outputs));
    request.setOldInputs(encode(resource.inputs));
    request.setNews(encode(await this.check(resource.urn, program, resource.inputs)));
    request.setIgnorechangesList(ignoreChanges);
    const response = await this.#call<messages.DiffResponse>("diff", request);
    return {
      changes: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
      paths: response
        .getDetaileddiffMap()
        .toArray()
        .map(([path]) => path)
        .toSorted(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async update(resource: Resource, program: Properties, options: { ignoreChanges?: string[]; preview?: boolean } = {}) {
    const inputs = await this.check(resource.urn, program, resource.inputs);
    const request = new pb.UpdateRequest();
    request.setUrn(resource.urn);
    request.setId(resource.id);
    request.setOlds(encode(resource.outputs));
    request.setOldInputs(encode(resource.inputs));
    request.setNews(encode(inputs));
    request.setIgnorechangesList(options.ignoreChanges ?? []);
    request.setPreview(options.preview ?? false);
    const partial = { urn: resource.urn, inputs };
    return this.#settle<messages.UpdateResponse>("update", request, partial, (response) => [
      resource.id,
      response.getProperties(),
    ]);
  }

  /** A refresh, or an import where no more than an id is known. Undefined: the resource is gone. */
  async read(resource: {
    urn: string;
    id: string;
    inputs?: Properties;
    outputs?: Properties;
  }): Promise<Resource | undefined> {
    const request = new pb.ReadRequest();
    request.setUrn(resource.urn);
    request.setId(resource.id);
    request.setInputs(encode(resource.inputs ?? {}));
    request.setProperties(encode(resource.outputs ?? {}));
    const response = await this.#call<messages.ReadResponse>("read", request);
    if (response.getId() === "") return undefined;
    return {
      urn: resource.urn,
      id: response.getId(),
      inputs: decode(response.getInputs()),
      outputs: decode(response.getProperties()),
      initErrors: [],
    };
  }

  async delete(resource: Resource, timeout = 0): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setUrn(resource.urn);
    request.setId(resource.id);
    request.setProperties(encode(resource.outputs));
    request.setOldInputs(encode(resource.inputs));
    request.setTimeout(timeout);
    await this.#call("delete", request);
  }

  close(): void {
    this.#client.close();
  }

  /** An answer, or "exists but is not ready" as the engine understands it. */
  async #settle<Response>(
    method: string,
    request: object,
    partial: { urn: string; inputs: Properties },
    read: (response: Response) => [string, ReturnType<messages.CreateResponse["getProperties"]>],
  ): Promise<Resource> {
    try {
      const [id, outputs] = read(await this.#call<Response>(method, request));
      return { ...partial, id, outputs: decode(outputs), initErrors: [] };
    } catch (error) {
      const [packed] = (error as grpc.ServiceError).metadata?.get("grpc-status-details-bin") ?? [];
      if (packed === undefined) throw error;
      const [detail] = statuses.Status.deserializeBinary(Buffer.from(packed)).getDetailsList();
      const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
      return {
        ...partial,
        id: failed.getId(),
        outputs: decode(failed.getProperties()),
        initErrors: failed.getReasonsList(),
      };
    }
  }

  #call<Response>(method: string, request: object): Promise<Response> {
    return new Promise((resolve, reject) => {
      const call = Reflect.get(this.#client, method) as (
        request: object,
        callback: (error: Error | null, response: Response) => void,
      ) => void;
      call.call(this.#client, request, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }
}

export const urnOf = (token: string, name: string): string => `urn:pulumi:test::test::${token}::${name}`;

export const plain = (properties: Properties): Properties => reveal(properties);
