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
    principals: typeof Principal === "string" ? { AWS: [Principal] } : lists(Principal),
    conditions: Object.fromEntries(
      Object.entries((Condition ?? {}) as object).map(([operator, keys]) => [operator, lists(keys)]),
    ),
    negated: [NotAction, NotResource, NotPrincipal].some((each) => each !== undefined),
  };
}

const lists = (of: unknown): Record<string, string[]> =>
  Object.fromEntries(Object.entries((of ?? {}) as object).map(([name, value]) => [name, many(value).map(String)]));

const many = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** Whether a statement admits every principal there is. */
export const admitsAnyone = ({ principals }: Statement): boolean => (principals.AWS ?? []).includes("*");

/** The values that a statement's conditions compare one key with, by equality. */
export const comparedWith = ({ conditions }: Statement, key: RegExp): string[] =>
  Object.entries(conditions)
    .filter(([operator]) => /^(ForAllValues:)?(StringEquals|ArnEquals|ArnLike|StringLike)$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .flatMap(([name, values]) => (key.test(name) ? values : []));
