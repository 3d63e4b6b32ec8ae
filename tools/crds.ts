import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

interface Source {
  /** Go module, pinned by `tools/go/crds`. */
  module: string;
  /** Folder in it, or one file. */
  path: string;
  /** @default all */
  kinds?: readonly string[];
}

/**
 * Where each chart's CustomResourceDefinitions come from: the module of the app version that the chart installs. Kinds that
 * nothing in a simulated cluster acts on are left out: an object of theirs is refused instead of lying there without effect,
 * and all of them together would cost each API server 380 MiB and 12 s of processor time. So are two kinds that others of the
 * same chart can stand for, SecretStore and AlertmanagerConfig: alone they would be a fifth of all that is held.
 */
const sources: Readonly<Record<string, Source>> = {
  "argo-rollouts": { module: "github.com/argoproj/argo-rollouts", path: "manifests/crds" },
  traefik: {
    module: "github.com/traefik/traefik/v3",
    path: "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml",
  },
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager",
    path: "deploy/crds",
    kinds: ["Certificate", "ClusterIssuer", "Issuer"],
  },
  "external-secrets": {
    module: "github.com/external-secrets/external-secrets",
    path: "config/crds/bases",
    kinds: ["ClusterSecretStore", "ExternalSecret"],
  },
  "kube-prometheus-stack": {
    module: "github.com/prometheus-operator/prometheus-operator",
    path: "example/prometheus-operator-crd",
    kinds: ["Alertmanager", "PodMonitor", "Prometheus", "PrometheusRule", "ServiceMonitor"],
  },
};

/** The Go modules that {@link extractCrds} reads. */
export const crdModules: readonly string[] = Object.values(sources).map(({ module }) => module);

/**
 * Writes the CustomResourceDefinitions of every chart to `<target>/<chart>/<name of the CRD>.json`, in place of what was
 * there. Left out are descriptions, three quarters of their size, and versions that are neither served nor stored, an eighth of
 * the rest: every API server would hold them in memory, several times over, and they change nothing that it accepts. So are the schemas
 * of pods in analyses and experiments, a quarter of what then is left: such a pod is checked when Argo makes its Job or ReplicaSet. JSON because
 * reading the YAML of 30 definitions takes seconds and is done in each region.
 * @param goModuleFolder where the source of a Go module lies
 * @throws Error naming a module that holds no definition where one is expected
 */
export function extractCrds(goModuleFolder: (module: string) => string, target: string): void {
  for (const [chart, { module, path, kinds }] of Object.entries(sources)) {
    const folder = join(target, chart);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const definitions = definitionFiles(join(goModuleFolder(module), path))
      .flatMap(definitionsIn)
      .filter(({ spec }) => kinds?.includes(spec.names.kind) ?? true);
    if (definitions.length < (kinds?.length ?? 1))
      throw new Error(
        `the Go module ${module} has no CustomResourceDefinition of ${kinds?.join(", ") ?? "any kind"} in ${path}`,
      );
    for (const definition of definitions)
      writeFileSync(
        join(folder, `${definition.metadata.name}.json`),
        JSON.stringify(definition, shortened(!POD_KINDS.includes(definition.spec.names.kind))),
      );
  }
}

interface Definition {
  kind: string;
  metadata: { name: string };
  spec: { names: { kind: string }; versions: { served: boolean; storage: boolean }[] };
}

function definitionFiles(path: string): string[] {
  if (/\.ya?ml$/.test(path)) return [path];
  return readdirSync(path)
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => join(path, file));
}

function definitionsIn(file: string): Definition[] {
  return parseAllDocuments(readFileSync(file, "utf8"))
    .map((document) => document.toJS() as Definition | null)
    .filter((document) => document?.kind === "CustomResourceDefinition")
    .map((document) => withoutUnserved(document as Definition));
}

/** Kinds with templates of pods for what Argo makes later. Not Rollout, whose template is what people write. */
const POD_KINDS = ["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate", "Experiment"];

const withoutUnserved = ({ spec, ...definition }: Definition): Definition => ({
  ...definition,
  spec: { ...spec, versions: spec.versions.filter(({ served, storage }) => served || storage) },
});

/**
 * For `JSON.stringify`: what the file of a definition says of a property of its schema. A schema's `description` is text; a property
 * that is called so is an object, and stays. Where a template of pods is not kept, any object may stand.
 */
const shortened =
  (keepsPods: boolean) =>
  (key: string, value: unknown): unknown => {
    if (key === "description" && typeof value === "string") return undefined;
    return key === "template" && !keepsPods && isPodTemplate(value) ? ANY_OBJECT : value;
  };

const ANY_OBJECT = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

interface Schema {
  properties?: Record<string, Schema>;
}

const isPodTemplate = (schema: unknown): boolean =>
  (schema as Schema | null)?.properties?.spec?.properties?.containers !== undefined;
