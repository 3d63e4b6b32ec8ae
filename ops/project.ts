import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseYaml } from "../client/yaml.ts";
import { nearest } from "../infra/config/spelling.ts";
import { OperatorError } from "./operatorError.ts";

/** The Pulumi project that the current folder belongs to. */
export interface Project {
  /** Folder of `Pulumi.yaml`. */
  folder: string;
  name: string;
  /** Where everything of the simulated clouds is kept: $NOVACRON_HOME, else `.novacron` in the project's folder. */
  home: string;
}

/** Finds the project as Pulumi does: the nearest `Pulumi.yaml` in this folder or above. */
export function findProject(from = process.cwd()): Project {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, "Pulumi.yaml");
    if (existsSync(file)) {
      return {
        folder,
        home: resolve(process.env.NOVACRON_HOME || join(folder, ".novacron")),
        // Not before it is asked for: a rollback has no use for it.
        get name() {
          return (parseYaml(readFileSync(file, "utf8")) as { name: string }).name;
        },
      };
    }
    if (dirname(folder) === folder)
      throw new OperatorError(`neither ${from} nor a folder above it has a Pulumi.yaml; run novactl in the checkout`);
  }
}

/** The stack file, `Pulumi.<stack>.yaml`. @throws when there is none, naming the stacks that have one */
export function stackFile(project: Project, stack: string): string {
  const file = join(project.folder, `Pulumi.${stack}.yaml`);
  if (existsSync(file)) return file;
  const known = readdirSync(project.folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const meant = nearest(stack, known);
  throw new OperatorError(
    `no stack '${stack}': ${project.folder} has no Pulumi.${stack}.yaml; ` +
      (meant === undefined
        ? known.length === 0
          ? "it has no stack file at all"
          : `its stacks: ${known.join(", ")}`
        : `did you mean ${meant}?`),
  );
}
