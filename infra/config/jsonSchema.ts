import { z } from "zod";
import { stackSchema } from "./schema.ts";

const NAMESPACE = "novacron:";

const SECRET = {
  description: 'Set with: pulumi config set --secret novacron:meshSecret "$(openssl rand -hex 32)"',
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/**
 * JSON Schema (draft 7, which YAML editors know best) of a stack file `Pulumi.<stack>.yaml`: this project's keys below
 * `config`, next to whatever else Pulumi keeps there. It covers form; rules across keys are checked by `parseStackConfig`.
 * `node infra/config/jsonSchema.ts > schema/stack.schema.json && npm run format` writes the committed copy.
 */
export function stackFileSchema(): Record<string, unknown> {
  const { properties = {}, required = [] } = z.toJSONSchema(stackSchema, { target: "draft-7", io: "input" });
  const keys = Object.fromEntries(
    Object.entries({ ...properties, meshSecret: SECRET }).map(([key, schema]) => [`${NAMESPACE}${key}`, schema]),
  );
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of the NovaCron environment",
    type: "object",
    required: ["config"],
    properties: {
      config: {
        type: "object",
        required: required.map((key) => `${NAMESPACE}${key}`),
        properties: keys,
        propertyNames: { anyOf: [{ enum: Object.keys(keys) }, { not: { pattern: `^${NAMESPACE}` } }] },
      },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
    },
  };
}

if (import.meta.main) console.log(JSON.stringify(stackFileSchema(), undefined, 2));
