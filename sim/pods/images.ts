import { createHash } from "node:crypto";

/** What stands in for an image here, since nothing can be pulled. */
export type Program =
  /** The reference workload: its role is the container's first argument. */
  | { kind: "role" }
  /** A stand-in reconciler of sim/controllers. */
  | { kind: "controller" }
  /** The real program, built by the setup. */
  | { kind: "binary"; name: string; reloads?: boolean };

/**
 * Images by repository. Tags and digests choose no program (each version runs the same code) but are told to it, so that
 * answers, metrics and faults can tell versions apart.
 */
const PROGRAMS: Record<string, Program> = {
  "ghcr.io/novacron/dwcp-v3": { kind: "role" },
  "ghcr.io/novacron/dwcp": { kind: "role" },
  "ghcr.io/novacron/environment": { kind: "role" },
  "ghcr.io/novacron/pba": { kind: "role" },
  "quay.io/argoproj/argo-rollouts": { kind: "binary", name: "rollouts-controller" },
  "docker.io/traefik": { kind: "binary", name: "traefik" },
  // Both read their files again on SIGHUP: what the config-reloader sidecar does in real pods.
  "quay.io/prometheus/prometheus": { kind: "binary", name: "prometheus", reloads: true },
  "quay.io/prometheus/alertmanager": { kind: "binary", name: "alertmanager", reloads: true },
};

export interface ImageReference {
  /** With its registry: `docker.io/traefik` for `traefik:v3.6.7`. */
  repository: string;
  /** `sha256:…`; of an image named by tag, a digest that stands for the whole reference. */
  digest: string;
}

/** Reads `[registry/]path[:tag][@digest]`; names without a registry are Docker Hub's. */
export function parseImage(image: string): ImageReference {
  const [name = "", digest] = image.split("@");
  const colon = name.lastIndexOf(":");
  const path = colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
  const first = path.split("/")[0] ?? "";
  const hasRegistry = path.includes("/") && (first.includes(".") || first.includes(":") || first === "localhost");
  const repository = hasRegistry
    ? path.replace(/^docker\.io\/library\//, "docker.io/")
    : `docker.io/${path.replace(/^library\//, "")}`;
  return { repository, digest: digest ?? `sha256:${createHash("sha256").update(image).digest("hex")}` };
}

export class UnknownImageError extends Error {}

/**
 * The program for an image.
 * @throws UnknownImageError that lists the images which have one
 */
export function programOf(repository: string, controllers: readonly string[]): Program {
  const program = PROGRAMS[repository];
  if (program !== undefined) return program;
  if (controllers.includes(repository)) return { kind: "controller" };
  const known = [...Object.keys(PROGRAMS), ...controllers].sort().join(", ");
  throw new UnknownImageError(
    `the simulated region has no program for image '${repository}'. It runs ${known}. Use one of these, or run this pod in a real cluster.`,
  );
}
