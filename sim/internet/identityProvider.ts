import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { z } from "zod";
import type { CertificateAuthority } from "../certificateAuthority.ts";
import { LOOPBACK, listen } from "../listen.ts";
import { replaceFile } from "../replaceFile.ts";

/** Where users of the environment sign in. */
export const IDENTITY_HOST = "login.novacron.example";

/** An address that is nobody's (RFC 2544), and none that the simulated clouds hand out. */
export const IDENTITY_ADDRESS = "198.18.0.1";

const ISSUER = `https://${IDENTITY_HOST}`;
const CERTIFICATE_DAYS = 90;

export const tokenSchema = z.strictObject({
  subject: z.string().min(1),
  /** @default dwcp-staging, as the staging stack expects */
  audience: z.union([z.string(), z.array(z.string())]).default("dwcp-staging"),
  /** @default the provider itself; another one makes a token that must be refused */
  issuer: z.string().default(ISSUER),
  /** Seconds from now; below zero it has expired already. */
  expiresIn: z.number().default(3600),
  /** ES256 is what the provider signs with; the others make tokens that must be refused. */
  algorithm: z.enum(["ES256", "RS256", "HS256", "none"]).default("ES256"),
  /** `unknown`: a key that the provider never published. */
  key: z.enum(["current", "unknown"]).default("current"),
});

export type TokenRequest = z.output<typeof tokenSchema>;

type PrivateKey = JWK & { kid: string };

/**
 * Stands in for the users' identity provider: publishes its keys as OpenID Connect Discovery 1.0 says, and issues tokens on
 * demand, wrong ones too. After a rotation the key before stays published, for the tokens that it signed.
 */
export class IdentityProvider {
  readonly #file: string;
  /** The current one first. */
  #keys: PrivateKey[];

  private constructor(file: string, keys: PrivateKey[]) {
    this.#file = file;
    this.#keys = keys;
  }

  /** Opens the provider whose keys are kept in a folder, and makes the first key. */
  static async open(folder: string): Promise<IdentityProvider> {
    const file = join(folder, "identity-keys.json");
    if (existsSync(file)) return new IdentityProvider(file, JSON.parse(readFileSync(file, "utf8")) as PrivateKey[]);
    const provider = new IdentityProvider(file, [await newKey()]);
    provider.#save();
    return provider;
  }

  /** Makes a new key current, and drops the one before the last. @returns ids of the published keys, current first */
  async rotate(): Promise<string[]> {
    this.#keys = [await newKey(), ...this.#keys].slice(0, 2);
    this.#save();
    return this.#keys.map(({ kid }) => kid);
  }

  async token({ subject, audience, issuer, expiresIn, algorithm, key }: TokenRequest): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { sub: subject, aud: audience, iss: issuer, iat: seconds, exp: seconds + expiresIn };
    if (algorithm === "none") return new UnsecuredJWT(claims).encode();
    const current = key === "current" ? this.#current : await newKey();
    const signed = new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: "JWT", kid: current.kid });
    if (algorithm === "ES256") return signed.sign(await importJWK(current, "ES256"));
    if (algorithm === "RS256") return signed.sign(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
    // The known confusion: the public key, which everybody has, as the secret of a symmetric signature.
    return signed.sign(Buffer.from(JSON.stringify(publicHalf(current))));
  }

  /** What the provider answers, by path. */
  documents(): Record<string, unknown> {
    return {
      "/.well-known/openid-configuration": {
        issuer: ISSUER,
        jwks_uri: `${ISSUER}/.well-known/jwks.json`,
        authorization_endpoint: `${ISSUER}/authorize`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
      },
      "/.well-known/jwks.json": { keys: this.#keys.map(publicHalf) },
    };
  }

  /** Serves the documents over TLS on a loopback port, with a certificate of the public authority. */
  async serve(authority: CertificateAuthority): Promise<{ server: Server; port: number }> {
    const { certificate: cert, key } = await authority.issue({ names: [IDENTITY_HOST], days: CERTIFICATE_DAYS });
    const server = createServer({ key, cert, minVersion: "TLSv1.3" }, ({ method, url = "/" }, response) => {
      const document = method === "GET" ? this.documents()[url.split("?")[0] ?? ""] : undefined;
      response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(document ?? { error: "not_found" }));
    });
    return { server, port: await listen(server, LOOPBACK) };
  }

  get #current(): PrivateKey {
    const [current] = this.#keys;
    if (current === undefined) throw new Error(`${this.#file} holds no key`);
    return current;
  }

  #save(): void {
    replaceFile(this.#file, JSON.stringify(this.#keys));
  }
}

async function newKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString("hex"), alg: "ES256", use: "sig" };
}

const publicHalf = ({ d: _, ...published }: PrivateKey): JWK => published;
