import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";
import { ROLE_ENVIRONMENT } from "../k8s/contract.ts";
import { sendRequest } from "./request.ts";
import type { Role } from "./role.ts";
import { serveRole } from "./server.ts";

/** Signatures that a token may carry: no shared secrets, no `none`. */
const ALGORITHMS = ["ES256", "EdDSA", "PS256"];

/** A key that is not known is looked for at most this often, so that forged tokens cannot make us ask without end. */
const COOLDOWN_MS = 1_000;

/** Keys are renewed this often; an issuer that rotates keeps the old key at least as long (RFC 8725 leaves it to both). */
const CACHE_MS = 300_000;

/** Clocks differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Answers the gateway's question whether a request may pass: `GET /verify` with the request's Authorization header → 200 with
 * the subject, or 401. Verifies signature, algorithm, issuer, audience and expiry (RFC 8725).
 */
export const auth: Role = async (context) => {
  const { issuer, audience, jwksUri } = ROLE_ENVIRONMENT.auth;
  const required = (name: string): string => {
    const value = context.env[name];
    if (value === undefined || value === "") throw new Error(`the environment variable ${name} is missing`);
    return value;
  };
  const expected = { issuer: required(issuer), audience: required(audience) };
  const keys = createRemoteJWKSet(new URL(required(jwksUri)), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
    [customFetch]: async (url, { signal }) => new Response(await sendRequest(url, { signal })),
  });
  const verify = (token: string) =>
    jwtVerify(token, keys, {
      ...expected,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["exp", "sub"],
    });
  let ready = false;
  const load = async (): Promise<void> => {
    for (let wait = 200; !ready; wait = Math.min(2 * wait, 5_000)) {
      try {
        await keys.reload();
        ready = true;
      } catch (error) {
        context.log(`no keys from ${context.env[jwksUri]}: ${error instanceof Error ? error.message : error}`);
        await new Promise((resolve) => setTimeout(resolve, wait).unref());
      }
    }
  };
  void load();

  return serveRole(context, {
    ready: () => ready,
    handle: async (request, { pathname }) => {
      if (pathname !== "/verify") return { status: 404, body: { error: "only /verify is here" } };
      const [scheme, token] = (request.headers.authorization ?? "").split(" ");
      if (scheme?.toLowerCase() !== "bearer" || token === undefined) return refusal("no bearer token");
      try {
        const { payload } = await verify(token).catch(async (error: unknown) => {
          if (!(error instanceof errors.JWKSNoMatchingKey && keys.coolingDown)) throw error;
          // Somebody has just had keys looked for, perhaps with a forged token; a key that is new since then counts too.
          await sleep(COOLDOWN_MS);
          return verify(token);
        });
        return { status: 200, headers: { "x-subject": payload.sub ?? "" } };
      } catch (error) {
        if (error instanceof errors.JWKSTimeout)
          return { status: 503, body: { error: "the issuer's keys cannot be fetched" } };
        return refusal(error instanceof errors.JOSEError ? error.code : "not a token");
      }
    },
  });
};

/** RFC 6750, section 3. */
const refusal = (reason: string) => ({
  status: 401,
  body: { error: reason },
  headers: { "www-authenticate": `Bearer error="invalid_token", error_description="${reason}"` },
});
