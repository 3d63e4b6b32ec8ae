import { request as send } from "node:http";
import { join } from "node:path";
import type { RegionContext } from "../region/context.ts";
import { OUTSIDE_SOCKET } from "../region/spec.ts";

export interface SigningRequest {
  names: string[];
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: string;
  /** For how many days. */
  days: number;
}

export interface SignedCertificate {
  /** PEM chain, leaf first. */
  certificate: string;
  /** PEM of the authority. */
  authority: string;
}

const ANSWER_MS = 10_000;

/**
 * Has the simulation's public certificate authority sign a certificate, as an ACME server would after its challenges.
 * @throws Error with what the authority refuses
 */
export function signPublicly(region: RegionContext, request: SigningRequest): Promise<SignedCertificate> {
  // A region's folder is `<simulator>/regions/<cluster>`.
  const socketPath = join(region.folder, "..", "..", OUTSIDE_SOCKET);
  const body = JSON.stringify({ cluster: region.spec.cluster, ...request });
  return new Promise((resolve, reject) => {
    const asked = send(
      {
        socketPath,
        path: "/sign-certificate",
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        timeout: ANSWER_MS,
      },
      async (response) => {
        const text = (
          await response
            .setEncoding("utf8")
            .toArray()
            .catch(() => [])
        ).join("");
        if (response.statusCode === 200) resolve(JSON.parse(text) as SignedCertificate);
        else reject(new Error(`the public authority answers ${response.statusCode}: ${text.slice(0, 300)}`));
      },
    );
    asked.once("timeout", () => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)));
    asked.once("error", (error) => reject(new Error(`the public authority cannot be asked: ${error.message}`)));
    asked.end(body);
  });
}
