import type { ChildProcess } from "node:child_process";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { outcome, startChild, stopChild } from "./children.ts";
import { runtimeOptions, sdkModule, typescriptEnv } from "./options.ts";
import { servePolicyPack } from "./policyPack.ts";
import { failure } from "./rpc.ts";

type Call = ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Runs a plugin written in JavaScript or TypeScript and streams what it prints, until it ends or the engine cancels. */
export function runPlugin(call: Call): void {
  const run = call.request.getKind() === "analyzer" ? runPolicyPack : runProvider;
  run(call).then(
    (exitCode) => {
      call.write(new language.RunPluginResponse().setExitcode(exitCode));
      call.end();
    },
    (error: unknown) => call.emit("error", failure(error)),
  );
}

async function runProvider(call: Call): Promise<number> {
  const folder = programDirectory(call);
  const child = startPlugin(call, ["cmd/run-plugin", folder, ...call.request.getArgsList()], call.request.getPwd());
  child.stdout?.on("data", (text) => print(call, text));
  return exitCode(child);
}

/** A policy pack runs in its own folder, takes that folder as its last argument, and is started late: see there. */
async function runPolicyPack(call: Call): Promise<number> {
  const folder = programDirectory(call);
  const ended = Promise.withResolvers<number>();
  const pack = await servePolicyPack((env) => {
    const child = startPlugin(call, ["cmd/run-policy-pack", ...call.request.getArgsList(), folder], folder, env);
    exitCode(child).then(ended.resolve, ended.reject);
    return portOf(child, (text) => print(call, text));
  });
  call.once("cancelled", () => ended.resolve(0));
  print(call, Buffer.from(`${pack.port}\n`));
  return ended.promise.finally(pack.close);
}

function startPlugin(
  call: Call,
  [module, ...args]: [module: string, ...args: string[]],
  cwd: string,
  env: Record<string, string> = {},
): ChildProcess {
  const options = runtimeOptions(call.request.getInfo());
  const entryPoint = sdkModule(module, programDirectory(call));
  const child = startChild(process.execPath, [...options.nodeArgs, entryPoint, ...args], {
    cwd,
    env: { ...process.env, ...environment(call.request.getEnvList()), ...typescriptEnv(options), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.once("cancelled", () => void stopChild(child));
  child.stderr?.on("data", (text) => call.write(new language.RunPluginResponse().setStderr(text)));
  return child;
}

/** Reads the port from the first line that a plugin prints, and passes the lines after it on. */
function portOf(child: ChildProcess, passOn: (text: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let head: Buffer | undefined = Buffer.alloc(0);
    child.stdout?.on("data", (text: Buffer) => {
      if (head === undefined) return passOn(text);
      head = Buffer.concat([head, text]);
      const newline = head.indexOf("\n");
      if (newline < 0) return;
      resolve(Number(head.subarray(0, newline)));
      passOn(head.subarray(newline + 1));
      head = undefined;
    });
    child.once("close", () => reject(new Error("the policy pack ended before it served")));
  });
}

async function exitCode(child: ChildProcess): Promise<number> {
  const { code } = await outcome(child);
  return code ?? 1;
}

function print(call: Call, text: Uint8Array): void {
  call.write(new language.RunPluginResponse().setStdout(text));
}

function programDirectory(call: Call): string {
  return call.request.getInfo()?.getProgramDirectory() ?? call.request.getProgram();
}

function environment(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [entry.split("=", 1)[0], entry.slice(entry.indexOf("=") + 1)]));
}
