import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { auth } from "../../workload/auth.ts";
import type { RunningRole } from "../../workload/role.ts";
import { address, context } from "./context.ts";

const ISSUER = "https://login.example";
const AUDIENCE = "dwcp";

interface Signer {
  kid: string;
  key: CryptoKey;
  jwk: JWK;
}

const signer = async (kid: string, alg = "ES256"): Promise<Signer> => {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
};

let published: JWK[] = [];
const issuer = createServer((_, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ keys: published }));
});
let role: RunningRole;
let first: Signer;
const at = address();

before(async () => {
  first = await signer("first");
  published = [first.jwk];
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  const { port } = issuer.address() as AddressInfo;
  role = await auth(
    context({ AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URI: `http://127.0.0.1:${port}/jwks.json` }, at),
  );
  while (!(await fetch(`http://${at}:8080/ready`)).ok) await sleep(20);
});
after(() => {
  role.kill();
  issuer.close();
  issuer.closeAllConnections();
});

const token = (with_: { signer?: Signer; alg?: string; issuer?: string; audience?: string; ends?: string } = {}) => {
  const { signer: by = first, alg = "ES256", issuer: iss = ISSUER, audience = AUDIENCE, ends = "1m" } = with_;
  return new SignJWT({})
    .setProtectedHeader({ alg, kid: by.kid })
    .setSubject("probe")
    .setIssuer(iss)
    .setAudience(audience)
    .setExpirationTime(ends)
    .sign(by.key);
};

const verify = async (authorization?: string): Promise<number> =>
  (await fetch(`http://${at}:8080/verify`, { headers: authorization === undefined ? {} : { authorization } })).status;

test("a token of the issuer passes", async () => assert.equal(await verify(`Bearer ${await token()}`), 200));

test("whatever is wrong with a token keeps the request out", async () => {
  const stranger = await signer("first");
  const rsa = await signer("rsa", "RS256");
  published = [first.jwk, rsa.jwk];
  const none = new UnsecuredJWT({})
    .setSubject("x")
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime("1m")
    .encode();
  const shared = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("x")
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime("1m")
    .sign(new TextEncoder().encode(JSON.stringify(first.jwk)));
  const endless = await new SignJWT({})
    .setProtectedHeader({ alg: "ES256", kid: "first" })
    .setSubject("x")
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .sign(first.key);
  const refused: Record<string, string | undefined> = {
    "no header": undefined,
    "no bearer": `Basic ${await token()}`,
    "no token": "Bearer ",
    "not a token": "Bearer abc",
    expired: `Bearer ${await token({ ends: "-1m" })}`,
    "without an end": `Bearer ${endless}`,
    "other issuer": `Bearer ${await token({ issuer: "https://evil.example" })}`,
    "other audience": `Bearer ${await token({ audience: "other" })}`,
    "foreign key": `Bearer ${await token({ signer: stranger })}`,
    "algorithm that is not allowed": `Bearer ${await token({ signer: rsa, alg: "RS256" })}`,
    "alg none": `Bearer ${none}`,
    "public key as shared secret": `Bearer ${shared}`,
  };
  for (const [what, header] of Object.entries(refused)) assert.equal(await verify(header), 401, what);
});

test("keys rotate without a request being refused: the new one is fetched when it is first seen, the old one still counts", async () => {
  // Forged tokens have just had the keys looked for; that must not keep the new key out.
  assert.equal(await verify(`Bearer ${await token({ signer: await signer("forged") })}`), 401);
  const second = await signer("second");
  published = [first.jwk, second.jwk];
  assert.equal(await verify(`Bearer ${await token({ signer: second })}`), 200);
  assert.equal(await verify(`Bearer ${await token()}`), 200);
});
