/** A statement of an AWS policy document, with everything that may be one or many as a list. */
export interface Statement {
  allows: boolean;
  /** Empty where the statement names what it leaves out instead. */
  actions: readonly string[];
  resources: readonly string[];
  /** By kind: `AWS`, `Service`, `Federated`; a bare `*` is `AWS`. */
  principals: Readonly<Record<string, readonly string[]>>;
  /** By operator, then key: `StringEquals`, `aws:SourceAccount`. */
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Whether it says `NotAction`, `NotResource` or `NotPrincipal`: everything but what is named. */
  negated: boolean;
}

/** The statements of a policy document in JSON, or nothing where it cannot be read. Grammar: IAM, "JSON policy elements". */
export function statementsIn(document: unknown): Statement[] | undefined {
  try {
    const parsed: unknown = typeof document === "string" ? JSON.parse(document) : document;
    return many((parsed as { Statement?: unknown }).Statement).map((each) =>
      statement(each as Record<string, unknown>),
    );
  } catch {
    return undefined;
  }
}

function statement(raw: Record<string, unknown>): Statement {
  const { Effect, Action, Resource, Principal, Condition, NotAction, NotResource, NotPrincipal } = raw;
  return {
    allows: Effect === "Allow",
    actions: many(Action).map(String),
    resources: many(Resource).map(String),
    // Everybody but those named is everybody.
    principals: NotPrincipal !== undefined ? { AWS: ["*"] } : principalsIn(Principal),
    conditions: Object.fromEntries(
      Object.entries((Condition ?? {}) as object).map(([operator, keys]) => [operator, lists(keys)]),
    ),
    negated: [NotAction, NotResource, NotPrincipal].some((each) => each !== undefined),
  };
}

const principalsIn = (of: unknown) => (typeof of === "string" ? { AWS: [of] } : lists(of));

const lists = (of: unknown): Record<string, string[]> =>
  Object.fromEntries(Object.entries((of ?? {}) as object).map(([name, value]) => [name, many(value).map(String)]));

const many = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** Whether a statement admits every principal there is. */
export const admitsAnyone = ({ principals }: Statement): boolean => Object.values(principals).flat().includes("*");

/** Conditions that leave of everybody those of one account or organisation. */
const OWN = /^(kms:CallerAccount|aws:Principal(Account|OrgID|Arn))$/i;

/**
 * Whether a statement allows something to everybody. Other conditions say how one comes or from where, not who one is: TLS is
 * open to all.
 */
export function isOpen(statement: Statement): boolean {
  const own = comparedWith(statement, OWN);
  return statement.allows && admitsAnyone(statement) && (own.length === 0 || own.some((value) => /[*?]/.test(value)));
}

/** Actions that only tell what there is, also all of a service's: `ec2:Describe*`. */
export const isList = (action: string): boolean => /:(Describe|List)\w*\*?$/.test(action);

/** The values that a statement's conditions compare one key with, by equality. `ForAllValues` holds where there is none. */
export const comparedWith = ({ conditions }: Statement, key: RegExp): string[] =>
  Object.entries(conditions)
    .filter(([operator]) => /^(StringEquals|ArnEquals|ArnLike|StringLike)$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .flatMap(([name, values]) => (key.test(name) ? values : []));
