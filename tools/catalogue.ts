/** The programs that NovaCron's tools need beside Node, one entry each. */

export interface Tool {
  /** The version that set-up installs or builds. */
  version: string;
  /** Versions found on PATH that serve as well: `from` this one, `below` that one. */
  compatible: { from: string; below: string };
  /** Arguments that make it print its version, and where in the answer it stands. */
  versionQuery: { args: readonly string[]; answer: RegExp };
  /** Package in the Go module `tools/go` that it is built from. */
  goPackage: string;
  /** Flags for the Go linker. */
  ldflags: string;
  /** How long a build with empty caches takes on two cores. */
  buildMinutes: number;
  /** The npm package that downloads the official build. Left out where there is none. */
  npmInstaller?: NpmInstaller;
}

export interface NpmInstaller {
  /** A script that downloads the tool and asks it for its version, from the checkout's root. */
  command: readonly [script: string, ...args: string[]];
  /** Where the script leaves the tool, from the folder that `homeVariable` names or else `home`, below the user's. */
  binary: { homeVariable: string; home: string; path: string };
}

/** Leaves out symbol table and debug information: a quarter of the size and of the linker's time. */
const STRIPPED = "-s -w";

export const catalogue = {
  pulumi: {
    version: "3.259.0",
    // The SDK in package.json speaks the protocol of its own version; the engine keeps serving older SDKs.
    compatible: { from: "3.259.0", below: "4.0.0" },
    versionQuery: { args: ["version"], answer: /^v(\d+\.\d+\.\d+)/ },
    goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: STRIPPED,
    buildMinutes: 8,
    npmInstaller: {
      command: ["node_modules/pulumi/run.js", "version"],
      binary: { homeVariable: "PULUMI_HOME", home: ".pulumi", path: "versions/3.259.0/bin/pulumi" },
    },
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof catalogue;

/** Compares versions such as 3.259.0 number by number; negative when `a` is the older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const difference = left?.map((part, i) => part - (right?.[i] ?? 0)).find((d) => d !== 0);
  return difference ?? 0;
}

export function isCompatible(tool: Tool, version: string): boolean {
  return compareVersions(version, tool.compatible.from) >= 0 && compareVersions(version, tool.compatible.below) < 0;
}
