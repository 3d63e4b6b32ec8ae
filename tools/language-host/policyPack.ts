import { once } from "node:events";
import { type AddressInfo, connect as connectTo, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import analyzerRpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import { messageLimits } from "./rpc.ts";

/** Starts the pack's process with these additions to its environment, and resolves with the port that it serves on. */
type StartPack = (env: Record<string, string>) => Promise<number>;

/** How long calls that are under way may take to end once the engine is to go on to the pack itself. */
const DRAIN_MS = 60_000;

const asIs = (bytes: Buffer) => bytes;
const EMPTY_MESSAGE = Buffer.alloc(0);

/**
 * Serves a policy pack that is started only once the engine has said for which stack. The SDK takes `getStack()`,
 * `Config` and the like from the environment of its process, and the engine names the stack in a call to the running
 * pack; so this stands between them until then. Afterwards it closes the engine's connection, and the one that the engine
 * opens instead goes to the pack byte by byte: to pass on each of thousands of calls takes a processor for seconds.
 */
export async function servePolicyPack(startPack: StartPack): Promise<{ port: number; close: () => void }> {
  let pack: Promise<{ port: number; client: Client }> | undefined;
  const connect = (env: Record<string, string>) => {
    pack ??= startPack(env).then((port) => ({
      port,
      client: new Client(`127.0.0.1:${port}`, credentials.createInsecure(), messageLimits),
    }));
    return pack;
  };
  // `pulumi policy publish` names no stack; its first question starts the pack without one.
  const forward = (path: string, request: Buffer, answer: sendUnaryData<Buffer>, env: Record<string, string> = {}) => {
    connect(env).then(
      ({ client }) => client.makeUnaryRequest(path, asIs, asIs, request, (error, response) => answer(error, response)),
      (error: unknown) => answer({ code: status.UNAVAILABLE, message: `${error}` }),
    );
  };

  const handlers: Record<string, (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => void> = {};
  const methods: Record<string, ServiceDefinition[string]> = {};
  for (const [name, method] of Object.entries(analyzerRpc.AnalyzerService)) {
    const bytes = {
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    methods[name] = { ...method, ...bytes };
    handlers[name] = ({ request }, answer) => forward(method.path, request, answer);
  }
  handlers.handshake = (_, answer) => answer(null, EMPTY_MESSAGE);
  handlers.configureStack = ({ request }, answer) =>
    forward(
      analyzerRpc.AnalyzerService.configureStack.path,
      request,
      (error, response) => {
        // Packs on an SDK older than the call are configured by their environment alone.
        const isOlder = error?.code === status.UNIMPLEMENTED;
        answer(isOlder ? null : error, isOlder ? EMPTY_MESSAGE : response);
        if (isOlder || !error) void handOver();
      },
      stackEnv(request),
    );

  const server = new Server(messageLimits);
  server.addService(methods, handlers);
  const ownCalls = server.createConnectionInjector(ServerCredentials.createInsecure());
  let packPort: number | undefined;
  const handOver = async () => {
    packPort = (await pack)?.port;
    ownCalls.drain(DRAIN_MS);
  };
  const listener = createServer((socket) => {
    if (packPort === undefined) ownCalls.injectConnection(socket);
    else relay(socket, packPort);
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const close = () => {
    listener.close();
    ownCalls.destroy();
    server.forceShutdown();
    pack?.then(({ client }) => client.close()).catch(() => {});
  };
  return { port: (listener.address() as AddressInfo).port, close };
}

/** Joins a connection to one of the pack's; when either ends, so does the other. */
function relay(engine: Socket, port: number): void {
  const pack = connectTo(port, "127.0.0.1").setNoDelay();
  pipeline(engine.setNoDelay(), pack, engine, () => {});
}

function stackEnv(request: Buffer): Record<string, string> {
  const stack = analyzer.AnalyzerStackConfigureRequest.deserializeBinary(request);
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: `${stack.getDryRun()}`,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(stack.getConfigSecretKeysList()),
  };
}
