import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { DependencyInfo, ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import type { PackageDependency } from "@pulumi/pulumi/proto/plugin_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import { nearest } from "./npm.ts";

/** What a package.json says about the provider plugin behind a package. */
interface PluginField {
  resource?: boolean;
  name?: string;
  version?: string;
  server?: string;
  parameterization?: Parameterization;
  extensionParameterization?: Parameterization;
}

/** How a provider becomes another package; `value` is base64, as Go writes bytes. */
interface Parameterization {
  name: string;
  version: string;
  value?: string;
}

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: PluginField;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** The provider plugins of all installed packages, so that the engine can fetch those that it lacks before it starts. */
export function requiredPackages(info: ProgramInfo | undefined): PackageDependency[] {
  return installed(info).flatMap(({ name, version, pulumi }) => {
    if (!pulumi?.resource) return [];
    // Packages outside Pulumi's own scope must name their plugin; without a name there is nothing to ask for.
    const pluginName = pulumi.name ?? (name?.startsWith("@pulumi/") ? name.slice("@pulumi/".length) : undefined);
    const pluginVersion = pulumi.version ?? version;
    if (pluginName === undefined || pluginVersion === undefined) return [];
    const dependency = new plugin.PackageDependency()
      .setName(pluginName)
      .setKind("resource")
      .setVersion(pluginVersion.startsWith("v") ? pluginVersion : `v${pluginVersion}`)
      .setServer(pulumi.server ?? "");
    if (pulumi.parameterization) dependency.setParameterization(parameterization(pulumi.parameterization));
    if (pulumi.extensionParameterization) dependency.setExtension$(parameterization(pulumi.extensionParameterization));
    return [dependency];
  });
}

/** Installed packages for `pulumi about` and the update's metadata: those of package.json, or all of them. */
export function installedDependencies(info: ProgramInfo | undefined, transitive: boolean): DependencyInfo[] {
  const root = nearest(programDirectory(info), "package.json");
  const { dependencies, devDependencies, optionalDependencies } = root === undefined ? {} : manifestOf(root);
  const direct = new Set(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }));
  return installed(info)
    .filter((manifest) => manifest.name !== undefined && (transitive || direct.has(manifest.name)))
    .map(({ name = "", version = "" }) => new language.DependencyInfo().setName(name).setVersion(version));
}

function programDirectory(info: ProgramInfo | undefined): string {
  return info?.getProgramDirectory() || process.cwd();
}

function parameterization({ name, version, value = "" }: Parameterization) {
  return new plugin.PackageParameterization().setName(name).setVersion(version).setValue(value);
}

/** The manifests of all packages in the nearest node_modules, nested ones included; links count once. */
function installed(info: ProgramInfo | undefined): Manifest[] {
  const root = nearest(programDirectory(info), "node_modules");
  const seen = new Set<string>();
  const visit = (modules: string): Manifest[] =>
    packageFolders(modules).flatMap((folder) => {
      const real = realpathSync(folder);
      if (seen.has(real) || !existsSync(join(real, "package.json"))) return [];
      seen.add(real);
      return [manifestOf(real), ...visit(join(real, "node_modules"))];
    });
  return root === undefined ? [] : visit(join(root, "node_modules"));
}

function packageFolders(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const folder = join(modules, name);
      return name.startsWith("@") ? readdirSync(folder).map((scoped) => join(folder, scoped)) : [folder];
    });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
