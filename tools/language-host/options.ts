import { createRequire } from "node:module";
import { join } from "node:path";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

/** `runtime.options` of a Pulumi.yaml or PulumiPolicy.yaml, as far as this host reads them. */
export interface RuntimeOptions {
  /** Compile TypeScript with ts-node. @default true, as with the official host; `false` leaves it to Node itself */
  typescript: boolean;
  /** Path of the tsconfig.json for ts-node. */
  tsconfig: string | undefined;
  /** Arguments for node, split as a shell would. @default [] */
  nodeArgs: string[];
}

/**
 * Reads and checks the runtime options of a project.
 * @throws when an option has the wrong type or asks for a package manager other than npm
 */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const wrong = (key: string, allowed: string): never => {
    throw new Error(`runtime option ${key}: ${JSON.stringify(options[key])} is not ${allowed}`);
  };
  const { typescript = true, tsconfig, nodeargs = "", packagemanager = "npm" } = options;
  return {
    typescript: typeof typescript === "boolean" ? typescript : wrong("typescript", "true or false"),
    tsconfig: tsconfig === undefined || typeof tsconfig === "string" ? tsconfig : wrong("tsconfig", "a path"),
    nodeArgs: typeof nodeargs === "string" ? shellWords(nodeargs) : wrong("nodeargs", "a string"),
    ...(packagemanager === "npm" ? {} : wrong("packagemanager", "npm, the only one that this language host knows")),
  };
}

/** The environment that the SDK's entry points read the TypeScript options from. */
export function typescriptEnv(options: RuntimeOptions): Record<string, string> {
  return {
    ...(options.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/**
 * Finds a module of the SDK that the program itself uses, not of ours.
 * @throws when the program's dependencies are not installed
 */
export function sdkModule(module: string, programDirectory: string): string {
  try {
    return createRequire(join(programDirectory, "package.json")).resolve(`@pulumi/pulumi/${module}`);
  } catch {
    throw new Error(`Cannot find module '@pulumi/pulumi/${module}' from ${programDirectory}: run \`npm ci\` there`);
  }
}

/** Splits a command line: words end at blanks, single and double quotes and a backslash keep them together. */
export function shellWords(line: string): string[] {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
      (_, single, double, escaped) => single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped,
    ),
  );
}
