/**
 * A Pulumi language host for Node.js: the plugin that the engine starts to run a program or a policy pack.
 *
 * It serves where the official `pulumi-language-nodejs` cannot be installed. Code generation (`pulumi convert`,
 * `pulumi package add`, `pulumi import` without `--generate-code=false`), debugging and package managers other than
 * npm stay with the official one; the engine or the answer says so.
 *
 * Protocol: one line on standard output, the port, and then gRPC (`pulumi/language.proto`) on the loopback interface
 * until the engine asks it to end or goes away.
 */
import { fstatSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languageRpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { stopAll } from "./children.ts";
import { installedDependencies, requiredPackages } from "./dependencies.ts";
import { about, installDependencies } from "./npm.ts";
import { runPlugin } from "./plugin.ts";
import { runProgram, stopPrograms } from "./program.ts";
import { messageLimits, unary } from "./rpc.ts";

// The engine's address is the last argument; the ones before it steer its own logging, which we have none of.
let engineAddress = process.argv.at(-1) ?? "";

const handlers: Partial<ILanguageRuntimeServer> = {
  handshake: unary(async (request) => {
    engineAddress = request.getEngineAddress();
    return new language.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(async () => new plugin.PluginInfo().setVersion(sdkVersion())),
  getRequiredPackages: unary(async (request) =>
    new language.GetRequiredPackagesResponse().setPackagesList(requiredPackages(request.getInfo())),
  ),
  getProgramDependencies: unary(async (request) =>
    new language.GetProgramDependenciesResponse().setDependenciesList(
      installedDependencies(request.getInfo(), request.getTransitivedependencies()),
    ),
  ),
  installDependencies,
  // There is nothing to ask: npm is the only package manager here.
  runtimeOptionsPrompts: unary(async () => new language.RuntimeOptionsResponse()),
  about: unary(about),
  run: unary((request) => runProgram(request, engineAddress)),
  runPlugin,
  cancel: unary(async () => {
    await stopPrograms();
    return new empty.Empty();
  }),
};

/** The engine compares versions, so the host carries the one of the SDK that it speaks for. */
function sdkVersion(): string {
  const manifest = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}

let ending = false;
async function end(exitCode: number): Promise<void> {
  if (ending) return;
  ending = true;
  await stopAll();
  process.exit(exitCode);
}

const server = new Server(messageLimits);
// The methods left out of `handlers` are answered UNIMPLEMENTED by the server.
server.addService(languageRpc.LanguageRuntimeService, handlers as ILanguageRuntimeServer);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

process.on("SIGINT", () => void end(0));
process.on("SIGTERM", () => void end(0));
// The engine holds the other end of this pipe and never writes to it: its end means that the engine is gone, also
// when it was killed and could tell nobody.
const input = fstatSync(0);
if (input.isFIFO() || input.isSocket()) {
  process.stdin.resume();
  process.stdin.once("close", () => void end(1));
}
