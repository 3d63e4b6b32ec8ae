import grpc from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";

type Handler<Request> = grpc.handleUnaryCall<Request, unknown>;

/**
 * A provider that makes whatever it is asked for: a resource's outputs are its inputs, and its id becomes known only when
 * it is created, as with a real cloud.
 */
export async function serveEchoProvider(): Promise<{ port: number; close: () => void }> {
  let made = 0;
  const empty: Handler<unknown> = (_, answer) => answer(null, new empties.Empty());
  const check: Handler<messages.CheckRequest> = ({ request }, answer) =>
    answer(null, new pb.CheckResponse().setInputs(request.getNews()));
  const configure: Handler<unknown> = (_, answer) =>
    answer(null, new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true));
  const create: Handler<messages.CreateRequest> = ({ request }, answer) => {
    const response = new pb.CreateResponse().setProperties(request.getProperties());
    if (!request.getPreview()) response.setId(`made-${++made}`);
    answer(null, response);
  };

  const server = new grpc.Server();
  server.addService(services.ResourceProviderService, {
    attach: empty,
    cancel: empty,
    delete: empty,
    getPluginInfo: (_: unknown, answer: grpc.sendUnaryData<unknown>) =>
      answer(null, new plugins.PluginInfo().setVersion("99.0.0")),
    checkConfig: check,
    check,
    diffConfig: (_: unknown, answer: grpc.sendUnaryData<unknown>) => answer(null, new pb.DiffResponse()),
    configure,
    create,
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}
