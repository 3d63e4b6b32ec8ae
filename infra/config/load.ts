import { Config, getStack, type Output, RunError } from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { parseStackConfig } from "./parse.ts";
import { keyOf, MISSING, type Problem, report } from "./problems.ts";
import { type StackConfig, stackSchema } from "./schema.ts";
import { nearest } from "./spelling.ts";

const NAMESPACE = "novacron:";
const SECRET_KEY = "meshSecret";

/** Half the bits of what the command in the message makes, and more than any cipher here uses. */
const SHORTEST_SECRET = 32;

const HOW_TO_SET = `pulumi config set --secret ${NAMESPACE}${SECRET_KEY} "$(openssl rand -hex 32)"`;

export interface LoadedConfig {
  config: StackConfig;
  /** Secret: every tunnel's pre-shared key is derived from it. */
  meshSecret: Output<string>;
}

/**
 * Reads the config of the stack that is being run. Every problem is in one error, which the engine prints without a stack.
 * Secrets are never shown.
 */
export function loadConfig(): LoadedConfig {
  const stackName = getStack();
  const given = new Map(
    Object.entries(allConfig()).flatMap(([key, value]) =>
      key.startsWith(NAMESPACE) ? [[key.slice(NAMESPACE.length), value] as const] : [],
    ),
  );
  const secretKeys = readSecretKeys();
  const isSecret = (key: string): boolean => secretKeys?.includes(`${NAMESPACE}${key}`) ?? false;
  const isConcealed = (key: string): boolean => key !== SECRET_KEY && (isSecret(key) || isMisspelt(key));
  const readable = [...given].filter(([key]) => key !== SECRET_KEY && !isConcealed(key));
  const concealed = [...given.keys()].filter(isConcealed);
  const { config, problems = [] } = parseStackConfig(
    Object.fromEntries(readable.map(([key, value]) => [key, fromText(key, value)])),
    stackName,
  );
  const all = [
    ...concealed.map(concealedProblem),
    ...problems.filter(({ key, value }) => value !== MISSING || !concealed.some((secret) => keyOf([secret]) === key)),
    ...(concealed.some(isMisspelt)
      ? []
      : meshSecretProblems(given.get(SECRET_KEY), secretKeys === undefined || isSecret(SECRET_KEY))),
  ];
  if (all.length > 0 || config === undefined) throw new RunError(report(all, stackName));
  return { config, meshSecret: new Config("novacron").requireSecret(SECRET_KEY) };
}

/** The engine hands every value over as text: lists, objects, numbers and truth values as JSON. What its key takes as text stays text. */
function fromText(key: string, value: string): unknown {
  const schemas: Record<string, { safeParse: (value: unknown) => { success: boolean } }> = stackSchema.shape;
  if (schemas[key]?.safeParse(value).success === true) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The keys that the engine holds encrypted; undefined outside of an engine, which alone sets the variable. */
function readSecretKeys(): string[] | undefined {
  const keys = process.env.PULUMI_CONFIG_SECRET_KEYS;
  return keys === undefined || keys === "" ? undefined : JSON.parse(keys);
}

const isMisspelt = (key: string): boolean => nearest(key, [SECRET_KEY]) !== undefined;

/** A value that is a secret, or is one that was stored in plain text under a misspelt key. */
const concealedProblem = (key: string): Problem => ({
  key: keyOf([key]),
  value: "is or may be a secret and is not shown",
  allowed: `plain values; the one secret is ${NAMESPACE}${SECRET_KEY}`,
  action: isMisspelt(key)
    ? `did you mean ${SECRET_KEY}? Rename this key`
    : "set it with --plaintext: plans and previews show it",
});

function meshSecretProblems(secret: string | undefined, encrypted: boolean): Problem[] {
  const key = keyOf([SECRET_KEY]);
  const allowed = `a secret of ${SHORTEST_SECRET} or more random characters`;
  if (secret === undefined) return [{ key, value: MISSING, allowed, action: `run: ${HOW_TO_SET}` }];
  if (!encrypted) {
    return [
      {
        key,
        value: "is in plain text in the stack file (not shown)",
        allowed: `${allowed}, encrypted`,
        action: `run: ${HOW_TO_SET} (a new value, since the old one may have been read)`,
      },
    ];
  }
  if (secret.length < SHORTEST_SECRET) {
    return [{ key, value: "is a secret that is too short (not shown)", allowed, action: `run: ${HOW_TO_SET}` }];
  }
  return [];
}
