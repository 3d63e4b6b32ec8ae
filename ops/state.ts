import { capture } from "./pulumi.ts";
import type { Session } from "./session.ts";

/** A resource in a stack's state, as far as it is used here. */
export interface StateResource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** Replaced, and still to be deleted. */
  delete?: boolean;
  /** Deleted, and still to be made anew. */
  pendingReplacement?: boolean;
}

export interface PendingOperation {
  resource: StateResource;
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
}

/** What `pulumi stack export` prints. Properties that are not named here are kept. */
export interface Deployment {
  version: number;
  deployment: {
    resources?: StateResource[];
    pending_operations?: PendingOperation[];
  };
}

/** The stack's state. Its secrets are encrypted, or, with `showSecrets`, plain: such a state must stay in memory. */
export async function exportState(session: Session, showSecrets = false): Promise<Deployment> {
  const args = ["stack", "export", "--stack", session.stack, ...(showSecrets ? ["--show-secrets"] : [])];
  return JSON.parse(await capture(session, args)) as Deployment;
}

export const stateResources = async (session: Session): Promise<StateResource[]> =>
  (await exportState(session)).deployment.resources ?? [];

export async function importState(session: Session, state: Deployment): Promise<void> {
  await capture(session, ["stack", "import", "--stack", session.stack], JSON.stringify(state));
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

type Sealed = Record<string, unknown> & { plaintext?: string };

export const isSecret = (value: unknown): value is Sealed =>
  typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;

/** A value of a state that was exported with its secrets, as the cloud was given it. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return plain(JSON.parse(value.plaintext ?? "null"));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  return value;
}

/** The parts of `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`. */
export function urnParts(urn: string): { stack: string; project: string; type: string; name: string } {
  const [stack = "", project = "", types = "", ...name] = urn.slice("urn:pulumi:".length).split("::");
  return { stack, project, type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

export const isProvider = ({ type }: { type: string }): boolean => type.startsWith("pulumi:providers:");

const CLOUDS: Record<string, { title: string; prefix: string }> = {
  aws: { title: "AWS", prefix: "aws" },
  "azure-native": { title: "Azure", prefix: "azr" },
  gcp: { title: "Google Cloud", prefix: "gcp" },
  kubernetes: { title: "Kubernetes", prefix: "" },
};

/**
 * Which cloud a resource stands in, from its type, and which region, from the beginning of its name. The name of one end of
 * a link holds both regions; then it is the one of the resource's own cloud. "global": of no region.
 */
export function placeOf({ urn, type }: { urn: string; type: string }): { cloud: string; region: string } {
  const cloud = CLOUDS[type.slice(0, type.indexOf(":"))];
  const { name } = urnParts(urn);
  const regions = [...name.matchAll(/(?<=^|-)(?:aws|azr|gcp)-[a-z0-9]{1,8}(?=-|$)/g)].map(([region]) => region);
  const first = regions[0];
  if (first === undefined || !name.startsWith(first)) return { cloud: cloud?.title ?? "other", region: "global" };
  const own = regions.find((region) => cloud !== undefined && region.startsWith(`${cloud.prefix}-`));
  return { cloud: cloud?.title ?? "other", region: own ?? first };
}
