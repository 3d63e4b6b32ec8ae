import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { CloudCluster } from "./clouds/cluster.ts";
import { replaceFile } from "./replaceFile.ts";
import type { Store } from "./store.ts";

/** `spec.provider` of an External Secrets store, as far as the three clouds' secret managers go. */
const providerSchema = z.union([
  z.object({
    aws: z.object({ service: z.literal("SecretsManager"), region: z.string(), prefix: z.string().default("") }),
  }),
  z.object({ azurekv: z.object({ vaultUrl: z.string() }) }),
  z.object({ gcpsm: z.object({ projectID: z.string() }) }),
]);

export const secretSchema = z.object({
  provider: z.unknown(),
  key: z.string().min(1),
  property: z.string().optional(),
});

/**
 * Values of the secrets in the clouds' secret managers. The program makes containers only; setting values is the operators'
 * part, which the simulation plays: a value is random, made when it is first read, and kept until an operator sets another.
 */
export class SecretValues {
  readonly #file: string;
  readonly #store: Store;

  /** @param file where values are kept, readable by its owner alone */
  constructor(file: string, store: Store) {
    this.#file = file;
    this.#store = store;
  }

  /** @throws Error in the cloud's words when the secret does not exist, or naming a property that its value lacks */
  read(cluster: CloudCluster, { provider, key, property }: z.output<typeof secretSchema>): string {
    const parsed = providerSchema.safeParse(provider);
    if (!parsed.success)
      throw new Error(
        `provider of the SecretStore: expected aws (SecretsManager), azurekv or gcpsm\n${z.prettifyError(parsed.error)}`,
      );
    const path = this.#demand(cluster, parsed.data, key);
    const values = this.#values();
    const value =
      values[path] ?? this.#write(path, property === undefined ? random() : JSON.stringify({ [property]: random() }));
    if (property === undefined) return value;
    const member = memberOf(value, property);
    if (member === undefined) throw new Error(`key ${property} does not exist in secret ${key}`);
    return member;
  }

  /** Sets a value as an operator does. @param path as `list` shows it */
  set(path: string, value: string): void {
    this.#write(path, value);
  }

  /** Paths of the values that were read or set. */
  list(): string[] {
    return Object.keys(this.#values()).toSorted();
  }

  /** Where a value is kept, once it is clear that there is such a secret and who asks may have it. */
  #demand({ spec }: CloudCluster, provider: z.output<typeof providerSchema>, key: string): string {
    const all = this.#store.all();
    if ("aws" in provider && spec.cloud === "aws") {
      const name = `${provider.aws.prefix}${key}`;
      const found = all.find(
        ({ type, region, state }) =>
          type === "aws:secretsmanager/secret:Secret" &&
          region === provider.aws.region &&
          [state.name, state.arn].includes(name),
      );
      if (found === undefined)
        throw new Error(
          `ResourceNotFoundException: Secrets Manager can't find the specified secret: ${name} in ${provider.aws.region}`,
        );
      return found.id;
    }
    if ("azurekv" in provider && spec.cloud === "azure") {
      const url = provider.azurekv.vaultUrl.replace(/\/?$/, "/");
      const found = all.find(
        ({ type, state }) =>
          type === "azure-native:keyvault:Vault" &&
          (state.properties as { vaultUri?: string } | undefined)?.vaultUri === url,
      );
      if (found === undefined) throw new Error(`VaultNotFound: no key vault of the subscription is at ${url}`);
      // Azure has no secret without a value: whatever operators set is there.
      return `${found.id}/secrets/${key}`;
    }
    if ("gcpsm" in provider && spec.cloud === "gcp") {
      const id = `projects/${provider.gcpsm.projectID}/secrets/${key}`;
      if (!all.some((resource) => resource.type === "gcp:secretmanager/secret:Secret" && resource.id === id))
        throw new Error(`NotFound: Secret [${id}] not found or has no versions.`);
      return id;
    }
    throw new Error(
      `a cluster of ${spec.cloud} has no identity in the cloud of this SecretStore: ${Object.keys(provider).join(", ")}`,
    );
  }

  #values(): Record<string, string> {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Record<string, string>;
    } catch {
      return {};
    }
  }

  #write(path: string, value: string): string {
    replaceFile(this.#file, JSON.stringify({ ...this.#values(), [path]: value }));
    return value;
  }
}

/** 256 bits. */
const random = (): string => randomBytes(32).toString("base64");

function memberOf(value: string, property: string): string | undefined {
  try {
    const member = (JSON.parse(value) as Record<string, unknown>)[property];
    return member === undefined || typeof member === "string" ? member : JSON.stringify(member);
  } catch {
    return undefined;
  }
}
