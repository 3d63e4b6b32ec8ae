import type { SimulatedCloud } from "../../cloud.ts";
import { refuse } from "../../service.ts";

/** HTTP status of each reason that Google's APIs give. */
const STATUS: Record<string, number> = {
  invalid: 400,
  required: 400,
  badRequest: 400,
  failedPrecondition: 400,
  resourceInUseByAnotherResource: 400,
  resourceNotReady: 400,
  forbidden: 403,
  quotaExceeded: 403,
  notFound: 404,
  alreadyExists: 409,
  conflict: 409,
  conditionNotMet: 412,
  rateLimitExceeded: 429,
  backendError: 503,
  ZONE_RESOURCE_POOL_EXHAUSTED: 503,
};

/** The simulator's own codes, for what every cloud answers in its own words. */
const REASON: Record<string, string> = {
  AlreadyExists: "alreadyExists",
  NotFound: "notFound",
  DependencyViolation: "resourceInUseByAnotherResource",
  TooManyRequests: "rateLimitExceeded",
  ServiceUnavailable: "backendError",
  InsufficientCapacity: "ZONE_RESOURCE_POOL_EXHAUSTED",
};

/** Types that the provider calls otherwise than Pulumi does; an empty name where it passes the API's error on as it is. */
const NOUN: Record<string, string> = {
  "gcp:compute/vPNTunnel:VPNTunnel": "VpnTunnel",
  "gcp:compute/routerPeer:RouterPeer": "RouterBgpPeer",
  "gcp:container/cluster:Cluster": "",
  "gcp:storage/bucket:Bucket": "",
  "gcp:serviceaccount/account:Account": "service account",
  "gcp:projects/iAMCustomRole:IAMCustomRole": "the custom project role",
};

const VERB = { create: "creating", update: "updating", delete: "reading or editing", read: "reading" };

/** A refusal by the provider itself, before or without a call of the API: it has no status. */
export const PROVIDER = "provider";

/** What the provider prints: `Error creating Subnetwork: googleapi: Error 400: …, invalid`. */
export const wording: SimulatedCloud["wording"] = ({ type, operation }, code, message) => {
  if (code === PROVIDER) return message;
  const reason = REASON[code] ?? code;
  const status = STATUS[reason];
  const error = status === undefined ? `${message}, ${reason}` : `googleapi: Error ${status}: ${message}, ${reason}`;
  return `${context(type, operation)}${error}`;
};

function context(type: string, operation: keyof typeof VERB): string {
  const noun = NOUN[type] ?? type.slice(type.lastIndexOf(":") + 1);
  if (noun === "") return "";
  if (/I[aA][mM]Member$/.test(type)) return "Error applying IAM policy: Error setting IAM policy: ";
  if (type === "gcp:compute/networkPeering:NetworkPeering" && operation === "create") {
    return "Error adding network peering: ";
  }
  if (type === "gcp:compute/routerInterface:RouterInterface") return "Error patching router: ";
  if (type === "gcp:compute/network:Network" && operation === "delete") return "Error waiting for Deleting Network: ";
  if (type === "gcp:container/nodePool:NodePool") return `error ${VERB[operation]} NodePool: `;
  return operation === "delete" ? `Error when ${VERB.delete} ${noun}: ` : `Error ${VERB[operation]} ${noun}: `;
}

/** A value that the compute API does not take. */
export function invalid(field: string, value: unknown, why: string): never {
  return refuse("invalid", `Invalid value for field '${field}': '${value ?? ""}'. ${why}`);
}

/** A field without which the compute API does not take the request. */
export function missing(field: string): never {
  return refuse("required", `Required field '${field}' not specified`);
}

/** A request that GKE, IAM or KMS does not take. */
export function bad(message: string): never {
  return refuse("badRequest", message);
}

/** A value outside of the provider's own list. */
export function oneOf(
  property: string,
  value: string | undefined,
  allowed: readonly string[],
): [property: string, reason: string][] {
  if (value === undefined || allowed.includes(value)) return [];
  return [
    [property, `expected ${property} to be one of [${allowed.map((one) => `"${one}"`).join(" ")}], got ${value}`],
  ];
}

/** A number outside of the provider's own limits. */
export function between(
  property: string,
  value: number | undefined,
  least: number,
  most: number,
): [property: string, reason: string][] {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return [[property, `expected ${property} to be in the range (${least} - ${most}), got ${value}`]];
}

/** Properties that exclude each other. */
export function exclusive(input: object, ...properties: string[]): [property: string, reason: string][] {
  const set = properties.filter((property) => (input as Record<string, unknown>)[property] !== undefined);
  const [first, second] = set;
  return first === undefined || second === undefined ? [] : [[first, `"${first}": conflicts with ${second}`]];
}
