import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** The engine that called, to show progress and warnings beside a resource. */
export class Engine {
  readonly #client: InstanceType<typeof services.EngineClient>;

  constructor(address: string) {
    this.#client = new services.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Shown in the resource's line of the display only. */
  progress(urn: string, message: string): void {
    this.#log(urn, message, messages.LogSeverity.INFO, true);
  }

  warn(urn: string, message: string): void {
    this.#log(urn, message, messages.LogSeverity.WARNING, false);
  }

  close(): void {
    this.#client.close();
  }

  #log(urn: string, message: string, severity: 0 | 1 | 2 | 3, ephemeral: boolean): void {
    const request = new messages.LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    // An engine that has gone misses its progress, and nothing else.
    this.#client.log(request, () => {});
  }
}
