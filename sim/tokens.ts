import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Claims } from "./clouds/cluster.ts";

/** As long as a token of `aws eks get-token` is good for. */
export const TOKEN_SECONDS = 15 * 60;

const content = z.strictObject({
  cloud: z.enum(["aws", "azure", "gcp"]),
  account: z.string(),
  cluster: z.string().optional(),
  principal: z.string(),
  /** Milliseconds since 1970. */
  expires: z.number(),
});

/** Issues and reads the tokens by which the simulated clouds know their callers. They outlive this process: its key is kept. */
export class Tokens {
  readonly #key: Buffer;
  readonly #now: () => number;

  /** @param keyFile made when it is missing, readable by its owner alone */
  constructor(keyFile: string, now = Date.now) {
    this.#key = provideKey(keyFile);
    this.#now = now;
  }

  issue(claims: Claims, seconds = TOKEN_SECONDS): { token: string; expires: Date } {
    const expires = this.#now() + seconds * 1000;
    const body = Buffer.from(JSON.stringify({ ...claims, expires })).toString("base64url");
    return { token: `${body}.${this.#sign(body)}`, expires: new Date(expires) };
  }

  /** What a token says; undefined when its signature is wrong or it has expired. */
  read(token: string): Claims | undefined {
    const [body = "", signature = "", ...rest] = token.split(".");
    const [shown, right] = [Buffer.from(signature), Buffer.from(this.#sign(body))];
    if (rest.length > 0 || shown.length !== right.length || !timingSafeEqual(shown, right)) return undefined;
    const { expires, cluster, ...claims } = content.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
    if (expires <= this.#now()) return undefined;
    return { ...claims, ...(cluster === undefined ? {} : { cluster }) };
  }

  #sign(body: string): string {
    return createHmac("sha256", this.#key).update(body).digest("base64url");
  }
}

function provideKey(file: string): Buffer {
  try {
    writeFileSync(file, randomBytes(32), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file);
}
