/** The programs that NovaCron's tools need beside Node, one entry each. */
import type { LeftOut } from "./leftOut.ts";

export interface Tool {
  /** The version that set-up installs or builds. */
  version: string;
  /** Versions found on PATH that serve as well: `from` this one, `below` that one. */
  compatible: { from: string; below: string };
  /** Arguments that make it print its version, and where in the answer it stands. */
  versionQuery: { args: readonly string[]; answer: RegExp };
  /** The Go module below `tools/go` whose go.mod and go.sum pin what it is built from. */
  goModule: GoModule;
  /** Package in that module. */
  goPackage: string;
  /** Flags for the Go linker. */
  ldflags: string;
  /** Build tags, separated by commas. */
  tags?: string;
  /** What no simulated region asks of it, where that takes much of the build and no tag leaves it out. */
  leftOut?: LeftOut;
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

/**
 * Alertmanager has a module of its own: its newer versions, which Prometheus's module would choose, embed a user interface
 * that the module proxy does not serve.
 */
export type GoModule = "pulumi" | "kubernetes" | "alertmanager" | "credential" | "actionlint";

/** Leaves out symbol table and debug information: a quarter of the size and of the linker's time. */
const STRIPPED = "-s -w";

const KUBERNETES = "1.36.3";

/** A program of the Kubernetes control plane: its own version is given to the linker, as its release build does. */
const controlPlane = (name: string, buildMinutes: number) =>
  ({
    version: KUBERNETES,
    compatible: { from: KUBERNETES, below: "1.37.0" },
    versionQuery: { args: ["--version"], answer: /^Kubernetes v(\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
    ldflags: `${STRIPPED} -X k8s.io/component-base/version.gitVersion=v${KUBERNETES} -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36`,
    buildMinutes,
  }) as const;

/** Without the service discoveries of clouds, which take most of the build. */
const PROMETHEUS_TAGS = "remove_all_sd,enable_kubernetes_sd";

const prometheus = (name: string, buildMinutes: number) =>
  ({
    version: "3.12.0",
    compatible: { from: "3.12.0", below: "4.0.0" },
    versionQuery: { args: ["--version"], answer: /version (\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: `github.com/prometheus/prometheus/cmd/${name}`,
    ldflags: `${STRIPPED} -X github.com/prometheus/common/version.Version=3.12.0`,
    tags: PROMETHEUS_TAGS,
    buildMinutes,
  }) as const;

export const catalogue = {
  pulumi: {
    version: "3.259.0",
    // The SDK in package.json speaks the protocol of its own version; the engine keeps serving older SDKs.
    compatible: { from: "3.259.0", below: "4.0.0" },
    versionQuery: { args: ["version"], answer: /^v(\d+\.\d+\.\d+)/ },
    goModule: "pulumi",
    goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: STRIPPED,
    // State in a folder, secrets under a passphrase: the SDKs of three clouds are a third of its source.
    leftOut: {
      "github.com/pulumi/pulumi/pkg/v3": {
        authhelpers: "authhelpers/authhelpers.go",
        operations: "operations/operations.go",
        "secrets/cloud": "cloudSecrets/manager.go",
      },
      "gocloud.dev": {
        "blob/azureblob": "azureblob/azureblob.go",
        "blob/gcsblob": "gcsblob/gcsblob.go",
        "blob/s3blob": "s3blob/s3blob.go",
      },
      "github.com/aws/aws-sdk-go-v2/service/s3": { ".": "s3/s3.go" },
    },
    buildMinutes: 10,
    npmInstaller: {
      command: ["node_modules/pulumi/run.js", "version"],
      binary: { homeVariable: "PULUMI_HOME", home: ".pulumi", path: "versions/3.259.0/bin/pulumi" },
    },
  },
  etcd: {
    version: "3.6.8",
    compatible: { from: "3.6.5", below: "3.7.0" },
    versionQuery: { args: ["--version"], answer: /etcd Version: (\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: "go.etcd.io/etcd/server/v3",
    ldflags: STRIPPED,
    buildMinutes: 1,
  },
  "kube-apiserver": controlPlane("kube-apiserver", 15),
  "kube-controller-manager": controlPlane("kube-controller-manager", 4),
  "kube-scheduler": controlPlane("kube-scheduler", 1),
  kwok: {
    version: "0.8.0",
    compatible: { from: "0.8.0", below: "0.9.0" },
    versionQuery: { args: ["--version"], answer: /v(\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: "sigs.k8s.io/kwok/cmd/kwok",
    ldflags: `${STRIPPED} -X sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0`,
    buildMinutes: 1,
  },
  "rollouts-controller": {
    version: "1.9.1",
    compatible: { from: "1.9.1", below: "1.10.0" },
    versionQuery: { args: ["version"], answer: /v(\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    ldflags: `${STRIPPED} -X github.com/argoproj/argo-rollouts/utils/version.version=1.9.1`,
    buildMinutes: 3,
  },
  traefik: {
    version: "3.6.7",
    compatible: { from: "3.6.7", below: "3.7.0" },
    versionQuery: { args: ["version"], answer: /Version:\s+(\d+\.\d+\.\d+)/ },
    goModule: "kubernetes",
    goPackage: "github.com/traefik/traefik/v3/cmd/traefik",
    ldflags: `${STRIPPED} -X github.com/traefik/traefik/v3/pkg/version.Version=3.6.7`,
    // Certificates are cert-manager's, services Kubernetes': two thirds of what only Traefik needs are for other ways.
    leftOut: {
      "github.com/go-acme/lego/v4": { "providers/dns": "dns/providers.go" },
      "github.com/traefik/traefik/v3": { "pkg/provider/ecs": "ecs/ecs.go" },
    },
    buildMinutes: 4,
  },
  prometheus: prometheus("prometheus", 4),
  promtool: prometheus("promtool", 1),
  alertmanager: {
    version: "0.28.1",
    compatible: { from: "0.28.1", below: "0.29.0" },
    versionQuery: { args: ["--version"], answer: /version (\d+\.\d+\.\d+)/ },
    goModule: "alertmanager",
    goPackage: "github.com/prometheus/alertmanager/cmd/alertmanager",
    ldflags: `${STRIPPED} -X github.com/prometheus/common/version.Version=0.28.1`,
    buildMinutes: 2,
  },
  "cluster-credential": {
    version: "1.0.0",
    compatible: { from: "1.0.0", below: "2.0.0" },
    versionQuery: { args: ["--version"], answer: /^cluster-credential (\d+\.\d+\.\d+)/ },
    goModule: "credential",
    goPackage: ".",
    ldflags: STRIPPED,
    buildMinutes: 1,
  },
  /** Checks workflows of GitHub Actions; no region needs it. */
  actionlint: {
    version: "1.7.12",
    compatible: { from: "1.7.12", below: "1.8.0" },
    versionQuery: { args: ["-version"], answer: /(\d+\.\d+\.\d+)/ },
    goModule: "actionlint",
    goPackage: "github.com/rhysd/actionlint/cmd/actionlint",
    ldflags: `${STRIPPED} -X github.com/rhysd/actionlint.version=1.7.12`,
    buildMinutes: 1,
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof catalogue;

export const toolNames = Object.keys(catalogue) as ToolName[];

/** Compares versions such as 3.259.0 number by number; negative when `a` is the older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const difference = left?.map((part, i) => part - (right?.[i] ?? 0)).find((d) => d !== 0);
  return difference ?? 0;
}

export function isCompatible(tool: Tool, version: string): boolean {
  return compareVersions(version, tool.compatible.from) >= 0 && compareVersions(version, tool.compatible.below) < 0;
}
