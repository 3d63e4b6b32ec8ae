import { join } from "node:path";
import type { Container } from "./objects.ts";

/** A path in a container, and where it really is on this machine. */
export interface Mount {
  path: string;
  real: string;
}

/** What a container sees mounted, deepest first so that a mount within another one wins. */
export function mountsOf(
  container: Container,
  volumeFolder: (volume: string) => string,
  extra: readonly Mount[],
): Mount[] {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath }) => ({
    path: mountPath.length > 1 ? mountPath.replace(/\/$/, "") : mountPath,
    real: subPath === undefined ? volumeFolder(name) : join(volumeFolder(name), subPath),
  }));
  return [...mounts, ...extra].sort((a, b) => b.path.length - a.path.length);
}

/** Where a path of the container really is; one that nothing is mounted at stays as it is. */
export function realPath(path: string, mounts: readonly Mount[]): string {
  const mount = mounts.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`));
  return mount === undefined ? path : mount.real + path.slice(mount.path.length);
}

/**
 * Puts real paths in for mounted ones in a text: an argument, a variable, a configuration file. Programs here run without
 * file systems of their own, so this is what makes a mounted path lead to its files.
 */
export function relocate(text: string, mounts: readonly Mount[]): string {
  if (mounts.length === 0) return text;
  const paths = mounts.map(({ path }) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pattern = new RegExp(`(?<![\\w./-])(?:${paths})(?=[/\\s"',:;\\]}]|$)`, "gm");
  return text.replace(pattern, (path) => mounts.find((mount) => mount.path === path)?.real ?? path);
}
