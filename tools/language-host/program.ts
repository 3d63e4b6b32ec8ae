import type { ChildProcess } from "node:child_process";
import type { RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { outcome, startChild, stopChild } from "./children.ts";
import { runtimeOptions, sdkModule, typescriptEnv } from "./options.ts";

/** The SDK's entry point ends with this code when it has told the user what was wrong; the engine then adds nothing. */
const ALREADY_EXPLAINED = 32;

const running = new Set<ChildProcess>();

/** Runs a Pulumi program to its end and says how it ended. What it prints goes to the engine line by line, unbuffered. */
export async function runProgram(request: RunRequest, engineAddress: string): Promise<RunResponse> {
  const response = new language.RunResponse();
  if (request.getAttachDebugger()) {
    return response.setError(
      "--attach-debugger needs the official pulumi-language-nodejs on PATH; this host has no debugger",
    );
  }
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const options = runtimeOptions(info);
  const child = startChild(
    process.execPath,
    [...options.nodeArgs, sdkModule("cmd/run", directory), ...programArguments(request, engineAddress, directory)],
    {
      cwd: directory,
      env: {
        ...process.env,
        ...typescriptEnv(options),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  running.add(child);
  const { code, signal } = await outcome(child).finally(() => running.delete(child));
  if (code === ALREADY_EXPLAINED) return response.setBail(true);
  if (signal !== null) return response.setError(`Program was stopped by ${signal}`);
  return code === 0 ? response : response.setError(`Program exited with non-zero exit code: ${code}`);
}

/** Ends the programs that run. Policy packs live on: the engine may still have resources for them to judge. */
export async function stopPrograms(): Promise<void> {
  await Promise.all([...running].map(stopChild));
}

function programArguments(request: RunRequest, engineAddress: string, directory: string): string[] {
  const flags: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: directory,
    parallel: `${request.getParallel()}`,
  };
  return [
    ...Object.entries(flags).flatMap(([flag, value]) => (value === "" ? [] : [`--${flag}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}
