import { copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../../ops/project.ts";
import { checkout } from "../cache.ts";

/** What the program is made of, and what says so. */
const ROOMS = ["infra", "k8s", "policies", "node_modules"];
const FILES = ["Pulumi.yaml", "package.json"];

/**
 * A project folder beside the checkout with the same program and the same home, but a stack file of its own: what a tour
 * releases is not written to the checkout's. Made the current folder; `remove` goes back and takes it away.
 */
export function enterTourFolder(project: Project, stack: string): { remove: () => void } {
  const folder = join(project.home, "tour");
  // Whatever an interrupted tour left.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const room of ROOMS) symlinkSync(join(checkout, room), join(folder, room));
  for (const file of [...FILES, `Pulumi.${stack}.yaml`]) copyFileSync(join(project.folder, file), join(folder, file));
  process.env.NOVACRON_HOME = project.home;
  process.chdir(folder);
  return {
    remove: () => {
      process.chdir(project.folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
