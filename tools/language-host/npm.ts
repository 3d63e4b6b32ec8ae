import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type {
  AboutRequest,
  AboutResponse,
  InstallDependenciesRequest,
  InstallDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { outcome, startChild, stopChild } from "./children.ts";
import { runtimeOptions } from "./options.ts";
import { failure } from "./rpc.ts";

/** For `pulumi about`: the Node that programs run on, and npm. */
export async function about(request: AboutRequest): Promise<AboutResponse> {
  runtimeOptions(request.getInfo());
  const response = new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  const npm = await promisify(execFile)("npm", ["--version"]).catch(() => undefined);
  response.getMetadataMap().set("packagemanager", "npm");
  if (npm) response.getMetadataMap().set("packagemanagerVersion", npm.stdout.trim());
  return response;
}

/** For `pulumi install`: `npm ci`, or `npm install` where there is no lock file, in the workspace's root. */
export function installDependencies(
  call: ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>,
): void {
  install(call).then(
    () => call.end(),
    (error: unknown) => call.emit("error", failure(error)),
  );
}

async function install(call: ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>) {
  const info = call.request.getInfo();
  runtimeOptions(info);
  const directory = info?.getProgramDirectory() ?? call.request.getDirectory();
  const locked = nearest(directory, "package-lock.json");
  const root = locked ?? nearest(directory, "package.json") ?? directory;
  const command = locked ? "ci" : "install";
  const say = (text: Uint8Array) => call.write(new language.InstallDependenciesResponse().setStdout(text));
  say(Buffer.from(`npm ${command} in ${root}\n`));
  const child = startChild("npm", [command], {
    cwd: root,
    // npm colours what it says only on a terminal, and the stream is none.
    env: { ...process.env, ...(call.request.getIsTerminal() && { FORCE_COLOR: "1" }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  call.on("cancelled", () => void stopChild(child));
  child.stdout?.on("data", say);
  child.stderr?.on("data", (text) => call.write(new language.InstallDependenciesResponse().setStderr(text)));
  const { code, signal } = await outcome(child);
  if (code !== 0) throw new Error(`npm ${command} in ${root} failed (${signal ?? `exit code ${code}`})`);
}

/** The nearest folder, from `directory` upwards, that holds `file`. */
export function nearest(directory: string, file: string): string | undefined {
  if (existsSync(join(directory, file))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearest(parent, file);
}
