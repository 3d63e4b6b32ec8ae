import { isDeepStrictEqual } from "node:util";

/** Which rules a policy document follows: an identity's own, a role's trust, or one attached to a resource. */
export type PolicyKind = "identity" | "trust" | "bucket" | "key" | "endpoint" | "secret";

export interface Statement {
  Sid?: string;
  Effect?: unknown;
  Principal?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  Condition?: unknown;
  [other: string]: unknown;
}

const ELEMENTS = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS = [
  ...["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
];

/** The statements of a document. Empty when it is none. */
export function statementsOf(document: string): Statement[] {
  try {
    const { Statement: statements } = JSON.parse(document) as { Statement?: unknown };
    return list(statements).filter((statement) => typeof statement === "object" && statement !== null) as Statement[];
  } catch {
    return [];
  }
}

/** A value that IAM lets stand alone or in a list, as a list of strings. */
export const strings = (value: unknown): string[] => list(value).filter((element) => typeof element === "string");

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** What the provider refuses by itself: text that is not JSON. */
export function policyProblem(document: unknown, _kind: PolicyKind): string[] {
  if (typeof document !== "string") return [];
  try {
    const parsed: unknown = JSON.parse(document);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return [];
    return [`contains an invalid JSON policy: a JSON object is expected (MalformedPolicyDocument)`];
  } catch (error) {
    return [`contains an invalid JSON policy: ${(error as Error).message} (MalformedPolicyDocument)`];
  }
}

/** S3's own words for what IAM calls otherwise. */
const S3_WORDS: [iam: RegExp, s3: string][] = [
  [/^Policy document must be version/, "The policy must contain a valid version string"],
  [/must be in ARN format|must contain resources/, "Policy has invalid resource"],
  [/must be prefaced by a vendor|must contain actions/, "Policy has invalid action"],
  [/^Statement IDs/, "Statement IDs must be unique"],
];

/** Why the API refuses a document, or undefined. */
export function malformed(document: string, kind: PolicyKind): string | undefined {
  const problem = inWordsOfIam(document, kind);
  if (kind !== "bucket" || problem === undefined) return problem;
  const effect = statementsOf(document).find((one) => one.Effect !== "Allow" && one.Effect !== "Deny")?.Effect;
  if (effect !== undefined) return `Invalid effect: ${effect}`;
  return S3_WORDS.find(([iam]) => iam.test(problem))?.[1] ?? problem;
}

function inWordsOfIam(document: string, kind: PolicyKind): string | undefined {
  const parsed = JSON.parse(document) as Record<string, unknown>;
  if (Object.keys(parsed).some((key) => !ELEMENTS.includes(key))) return "Syntax errors in policy.";
  const { Version: version = "2008-10-17" } = parsed;
  if (version !== "2012-10-17" && version !== "2008-10-17")
    return "Policy document must be version 2012-10-17 or greater.";
  const statements = list(parsed.Statement);
  if (statements.length === 0) return "Syntax errors in policy.";
  const sids = new Set<string>();
  for (const statement of statements) {
    if (typeof statement !== "object" || statement === null) return "Syntax errors in policy.";
    const problem = statementProblem(statement as Statement, kind);
    if (problem !== undefined) return problem;
    const { Sid: sid } = statement as Statement;
    if (sid === undefined) continue;
    if (sids.has(sid)) return "Statement IDs (SID) in a single policy must be unique.";
    if (kind !== "bucket" && kind !== "key" && !/^[A-Za-z0-9]*$/.test(sid))
      return `Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*`;
    sids.add(sid);
  }
  return undefined;
}

function statementProblem(statement: Statement, kind: PolicyKind): string | undefined {
  if (Object.keys(statement).some((key) => !STATEMENT_ELEMENTS.includes(key))) return "Syntax errors in policy.";
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") return "Syntax errors in policy.";
  const withPrincipal = kind !== "identity";
  const principal = statement.Principal ?? statement.NotPrincipal;
  if (withPrincipal && principal === undefined) return "Missing required field Principal";
  if (!withPrincipal && principal !== undefined) return "Policy document should not specify a principal.";
  const actions = strings(statement.Action ?? statement.NotAction);
  if (actions.length === 0) return "Policy statement must contain actions.";
  for (const action of actions) {
    if (action !== "*" && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))
      return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  }
  if (kind === "trust") {
    if (statement.Resource !== undefined) return "Has prohibited field Resource";
    if (actions.some((action) => !action.startsWith("sts:")))
      return "AssumeRole policy may only specify STS AssumeRole actions.";
  } else {
    const resources = strings(statement.Resource ?? statement.NotResource);
    if (resources.length === 0 && kind !== "endpoint") return "Policy statement must contain resources.";
    const bad = resources.find(
      (resource) => resource !== "*" && !/^arn:(aws[a-z-]*|\*):[^:]*:[^:]*:[^:]*:.+/.test(resource),
    );
    if (bad !== undefined) return `Resource ${bad} must be in ARN format or "*".`;
  }
  if (statement.Condition !== undefined && !isConditionBlock(statement.Condition)) return "Syntax errors in policy.";
  return undefined;
}

const OPERATORS =
  /^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|Like)(IgnoreCase)?|Numeric(Not)?(Equals|LessThan|GreaterThan)(Equals)?|Date(Not)?(Equals|LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

const isConditionBlock = (condition: unknown): boolean =>
  typeof condition === "object" &&
  condition !== null &&
  Object.entries(condition).every(
    ([operator, keys]) => OPERATORS.test(operator) && typeof keys === "object" && keys !== null,
  );

/** The principals of a statement by kind: `AWS`, `Service`, `Federated`, and `*` as `AWS`. */
export function principalsOf(statement: Statement): { AWS: string[]; Service: string[]; Federated: string[] } {
  const { Principal: principal } = statement;
  if (principal === "*") return { AWS: ["*"], Service: [], Federated: [] };
  const by = (typeof principal === "object" && principal !== null ? principal : {}) as Record<string, unknown>;
  return { AWS: strings(by.AWS), Service: strings(by.Service), Federated: strings(by.Federated) };
}

/** Whether an Allow statement lets a service do an action. */
export const admitsService = (document: string, service: string, action: string): boolean =>
  statementsOf(document).some(
    (statement) =>
      statement.Effect === "Allow" &&
      [...principalsOf(statement).Service, ...principalsOf(statement).AWS].some(
        (one) => one === service || one === "*",
      ) &&
      strings(statement.Action).some((pattern) => matches(pattern, action)),
  );

/** Whether an action is covered by a pattern such as `kms:GenerateDataKey*`. */
export const matches = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "i",
  ).test(action);

/** Whether a bucket policy opens the bucket to everyone: an Allow for anybody without a condition that narrows the caller. */
export const isPublic = (document: string): boolean =>
  statementsOf(document).some(
    (statement) =>
      statement.Effect === "Allow" &&
      principalsOf(statement).AWS.includes("*") &&
      (statement.Condition === undefined || isDeepStrictEqual(statement.Condition, {})),
  );
